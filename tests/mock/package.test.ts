import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

const documentation = readFileSync("docs/mock.md", "utf8")
const examples = [...documentation.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code)

// Below node_modules, so that the compiler finds the types of Node and nothing of this project's own settings.
let folder = ""

const run = (command: string, args: ReadonlyArray<string>, cwd = folder): string =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })

/** What somebody else gets from the registry: packed from a fresh build, and unpacked where an installation puts it. */
beforeAll(() => {
  mkdirSync("node_modules/.cache", { recursive: true })
  folder = path.resolve(mkdtempSync("node_modules/.cache/mock-package-"))
  const product = path.join(folder, "product")
  mkdirSync(product)
  run(process.execPath, ["build.js", path.join(product, "dist"), "--types"], process.cwd())
  for (const file of ["package.json", "README.md", "LICENSE", "docs"])
    cpSync(file, path.join(product, file), { recursive: true })
  const [packed] = JSON.parse(run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], product))
  const installed = path.join(folder, "user", "node_modules", "mcp-dcr-tui")
  mkdirSync(installed, { recursive: true })
  run("tar", ["xzf", path.join(folder, packed.filename), "-C", installed, "--strip-components=1"])
  writeFileSync(
    path.join(folder, "user", "package.json"),
    JSON.stringify({ type: "module", dependencies: { "mcp-dcr-tui": "*" } }),
  )
  examples.forEach((code, index) => {
    writeFileSync(path.join(folder, "user", `example-${index}.ts`), code)
  })
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("mcp-dcr-tui/mock, from a tarball", () => {
  test("every documented example compiles, strictly, and runs", () => {
    const user = path.join(folder, "user")
    const options = "--ignoreConfig --outDir out --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess"
    const more = "--module nodenext --target es2024 --lib es2024,esnext.disposable --types node"
    const files = examples.map((_, index) => `example-${index}.ts`)
    const compiler = path.resolve("node_modules/typescript/bin/tsc")
    const compiled = spawnSync(process.execPath, [compiler, ...`${options} ${more}`.split(" "), ...files], {
      cwd: user,
      encoding: "utf8",
    })
    expect(compiled.stdout).toBe("")
    expect(examples.length).toBeGreaterThan(4)
    for (const file of files) {
      const ran = spawnSync(process.execPath, [path.join("out", file.replace(".ts", ".js"))], {
        cwd: user,
        encoding: "utf8",
      })
      expect([file, ran.status, ran.stderr]).toEqual([file, 0, ""])
    }
  }, 60_000)

  test("brings nothing along that it needs from elsewhere", () => {
    const entry = path.join(folder, "user", "node_modules", "mcp-dcr-tui", "dist", "mock.js")
    // There is no other package in that folder: what could not be found would have stopped the examples.
    expect(readFileSync(entry, "utf8")).not.toMatch(/from ?"(?!\.)/)
  })
})

/** Members of an interface as they are written in the source. */
const membersOf = (file: string, name: string): ReadonlyArray<string> => {
  const [, body = ""] =
    new RegExp(`export interface ${name}[^{]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(readFileSync(file, "utf8")) ?? []
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, member = ""]) => member)
}

describe("docs/mock.md", () => {
  test.each(membersOf("mock/options.ts", "MockOptions"))("tells of the option %s", (option) => {
    expect(documentation).toContain(`\`${option}\``)
  })

  test.each([...membersOf("mock/mock.ts", "Mock"), ...membersOf("mock/behaviour.ts", "Bends")])(
    "tells of %s",
    (member) => {
      expect(documentation).toMatch(new RegExp(`\\b${member}\\b`))
    },
  )

  test("tells of every path of the control", () => {
    for (const [place] of readFileSync("mock/control.ts", "utf8").matchAll(/\/__mock\/[\w-]+/g))
      expect(documentation).toContain(place)
  })

  test("reads the sources it compares with", () => {
    expect(membersOf("mock/options.ts", "MockOptions").length).toBeGreaterThan(30)
    expect(membersOf("mock/mock.ts", "Mock").length).toBeGreaterThan(15)
  })
})
