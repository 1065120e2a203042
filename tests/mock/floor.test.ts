import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { expect, test } from "vitest"

const ROOT = resolve(import.meta.dirname, "../../mock")
const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"))

const IMPORT = /^(?:import|export|\})[^"\n]* from "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm

test.each(files)("mock/%s stands on Node alone", (file) => {
  const path = join(ROOT, file)
  const source = readFileSync(path, "utf8")
  for (const [, fixed, bare, late] of source.matchAll(IMPORT)) {
    const name = fixed ?? bare ?? late ?? ""
    if (name.startsWith("node:")) continue
    expect(name).toMatch(/^\.{1,2}\/.*\.ts$/)
    expect(relative(ROOT, resolve(dirname(path), name)).startsWith("..")).toBe(false)
  }
})
