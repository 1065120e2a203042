import { spawn } from "node:child_process"
import path from "node:path"
import { text } from "node:stream/consumers"
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest"
import { type Mock, startMock } from "../../mock/index.ts"
import { expectFailure } from "./frame.ts"
import { run, temporaryFolder } from "./program.ts"

// What a script does to a program: pipes that close, streams that are not there, no home, another language.

let mock: Mock
beforeAll(async () => {
  mock = await startMock({ noAuth: true })
})
afterAll(() => mock.close())

/** A line of a shell, with `mcp-dcr-tui` as a function. */
const shell = async (line: string, env: Readonly<Record<string, string>> = {}) => {
  const bin = path.join(inject("dist"), "bin.js")
  const child = spawn("bash", ["--norc", "-c", `mcp-dcr-tui() { "${process.execPath}" "${bin}" "$@"; }; ${line}`], {
    env: { PATH: "/usr/bin:/bin", HOME: "/dev/null/home", LANG: "C.UTF-8", URL: mock.url, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const code = new Promise((resolve) => child.once("close", resolve))
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { out, err, code: await code }
}

describe("in a pipe", () => {
  test.each(["", " --json", " --verbose"])(
    "a reader that has seen enough is no failure (tools%s | head -c 1)",
    async (flags) => {
      const ended = await shell(`set -o pipefail; mcp-dcr-tui tools "$URL" --no-store --quiet${flags} | head -c 1`)
      expect(ended).toMatchObject({ code: 0, out: expect.stringMatching(/^.$/), err: "" })
    },
  )

  test.each(["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])("streams that are closed (%s) stop nothing", async (closed) => {
    expect(await shell(`mcp-dcr-tui call "$URL" public_info --no-store ${closed}`)).toMatchObject({ code: 0 })
  })

  test("a full disk behind standard output is a failure, and said", async () => {
    const ended = await shell(`mcp-dcr-tui tools "$URL" --no-store --quiet > /dev/full`)
    expect(ended).toMatchObject({ code: 1, err: expect.stringMatching(/Standard output could not be written: ENOSPC/) })
  })

  test("--json is one document for the next program", async () => {
    const ended = await shell(`mcp-dcr-tui tools "$URL" --no-store --json | node -e '
      process.stdin.toArray().then((parts) => console.log(JSON.parse(Buffer.concat(parts)).tools[0].name))'`)
    expect(ended.out).toMatch(/^\w+\n$/)
  })
})

describe("without a home", () => {
  test("what needs no store works, and what does says what it could not keep", async () => {
    await using closed = await startMock({ autoApprove: true })
    const login = `mcp-dcr-tui login ${closed.url} --browser follow --json`
    const ended = await shell(`unset HOME; XDG_CONFIG_HOME=/proc/none ${login}`)
    expect(ended).toMatchObject({ code: 1, err: expect.stringMatching(/Nothing was kept for later runs/) })
    expect(JSON.parse(ended.out)).toMatchObject({ stored: false })
    expect(await shell(`unset HOME; mcp-dcr-tui tools "$URL" --no-store`)).toMatchObject({ code: 0 })
  })
})

describe("in another language", () => {
  test.each([
    { env: { LC_ALL: "C" }, ascii: true },
    { env: { LANG: "POSIX" }, ascii: true },
    { env: { LANG: "C", LC_ALL: "C.UTF-8" }, ascii: false },
    { env: { LANG: "" }, ascii: false },
  ])("$env: marks are ASCII only where the system has no others ($ascii)", async ({ env, ascii }) => {
    const good = await shell(`mcp-dcr-tui tools "$URL" --no-store`, env)
    const bad = await shell(`mcp-dcr-tui tools ftp://host.example`, env)
    expect([good.code, bad.code]).toEqual([0, 2])
    expect(/^[\x00-\x7f]*$/.test(good.err + good.out)).toBe(ascii)
    expect(bad.err).toMatch(ascii ? /^x An MCP server/ : /^✗ An MCP server/)
  })
})

describe("a fixed callback port that is taken", () => {
  test("the holder is named, with its process", async () => {
    await using closed = await startMock({ autoApprove: true })
    using folder = temporaryFolder()
    const redirect = `http://127.0.0.1:${mock.port}/callback`
    const ended = await run([
      ...["login", closed.url, "--browser", "print", "--redirect-uri", redirect],
      ...["--store", folder.file("store"), "--json"],
    ])
    expectFailure(ended, {
      exit: 4,
      code: "callback_port_taken",
      says: new RegExp(`process ${process.pid}\\b|pid ${process.pid}\\b`),
    })
  })
})
