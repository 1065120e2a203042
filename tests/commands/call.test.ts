import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import path from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Mock, startMock, type Tool } from "../../mock/index.ts"
import { expectFailure } from "./frame.ts"
import { run, temporaryFolder } from "./program.ts"

let mock: Mock
beforeAll(async () => {
  mock = await startMock({ noAuth: true })
})
afterAll(() => mock.close())

const structured = (sum: number) => ({ result: { structuredContent: { sum } } })

describe("what a server says, as JSON", () => {
  test("CR-123 escapes what a terminal would obey or hide, and is still the same text", async () => {
    const hostile = "\u009b2J\u202ered\u2028\u200b\u007f\u001b]52;c;x\u0007 end"
    await using server = await startMock({
      noAuth: true,
      behaviours: [
        {
          mcp: (message) =>
            JSON.parse(JSON.stringify(message).replaceAll('"Adds', `${JSON.stringify(hostile).slice(0, -1)}Adds`)),
        },
      ],
    })
    const ended = await run(["tools", server.url, "--json", "--no-store"])
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u2028\u202e]/)
    expect(ended.stdout).toContain("\\u009b2J")
    expect(JSON.stringify(ended.document())).toContain(JSON.stringify(hostile).slice(1, -1))
  })
})

describe("the arguments of a call", () => {
  test.each([
    { name: "name=value, typed by the schema", args: (url: string) => ["call", url, "add", "a=19", "b=23"] },
    { name: "flags before the URL", args: (url: string) => ["call", "--timeout", "9", url, "add", "a=19", "b=23"] },
    { name: "flags in between", args: (url: string) => ["call", url, "--timeout=9", "add", "a=19", "--quiet", "b=23"] },
    { name: "--server-url", args: (url: string) => ["call", "--server-url", url, "add", "a=19", "b=23"] },
    { name: "--server-url=URL, last", args: (url: string) => ["call", "add", "a=19", "b=23", `--server-url=${url}`] },
    { name: "the command after a flag", args: (url: string) => ["--timeout", "9", "call", url, "add", "a=19", "b=23"] },
    { name: "--args JSON", args: (url: string) => ["call", url, "add", "--args", '{"a":19,"b":23}'] },
    { name: "--args=JSON before the words", args: (url: string) => ["call", '--args={"a":19,"b":23}', url, "add"] },
    {
      name: "--args and name=value, which wins",
      args: (url: string) => ["call", url, "add", "b=23", "--args", '{"a":19,"b":1}'],
    },
  ])("$name", async ({ args }) => {
    const ended = await run([...args(mock.url), "--json", "--no-store"])
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.document()).toMatchObject({ serverUrl: mock.url, tool: "add", isError: false, ...structured(42) })
  })

  test("--args - reads standard input, --args @FILE a file", async () => {
    using folder = temporaryFolder()
    writeFileSync(folder.file("args.json"), '{ "a": 40, "b": 2 }\n')
    const options = ["--json", "--no-store"]
    const piped = await run(["call", mock.url, "add", "--args", "-", ...options], { input: '{"a":40,\n"b":2}\n' })
    const read = await run(["call", mock.url, "add", "--args", "@args.json", ...options], { cwd: folder.path })
    for (const ended of [piped, read]) expect(ended.document()).toMatchObject(structured(42))
  })

  test("text stays text, also where it looks like a number, and after the first =", async () => {
    const ended = await run(["call", mock.url, "echo", "message=007=x", "--no-store"])
    expect(ended).toMatchObject({ code: 0, stdout: "007=x\n" })
  })

  test.each([
    { args: ["a=one", "b=2"], says: /a: .*number/ },
    { args: ["a=1"], says: /b: .*required/ },
    { args: ["a=1", "b=2", "c=3"], says: /c: .*a, b/ },
    { args: ["a=1", "b"], says: /b/ },
  ])("$args does not fit, and is not sent", async ({ args, says }) => {
    const ended = await run(["call", mock.url, "add", ...args, "--json", "--no-store"])
    expectFailure(ended, { exit: 2, code: "arguments_invalid", says })
    expect(
      mock.log
        .all("mcp")
        .filter(({ tool }) => tool === "add")
        .at(-1)?.body,
    ).not.toMatchObject({
      params: { arguments: Object.fromEntries(args.map((pair) => pair.split("="))) },
    })
  })
})

describe("what a command prints", () => {
  test("results on standard output, progress on standard error", async () => {
    const ended = await run(["call", mock.url, "add", "a=1", "b=2", "--no-store"])
    expect(ended.stdout).toBe('{"sum":3}\n')
    expect(ended.stderr).toMatch(/✓ +1 Probe resource/)
    expect(ended.stderr).toMatch(/✓ 10 Call a tool: add: ok\n$/)
  })

  test("--quiet: the result only", async () => {
    const ended = await run(["call", mock.url, "add", "a=1", "b=2", "--no-store", "--quiet"])
    expect(ended).toMatchObject({ stdout: '{"sum":3}\n', stderr: "" })
  })

  test("--quiet: one line where it went wrong", async () => {
    const ended = await run(["call", mock.url, "nope", "--no-store", "--quiet"])
    expect(ended).toMatchObject({ code: 2, stdout: "" })
    expect(ended.stderr).toMatch(/^✗ The server has no tool of that name\. nope \(no_such_tool\)\n$/)
  })

  test("--verbose: every request and answer, whole", async () => {
    const ended = await run(["call", mock.url, "add", "a=1", "b=2", "--no-store", "--verbose"])
    expect(ended.stderr).toMatch(/→ POST http:\S+\/mcp tools\/call add\n(?:.*\n)*? +content-type: application\/json\n/)
    expect(ended.stderr).toMatch(/"method":"tools\/call"/)
    expect(ended.stderr).toMatch(/← 200 · .*#\d+ mcp\n/)
  })

  test("--ascii: nothing but ASCII", async () => {
    const ended = await run(["tools", mock.url, "--no-store", "--ascii", "--verbose"])
    expect(ended.code).toBe(0)
    expect(ended.stderr).toMatch(/ok done: \d+ tools/)
    expect(ended.stdout + ended.stderr).toMatch(/^[\n\x20-\x7e]*$/)
  })

  test("tools: names, arguments and what they are for; with --json as the server sent them", async () => {
    const plain = await run(["tools", mock.url, "--no-store"])
    expect(plain.stdout).toMatch(/^add +a b\n +Adds a and b/m)
    expect(plain.stdout).toMatch(/^get_weather +city \[units\]\n/m)
    const json = await run(["tools", mock.url, "--no-store", "--json"])
    expect(json.document()).toMatchObject({
      serverUrl: mock.url,
      protocolVersion: "2026-07-28",
      tools: expect.arrayContaining([
        expect.objectContaining({ name: "add", inputSchema: expect.objectContaining({ type: "object" }) }),
      ]),
    })
  })

  test("without a terminal the bare URL prints the whole run", async () => {
    const ended = await run([mock.url, "--no-store"])
    expect(ended).toMatchObject({ code: 0, stderr: "" })
    expect(ended.stdout).toMatch(/1 Probe resource\n[\s\S]*9 List tools\n[\s\S]*10 Call a tool\n/)
  })

  test("the demo goes through everything, and its JSON is one document", async () => {
    const [plain, json] = [await run(["demo"]), await run(["demo", "--json"])]
    expect(plain).toMatchObject({ code: 0, stderr: "" })
    for (const title of ["Register client", "Exchange code", "Call a tool", "Refresh", "Revoke"])
      expect(plain.stdout).toContain(title)
    // Nobody has to open it: the long address of the sign-in page is not spelled out.
    expect(plain.stdout).toMatch(/→ GET http:\S+\/authorize\?… \(\d+ parameters\)\n/)
    expect(plain.stdout).toMatch(/✓ \d+ exchanges: [^\n]*\n$/)
    expect(json.code).toBe(0)
    expect(json.document()).toMatchObject({
      results: expect.arrayContaining([expect.objectContaining({ tool: "add" })]),
    })
  })

  test("--mock without a terminal is the demo: what `npm start` shows to a pipe", async () => {
    const ended = await run(["--mock"])
    expect(ended).toMatchObject({ code: 0, stderr: "" })
    expect(ended.stdout).toMatch(/1 Probe resource\n[\s\S]*10 Call a tool\n[\s\S]*✓ \d+ exchanges: [^\n]*\n$/)
  })

  test("a step-up is asked for on the way to the result", async () => {
    await using progressive = await startMock({ autoApprove: true, scopes: "progressive" })
    const ended = await run(["call", progressive.url, "list_files", "--no-store", "--browser", "follow", "--json"])
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(progressive.log.all("authorize")).toHaveLength(2)
    expect(progressive.log.all("register")).toHaveLength(1)
    expect(String(progressive.log.last("authorize")?.query.scope)).toMatch(
      /mcp:tools.*files:read|files:read.*mcp:tools/,
    )
  })
})

describe("--save", () => {
  const audio = { type: "audio", data: Buffer.from("sound").toString("base64"), mimeType: "audio/wav" }
  const picture = { type: "image", data: Buffer.from("pixels").toString("base64"), mimeType: "image/png" }
  const embedded = {
    type: "resource",
    resource: { uri: "mock:///../../.profile", text: "# hi", mimeType: "text/markdown" },
  }
  const tools: ReadonlyArray<Tool> = [
    {
      name: "draw",
      title: "Draw",
      description: "Draws.",
      annotations: {},
      inputSchema: { type: "object" },
      run: () => ({ content: [{ type: "text", text: "Here:" }, picture, audio, embedded] }),
    },
  ]

  test("keeps pictures, sound and embedded resources as files of ours, and writes over nothing", async () => {
    await using served = await startMock({ noAuth: true, tools })
    using folder = temporaryFolder()
    const into = folder.file("out")
    const draw = (...more: ReadonlyArray<string>) =>
      run(["call", served.url, "draw", "--no-store", "--save", into, ...more])
    const plain = await draw()
    expect(plain, plain.stderr).toMatchObject({ code: 0 })
    expect(plain.stdout).toBe(
      [
        "Here:",
        `[image image/png, 6 B, saved as ${into}/draw-2.png]`,
        `[audio audio/wav, 5 B, saved as ${into}/draw-3.wav]`,
        `[resource mock:///../../.profile, 4 B, saved as ${into}/profile.md]`,
        "",
      ].join("\n"),
    )
    const json = await draw("--json")
    expect(json.document().saved).toEqual([
      { index: 1, path: `${into}/draw-2-2.png`, mediaType: "image/png", bytes: 6 },
      { index: 2, path: `${into}/draw-3-2.wav`, mediaType: "audio/wav", bytes: 5 },
      { index: 3, path: `${into}/profile-2.md`, mediaType: "text/markdown", bytes: 4 },
    ])
    expect(readFileSync(path.join(into, "draw-2.png"), "utf8")).toBe("pixels")
    for (const name of readdirSync(into)) expect(statSync(path.join(into, name)).mode & 0o777).toBe(0o600)
  })

  test("a folder that cannot be written to is an error that names it; the call was made", async () => {
    await using served = await startMock({ noAuth: true, tools })
    using folder = temporaryFolder()
    writeFileSync(folder.file("taken"), "")
    const ended = await run(["call", served.url, "draw", "--no-store", "--json", "--save", folder.file("taken")])
    expectFailure(ended, { exit: 1, code: "files_not_saved", says: /taken/ })
  })
})
