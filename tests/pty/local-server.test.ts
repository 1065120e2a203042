import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import path from "node:path"
import { describe, expect, inject, it } from "vitest"
import { temporaryFolder } from "../commands/program.ts"
import { keys, openTerminal, type Terminal } from "./terminal.ts"

// A server on this machine, approved by the person in front of a terminal.

const server = path.resolve("tests/mcp/stdio-server.js")
const command = `${process.execPath} ${server} v1`

const program = (args: ReadonlyArray<string>, cwd?: string): Terminal =>
  openTerminal({
    program: process.execPath,
    args: [path.join(inject("dist"), "bin.js"), ...args, "--stdio", command],
    columns: 200,
    rows: 40,
    ...(cwd === undefined ? {} : { cwd }),
  })

describe("a local server", () => {
  it("CR-121 is shown whole and started after a yes, which holds for this very command in this folder", async () => {
    using folder = temporaryFolder()
    const store = folder.file("store")
    {
      await using terminal = program(["tools", "--store", store])
      const asked = await terminal.shows(/Start it\? \[y\/N\]/)
      expect(asked).toContain(command)
      expect(existsSync(store)).toBe(false)
      terminal.write(`y${keys.Enter}`)
      expect((await terminal.ended).code).toBe(0)
      expect(terminal.screen()).toContain("add")
    }
    const [name = ""] = readdirSync(store)
    expect(name).toMatch(/^command-[0-9a-f]{32}\.approved$/)
    expect(statSync(path.join(store, name)).mode & 0o777).toBe(0o600)
    expect(readFileSync(path.join(store, name), "utf8")).not.toContain("stdio-server")
    {
      await using terminal = program(["tools", "--store", store])
      expect((await terminal.ended).code).toBe(0)
      expect(terminal.screen()).not.toContain("Start it?")
    }
    {
      await using terminal = program(["tools", "--store", store], folder.path)
      await terminal.shows(/Start it\? \[y\/N\]/)
      terminal.write(keys.Enter)
      expect((await terminal.ended).code).toBe(4)
    }
  })

  it("is asked about each time where nothing is kept", async () => {
    for (let run = 0; run < 2; run += 1) {
      await using terminal = program(["tools", "--no-store"])
      await terminal.shows(/Start it\? \[y\/N\]/)
      terminal.write(`y${keys.Enter}`)
      expect((await terminal.ended).code).toBe(0)
    }
  })

  it("opens on the screen, where its questions are answered as well", async () => {
    await using terminal = program(["--no-store"])
    await terminal.shows(/Start it\? \[y\/N\]/)
    terminal.write(`y${keys.Enter}`)
    await terminal.shows(/Ready: Connect/)
    terminal.write(keys.Enter)
    await terminal.shows(/Ready: List tools/)
    terminal.write(keys.Enter)
    await terminal.shows(/Ready: Call a tool/)
    terminal.write("4")
    await terminal.shows(/\[4 Tools\]/)
    terminal.write("j")
    await terminal.shows(/▶ ask/)
    terminal.write(keys.Enter)
    await terminal.shows(/The server asks you[\s\S]*\[ Ada[\s\S]*\[ Send \] y/)
    terminal.write("y")
    await terminal.shows(/"name": ?"Ada"/)
    terminal.write("3")
    await terminal.shows(/WRITE node tools\/list +ok/)
    terminal.write("q")
    expect((await terminal.ended).code).toBe(0)
  })
})
