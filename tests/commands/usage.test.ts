import { describe, expect, test } from "vitest"
import { expectFailure } from "./frame.ts"
import { run, temporaryFolder } from "./program.ts"

const commands = [
  "open",
  "learn",
  "demo",
  "login",
  "tools",
  "call",
  "resources",
  "prompts",
  "session",
  "bridge",
  "refresh",
  "logout",
  "clients",
  "replay",
  "export",
  "mock",
  "completions",
]

describe("a command line that cannot be meant", () => {
  test.each([
    { args: ["tools"], code: "url_missing" },
    { args: ["tools", "not a url"], code: "url_invalid" },
    { args: ["tools", " "], code: "url_invalid" },
    { args: ["tools", "https://"], code: "url_invalid" },
    {
      args: ["login", "host.example/mcp"],
      code: "url_without_scheme",
      says: /expected +https:\/\/host\.example\/mcp\n/,
    },
    {
      args: ["login", "localhost:3000/mcp"],
      code: "url_without_scheme",
      says: /expected +http:\/\/localhost:3000\/mcp\n/,
    },
    { args: ["127.0.0.1:3000"], code: "url_without_scheme", says: /expected +http:\/\/127\.0\.0\.1:3000\n/ },
    { args: ["https//host.example"], code: "url_without_scheme", says: /expected +https:\/\/host\.example\n/ },
    { args: ["tools", "ftp://host.example/mcp"], code: "url_scheme" },
    { args: ["tools", "file:///etc/passwd"], code: "url_scheme" },
    { args: ["tools", "http://host.example/mcp"], code: "url_insecure", says: /--allow-insecure/ },
    { args: ["tools", "https://ada:secret@host.example/mcp"], code: "userinfo_in_url" },
    { args: ["tools", "http://127.0.0.1:1/a", "--server-url", "http://127.0.0.1:1/b"], code: "url_twice" },
    { args: ["tools", "http://127.0.0.1:1", "--timeout", "0"], code: "timeout_invalid" },
    { args: ["tools", "http://127.0.0.1:1", "--header", "no colon"], code: "header_invalid" },
    { args: ["tools", "http://127.0.0.1:1", "--header", "X-A: a\nX-B: b"], code: "header_invalid" },
    { args: ["tools", "http://127.0.0.1:1", "--redirect-uri", "http://host.example/"], code: "redirect_uri_invalid" },
    { args: ["tools", "http://127.0.0.1:1", "--issuer", "auth"], code: "address_invalid" },
    { args: ["tools", "http://127.0.0.1:1", "--client-metadata-url", "ftp://a"], code: "address_invalid" },
    { args: ["tools", "http://127.0.0.1:1", "--ca-file", "/dev/null/none"], code: "file_unreadable" },
    { args: ["tools", "http://127.0.0.1:1", "--client-secret-file", "/dev/null/none"], code: "file_unreadable" },
    { args: ["tools", "http://127.0.0.1:1", "--journal", "/dev/null/none"], code: "journal_unwritable" },
    { args: ["call", "http://127.0.0.1:1"], code: "tool_missing" },
    { args: ["call", "http://127.0.0.1:1", "add", "--args", "[1]"], code: "arguments_invalid" },
    { args: ["call", "http://127.0.0.1:1", "add", "--args", "@/dev/null/none"], code: "file_unreadable" },
    { args: ["clients", "list", "http://127.0.0.1:1"], code: "clients_usage" },
    { args: ["clients", "update", "http://127.0.0.1:1", "--remote"], code: "clients_usage" },
    { args: ["clients", "forget"], code: "clients_usage" },
    { args: [], code: "terminal_needed" },
    { args: ["mock", "--host", "0.0.0.0"], code: "host_not_loopback" },
    { args: ["mock", "--port", "99999"], code: "port_invalid" },
  ])("$args: $code", async ({ args, code, says }) => {
    const ended = await run([...args, "--json"])
    expectFailure(ended, { exit: 2, code, ...(says === undefined ? {} : { says }) })
    // Nothing was sent: it is said before there is a run.
    expect(ended.stderr).not.toMatch(/Probe/)
  })

  test.each([
    { args: ["tolls", "https://host.example/mcp"], says: /Unknown subcommand "tolls".*tools/s },
    { args: ["tools", "--jsn", "https://host.example"], says: /--jsn.*--json/s },
    { args: ["tools", "--browser", "lynx", "https://host.example"], says: /--browser.*lynx.*follow/s },
    { args: ["tools", "--timeout", "soon", "https://host.example"], says: /--timeout.*soon/s },
    { args: ["tools", "https://host.example", "another"], says: /another/ },
    { args: ["clients", "sing"], says: /sing.*forget/s },
    { args: ["--mokc"], says: /--mokc.*--mock/s },
  ])("$args: says what was not understood, and what may have been meant", async ({ args, says }) => {
    const ended = await run(args)
    expect(ended).toMatchObject({ code: 2, stdout: "" })
    expect(ended.stderr).toMatch(says)
    expect(ended.stderr).toMatch(/\nTry: mcp-dcr-tui.* --help\n$/)
    expect(ended.stderr).not.toMatch(/^\s+at /m)
  })

  test("is a JSON document where that was asked for", async () => {
    const ended = await run(["tools", "--jsn", "--json"])
    expect(ended.code).toBe(2)
    expect(ended.document()).toMatchObject({ error: { code: "command_line", exit: 2 } })
  })
})

describe("help", () => {
  test.each(commands)("of %s names every flag once, in lines that a terminal can fold", async (command) => {
    const asked = await run([command, "--help"])
    expect(asked).toMatchObject({ code: 0, stderr: "" })
    expect(asked.stdout).toMatch(new RegExp(`^Usage\\n {2}mcp-dcr-tui .*${command}`, "m"))
    const flags = [...asked.stdout.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name]) => name)
    // The script is all that there is to print.
    expect(flags.length > 0).toBe(command !== "completions")
    expect(new Set(flags).size).toBe(flags.length)
    expect(asked.stdout).toMatch(/^Examples\n {2}.*mcp-dcr-tui.*\n {6}\w/m)
    expect(asked.stdout).not.toMatch(/undefined|\(choices|\u001b/)
  })

  test("of the program names every command and every exit code; `help X` is the same as `X --help`", async () => {
    const [whole, word, both, flag] = await Promise.all([
      run(["--help"]),
      run(["help"]),
      run(["help", "login"]),
      run(["login", "--help"]),
    ])
    for (const command of commands) expect(whole.stdout).toMatch(new RegExp(`^ {2}${command} `, "m"))
    for (const code of [0, 1, 2, 3, 4, 5, 6, 130]) expect(whole.stdout).toMatch(new RegExp(`^ {2}${code} `, "m"))
    expect(word).toMatchObject({ code: 0, stdout: whole.stdout })
    expect(both).toMatchObject({ code: 0, stdout: flag.stdout })
  })

  test("--version is the version of the package, with and without a command", async () => {
    const { version } = (await import("../../package.json", { with: { type: "json" } })).default
    for (const args of [["--version"], ["-v"], ["login", "--version"]])
      expect(await run(args)).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: "" })
  })
})

describe("the store", () => {
  test("is not touched by a command line that cannot be meant", async () => {
    using folder = temporaryFolder()
    await run(["login", "ftp://host.example", "--store", folder.file("store")])
    const { readdirSync } = await import("node:fs")
    expect(readdirSync(folder.path)).toEqual([])
  })
})
