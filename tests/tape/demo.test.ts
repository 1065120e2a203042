import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { describe, expect, inject, it } from "vitest"
import "../commands/bundle.ts"
import { keyContexts } from "../../source/tui/keys/docs.ts"
import { lintTape } from "./lint.ts"
import { playTape } from "./play.ts"
import { parseTape } from "./tape.ts"

const tape = parseTape(readFileSync(path.resolve(import.meta.dirname, "../../demo.tape"), "utf8"))
const boundKeys = new Set(keyContexts.flatMap(({ bindings }) => bindings.flatMap(({ keys }) => keys)))

/** A folder with the program under its own name, as if it were installed. */
const installed = () => {
  const folder = mkdtempSync(path.join(tmpdir(), "mcp-dcr-tui-tape-"))
  const program = path.join(folder, "mcp-dcr-tui")
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${path.join(inject("dist"), "bin.js")}" "$@"\n`)
  chmodSync(program, 0o755)
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

describe("demo.tape", () => {
  it("is right: header first, every key bound, every picture and the end awaited", () => {
    expect(tape.complaints).toEqual([])
    expect(lintTape(tape, boundKeys)).toEqual([])
    expect(tape.size).toEqual({ columns: 100, rows: 30 })
  })

  it("is short enough to watch", () => {
    const sleeping = tape.commands.reduce((sum, command) => sum + (command.kind === "sleep" ? command.millis : 0), 0)
    expect(sleeping).toBeLessThan(35_000)
  })

  it("plays on the real program from the first key to the prompt", async () => {
    using program = installed()
    const { received } = await playTape(tape, { bin: program.folder })
    expect(received).not.toMatch(/eyJ[\w-]{10,}\.[\w-]{10,}/)
  })

  it("fails where the program does not do what the tape waits for", async () => {
    using program = installed()
    const other = parseTape('# size: 100x30\nHide\nType "mcp-dcr-tui --mock"\nEnter\nWait+Screen@500ms /no such text/')
    await expect(playTape(other, { bin: program.folder })).rejects.toThrow(/^line 5: 500 ms without/)
  })
})
