import path from "node:path"
import { describe, expect, inject, it } from "vitest"
import { startMock } from "../../mock/index.ts"
import { run, temporaryFolder } from "../commands/program.ts"
import { keys, openTerminal } from "./terminal.ts"

// What cannot be undone is asked about in a terminal, with all that hangs on it.

/** Ctrl-D. */
const endOfInput = "\u0004"

const program = (args: ReadonlyArray<string>) =>
  openTerminal({
    program: process.execPath,
    args: [path.join(inject("dist"), "bin.js"), ...args],
    columns: 120,
    rows: 40,
  })

describe("logout and clients forget", () => {
  it("CR-104 list what will be lost, and lose nothing without a yes", async () => {
    await using mock = await startMock({ autoApprove: true })
    using folder = temporaryFolder()
    const store = ["--store", folder.file("store")]
    const signIn = (...more: ReadonlyArray<string>) =>
      run(["login", mock.url, "--browser", "follow", ...store, ...more])
    expect(await signIn()).toMatchObject({ code: 0 })
    expect(await signIn("--profile", "work")).toMatchObject({ code: 0 })
    const stored = async () => (await run(["clients", ...store, "--json"])).stdout
    const before = await stored()

    for (const [args, question, also] of [
      [["logout", mock.url], /Sign out\? \[y\/N\]/, /The registration stays/],
      [
        ["logout", mock.url, "--forget-client"],
        /Sign out and delete the client\? \[y\/N\]/,
        /also the client of these, which lose their tokens with it:\r?\n\s*http\S+ \(profile work\)/,
      ],
      [
        ["clients", "forget", mock.url],
        /Delete\? \[y\/N\]/,
        /The same client stays in use for:\r?\n\s*http\S+ \(profile work\)/,
      ],
      [
        ["clients", "forget", mock.url, "--remote"],
        /Delete\? \[y\/N\]/,
        /which go with it:\r?\n\s*http\S+ \(profile work\)/,
      ],
    ] as const)
      for (const no of ["n", "", "yep", endOfInput]) {
        await using terminal = program([...args, ...store])
        const asked = await terminal.shows(question)
        expect(asked).toMatch(also)
        expect(asked).toMatch(/client +client-\w+ \(dcr\)\s+token +expires in \d+ min, can be renewed/)
        terminal.write(no === endOfInput ? no : `${no}${keys.Enter}`)
        await terminal.shows(/Nothing was deleted/)
        expect((await terminal.ended).code).toBe(1)
      }
    expect(await stored()).toBe(before)
    expect([mock.log.all("revoke"), mock.clients().length > 0]).toEqual([[], true])

    await using terminal = program(["logout", mock.url, "--forget-client", ...store])
    await terminal.shows(/\[y\/N\]/)
    terminal.write(`y${keys.Enter}`)
    await terminal.shows(/Tokens for \S+ \(profile work\): revoked at the server and deleted here/)
    expect((await terminal.ended).code).toBe(0)
    expect(JSON.parse(await stored())).toEqual({ clients: [] })
  })

  it("never asks where nothing can be lost", async () => {
    using folder = temporaryFolder()
    await using terminal = program(["logout", "http://127.0.0.1:1/mcp", "--store", folder.file("store")])
    await terminal.shows(/No tokens are stored for this server/)
    expect((await terminal.ended).code).toBe(0)
  })
})

describe("the screen", () => {
  it("ends with the exit code of what failed", async () => {
    using folder = temporaryFolder()
    await using terminal = program(["http://127.0.0.1:1/mcp", "--store", folder.file("store")])
    await terminal.shows(/1 Probe/)
    terminal.write(keys.Enter)
    await terminal.shows(/Step 1 failed/)
    terminal.write("q")
    expect((await terminal.ended).code).toBe(6)
  })
})
