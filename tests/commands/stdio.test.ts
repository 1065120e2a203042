import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import path from "node:path"
import { describe, expect, test } from "vitest"
import { start, temporaryFolder } from "./program.ts"

const server = path.resolve("tests/mcp/stdio-server.js")
const local = (era: "v1" | "v2"): ReadonlyArray<string> => ["--stdio", `'${process.execPath}' '${server}' ${era}`]
const fresh = ["--no-store", "--yes"]

describe.each(["v1", "v2"] as const)("a local server of the official SDK, %s", (era) => {
  test("is listed and called without any authorization", async () => {
    const listed = await start(["tools", ...local(era), ...fresh, "--json"]).end
    expect(listed, listed.stderr).toMatchObject({ code: 0 })
    expect(listed.stdout).toContain('"add"')
    const called = await start(["call", ...local(era), ...fresh, "add", "a=2", "b=3"]).end
    expect(called, called.stderr).toMatchObject({ code: 0, stdout: "5\n" })
  })

  test("takes the requests of a session", async () => {
    const ended = await start(["session", ...local(era), ...fresh], {
      input: '{"method":"tools/list"}\n{"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":1}}}\n',
    }).end
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    const [list, sum] = ended.stdout.trim().split("\n")
    expect(list).toContain('"add"')
    expect(sum).toContain('"text":"2"')
  })
})

test("CR-2 steps 1 to 7 are left out with the reason, messages and logs are in the journal", async () => {
  using folder = temporaryFolder()
  const journal = folder.file("run.jsonl")
  const ended = await start(["login", ...local("v1"), ...fresh, "--journal", journal]).end
  expect(ended, ended.stderr).toMatchObject({ code: 0 })
  const events = readFileSync(journal, "utf8")
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text))
  const skipped = events.filter(({ outcome }) => outcome === "skipped")
  expect(skipped.map(({ step }) => step)).toEqual([
    "probe",
    "resource",
    "server",
    "client",
    "authorize",
    "consent",
    "token",
  ])
  expect(new Set(skipped.map(({ note }) => note))).toEqual(new Set(["a local server: no authorization (CR-2)"]))
  const sent = events.filter(({ _tag }) => _tag === "RequestSent").map(({ request }) => request)
  expect(new Set(sent.map(({ method, url }) => `${method} ${url}`))).toEqual(
    new Set([`WRITE stdio:${process.execPath}`]),
  )
  expect(events.map(({ finding }) => finding?.text)).toContain("The server logs: starting up")
})

describe("before its first run", () => {
  test("CR-121 a command that nobody can approve is not started: exit 3, with the exact command", async () => {
    using folder = temporaryFolder()
    const touched = folder.file("touched")
    const command = `'${process.execPath}' -e 'require("fs").writeFileSync("${touched}", "")' ; rm -rf x`
    const ended = await start(["tools", "--stdio", command, "--store", folder.file("store")]).end
    expect(ended).toMatchObject({ code: 3 })
    expect(ended.stderr).toContain("nobody could be asked")
    expect(ended.stderr).toContain("--yes")
    // The semicolon is an argument like any other, and shown as one.
    expect(ended.stderr).toContain("';' rm -rf x")
    expect(existsSync(touched)).toBe(false)
    expect(existsSync(folder.file("store"))).toBe(false)
  })

  test("a command line that cannot be meant is refused", async () => {
    for (const [args, says] of [
      [["--stdio", "'node"], /not closed/],
      [["--stdio", "node x", "--server-url", "https://a.example/mcp"], /Two servers were named/],
      [["--stdio", "node x", "--env", "MCP_NO_SUCH_VARIABLE"], /not set/],
    ] as const) {
      const ended = await start(["tools", ...args, ...fresh]).end
      expect(ended).toMatchObject({ code: 2 })
      expect(ended.stderr).toMatch(says)
    }
  })
})

test("CR-2 CR-121 sees of our environment what every program needs, and what --env names; its value is in no journal", async () => {
  using folder = temporaryFolder()
  const journal = folder.file("run.jsonl")
  const env = { MCP_KEY: "key-key-key-canary", MCP_OTHER: "other" }
  const args = ["call", ...local("v1"), ...fresh, "environment", "--env", "MCP_KEY", "--journal", journal]
  const ended = await start(args, { env }).end
  expect(ended, ended.stderr).toMatchObject({ code: 0 })
  const names: ReadonlyArray<string> = JSON.parse(ended.stdout)
  expect(names).toContain("MCP_KEY")
  expect(names).toContain("PATH")
  expect(names).not.toContain("MCP_OTHER")
  expect(readFileSync(journal, "utf8")).not.toContain("canary")
  expect(statSync(journal).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder.path)).toEqual(["run.jsonl"])
})
