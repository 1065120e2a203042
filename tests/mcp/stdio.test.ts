import { mkdtempSync, rmSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { connect } from "../../source/mcp/connect.ts"
import { Respondent } from "../../source/mcp/elicitation.ts"
import { acceptDefaults } from "../../source/mcp/elicitation-content.ts"
import { exchange } from "../../source/mcp/exchange.ts"
import { Patience } from "../../source/mcp/limits.ts"
import type { VersionChoice } from "../../source/mcp/negotiate.ts"
import { request } from "../../source/mcp/request.ts"
import { type StdioOptions, stdioLayer } from "../../source/mcp/stdio.ts"
import { commandLine, serverEnvironment, splitCommand, stdioUrl } from "../../source/mcp/stdio-command.ts"
import { subscribe } from "../../source/mcp/subscription.ts"
import { callTool, listTools } from "../../source/mcp/tools.ts"
import { type Finding, Findings } from "../../source/text/finding.ts"
import { makeSecretBook } from "../../source/text/redaction.ts"
import { Wire } from "../../source/wire/wire.ts"
import { makeRecording } from "../wire/recorder.ts"

const official = fileURLToPath(new URL("stdio-server.js", import.meta.url))

/** Whatever is done over stdio, nothing goes over the network. */
const noWire = Layer.succeed(Wire, {
  send: () => Effect.die("a request left over HTTP"),
  open: () => Effect.die("a request left over HTTP"),
})

const local = <A, E>(
  args: ReadonlyArray<string>,
  use: (url: string) => Effect.Effect<A, E, Wire | Findings>,
  more: Partial<StdioOptions> = {},
) =>
  Effect.suspend(() => {
    const recording = makeRecording()
    const findings: Array<Finding> = []
    const errors: Array<string> = []
    const options: StdioOptions = {
      command: process.execPath,
      args,
      secrets: makeSecretBook(),
      onErrorLine: (line) => errors.push(line),
      ...more,
    }
    return Effect.suspend(() => use(stdioUrl(options))).pipe(
      Effect.provide(stdioLayer(options).pipe(Layer.provide(recording.layer))),
      Effect.provide(noWire),
      Effect.provide(Layer.succeed(Findings, { raise: (one) => Effect.sync(() => void findings.push(one)) })),
      Effect.exit,
      Effect.map((exit) => ({ exit, recording, findings, errors })),
    )
  })

const script = (source: string) => [
  "-e",
  `const answer = (message, result) => console.log(JSON.stringify({ jsonrpc: "2.0", id: message.id, result }));
const hear = (on) => require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => on(JSON.parse(line)));
${source}`,
]

const visit = (version: VersionChoice, which: string) =>
  local([official, which], (url) =>
    Effect.gen(function* () {
      const session = yield* connect({ url, version })
      const tools = yield* listTools(session)
      const tool = tools.find(({ name }) => name === "add")
      if (tool === undefined) return yield* Effect.die("no tool add")
      const sum = yield* callTool({ session, tool, arguments: { a: 2, b: 40 } })
      return { session, sum: sum.content }
    }),
  )

describe("the official SDKs over stdio", () => {
  for (const [version, which, spoken] of [
    ["auto", "v1", "2025-11-25"],
    ["2025-11-25", "v1", "2025-11-25"],
    ["2025-03-26", "v1", "2025-03-26"],
    ["auto", "v2", "2026-07-28"],
    ["2026-07-28", "v2", "2026-07-28"],
    ["2025-11-25", "v2", "2025-11-25"],
  ] as const)
    it.live(`MR-7 MR-62 ${version} with SDK ${which}`, () =>
      Effect.gen(function* () {
        const { exit, recording, errors, findings } = yield* visit(version, which)
        const { session, sum } = yield* exit
        assert.strictEqual(session.protocolVersion, spoken)
        assert.deepStrictEqual(sum, [{ type: "text", text: "42" }])
        assert.include(errors, "starting up")
        assert.deepStrictEqual(
          findings.filter(({ severity }) => severity === "error"),
          [],
        )
        const recorded = recording.requests.map(({ url, leg, body }) => [
          url,
          leg,
          JSON.parse(body?.text ?? "{}").method,
        ])
        assert.deepInclude(recorded, [stdioUrl({ command: process.execPath, args: [] }), "mcp", "tools/call"])
        assert.strictEqual(recording.requests.length, recording.responses.length)
        assert.include(recording.responses.at(-1)?.body?.text ?? "", "42")
      }),
    )

  it.live("MR-16 MR-49 a question of the server is answered", () =>
    Effect.gen(function* () {
      const { exit } = yield* local([official, "v1"], (url) =>
        Effect.gen(function* () {
          const session = yield* connect({ url, version: "2025-11-25" })
          return (yield* request({ session, method: "tools/call", params: { name: "ask", arguments: {} } })).result
        }),
      ).pipe(
        Effect.provideService(Respondent, {
          capabilities: { form: true, url: false },
          answer: (ask) =>
            Effect.succeed({
              action: "accept" as const,
              content: ask.mode === "form" ? Result.getOrElse(acceptDefaults(ask.fields), () => ({})) : {},
            }),
        }),
      )
      assert.deepStrictEqual((yield* exit).content, [
        { type: "text", text: '{"action":"accept","content":{"name":"Ada"}}' },
      ])
    }),
  )

  it.live("CR-121 the server sees only the environment it needs, and what was named for it", () =>
    Effect.gen(function* () {
      process.env.STDIO_CANARY = "canary"
      const { exit } = yield* local(
        [official, "v1"],
        (url) =>
          Effect.gen(function* () {
            const session = yield* connect({ url, version: "2025-11-25" })
            return (yield* request({ session, method: "tools/call", params: { name: "environment", arguments: {} } }))
              .result
          }),
        { env: { API_KEY: "k" } },
      )
      const text = JSON.stringify((yield* exit).content)
      assert.notInclude(text, "STDIO_CANARY")
      assert.include(text, "API_KEY")
      assert.include(text, "PATH")
    }),
  )

  it.live(
    "MR-63 MR-28 a server that died fails the call in flight; the next request starts it anew with a new session",
    () =>
      Effect.gen(function* () {
        const { exit, recording } = yield* local([official, "v1"], (url) =>
          Effect.gen(function* () {
            const session = yield* connect({ url, version: "2025-11-25" })
            const died = yield* Effect.flip(
              request({ session, method: "tools/call", params: { name: "die", arguments: {} } }),
            )
            const after = yield* request({ session, method: "tools/list" })
            return { died, tools: after.result.tools }
          }),
        )
        const { died, tools } = yield* exit
        assert.deepInclude(died, { code: "server_exited", exit: 6 })
        assert.include("detail" in died ? died.detail : "", "status 7")
        assert.include(JSON.stringify(tools), "add")
        const methods = recording.requests.map(({ body }) => JSON.parse(body?.text ?? "{}").method)
        assert.deepStrictEqual(
          methods.filter((method) => method === "initialize" || method === "tools/call"),
          ["initialize", "tools/call", "initialize"],
        )
      }),
  )
})

describe("odd servers over stdio", () => {
  it.live("MR-63 a modern server that crashed is started anew, and told again what is listened to", () =>
    Effect.gen(function* () {
      const dying = script(`
const tag = (id) => ({ "io.modelcontextprotocol/subscriptionId": id });
const say = (method, id, params = {}) => console.log(JSON.stringify({ jsonrpc: "2.0", method, params: { ...params, _meta: tag(id) } }));
const fs = require("node:fs");
hear((message) => {
  if (message.method !== "subscriptions/listen") return;
  say("notifications/subscriptions/acknowledged", message.id, { notifications: { toolsListChanged: true } });
  // The first of its kind leaves a mark and dies.
  if (!fs.existsSync(process.argv[1])) { fs.writeFileSync(process.argv[1], ""); process.exit(3); }
  say("notifications/tools/list_changed", message.id);
  answer(message, { resultType: "complete" });
});`)
      const mark = path.join(mkdtempSync(path.join(tmpdir(), "mcp-dcr-tui-stdio-")), "mark")
      const heard: Array<string> = []
      let granted = 0
      const { exit, findings } = yield* local([...dying, mark], (url) =>
        subscribe({
          session: { url, era: "modern", protocolVersion: "2026-07-28", capabilities: {} },
          filter: { toolsListChanged: true },
          onAcknowledged: () =>
            Effect.sync(() => {
              granted += 1
            }),
          onNotification: ({ method }) => Effect.sync(() => void heard.push(method)),
        }),
      )
      assert.isTrue(Exit.isSuccess(exit))
      assert.strictEqual(granted, 2)
      assert.deepStrictEqual(heard, ["notifications/tools/list_changed"])
      assert.deepStrictEqual(findings, [])
      rmSync(path.dirname(mark), { recursive: true })
    }),
  )

  const modern = "2026-07-28"
  const once = (source: string, more: Partial<StdioOptions> = {}) =>
    local(script(source), (url) => exchange({ session: { url, protocolVersion: modern }, method: "x/y" }), more)
  const code = (exit: Exit.Exit<unknown, unknown>) =>
    Exit.isFailure(exit) ? Object(Object(exit.cause.reasons[0]).error).code : "success"

  it.live("MR-62 lines in pieces, CRLF, blank lines and noise", () =>
    Effect.gen(function* () {
      const { exit, findings } = yield* once(`hear((message) => {
        process.stdout.write("\\r\\nServer ready!\\n");
        const bytes = Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: message.id, result: { s: "世界🌍" } }) + "\\r\\n");
        let at = 0;
        const drip = () => { if (at < bytes.length) { process.stdout.write(bytes.subarray(at, at + 3)); at += 3; setImmediate(drip) } };
        drip();
      })`)
      assert.deepStrictEqual((yield* exit).result, { s: "世界🌍" })
      assert.lengthOf(findings, 1)
      assert.include(findings[0]?.text, "Server ready!")
    }),
  )

  it.live("MR-62 a line of 10 MB", () =>
    Effect.gen(function* () {
      const { exit } = yield* once(`hear((message) => answer(message, { s: "x".repeat(10_000_000) }))`)
      assert.strictEqual(String((yield* exit).result.s).length, 10_000_000)
    }),
  )

  it.live("MR-15 a batch is an error", () =>
    Effect.gen(function* () {
      const { exit } = yield* once(
        `hear((message) => console.log(JSON.stringify([{ jsonrpc: "2.0", id: message.id, result: {} }])))`,
      )
      assert.strictEqual(code(exit), "batch_refused")
    }),
  )

  it.live("a command that does not exist", () =>
    Effect.gen(function* () {
      const { exit } = yield* once("", { command: "/no/such/program" })
      assert.strictEqual(code(exit), "server_not_started")
    }),
  )

  it.live("CR-121 no shell reads the command", () =>
    Effect.gen(function* () {
      const { exit } = yield* local(
        [
          "-e",
          `require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => console.log(JSON.stringify({ jsonrpc: "2.0", id: JSON.parse(line).id, result: { args: process.argv.slice(1) } })))`,
          "a b",
          "; touch /tmp/x",
          "$HOME",
          '"q"',
          "line\nbreak",
        ],
        (url) => exchange({ session: { url, protocolVersion: modern }, method: "x/y" }),
      )
      assert.deepStrictEqual((yield* exit).result.args, ["a b", "; touch /tmp/x", "$HOME", '"q"', "line\nbreak"])
    }),
  )

  it.live("its last words are told when it ends", () =>
    Effect.gen(function* () {
      const { exit } = yield* once(`process.stderr.write("API key missing\\n"); hear(() => process.exit(3))`)
      assert.strictEqual(code(exit), "server_exited")
      assert.include(JSON.stringify(exit), "API key missing")
    }),
  )

  it.live("MR-7 a server that dies of an unknown request is asked again with initialize", () =>
    Effect.gen(function* () {
      const { exit } = yield* local(
        script(`hear((message) => {
          if (message.method === "server/discover") process.exit(1);
          if (message.method === "initialize") answer(message, { protocolVersion: "2025-06-18", capabilities: {}, serverInfo: { name: "old", version: "1" } });
          if (message.method === "tools/list") answer(message, { tools: [] });
        })`),
        (url) => Effect.flatMap(connect({ url, version: "auto" }), (session) => Effect.as(listTools(session), session)),
      )
      assert.deepInclude(yield* exit, { era: "legacy", protocolVersion: "2025-06-18", serverName: "old" })
    }),
  )

  it.live("MR-7 a server that keeps silent to an unknown request is asked again with initialize", () =>
    Effect.gen(function* () {
      const { exit, recording } = yield* local(
        script(`hear((message) => {
          if (message.method === "initialize") answer(message, { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "mute", version: "1" } });
        })`),
        (url) => connect({ url, version: "auto" }).pipe(Effect.provideService(Patience, { soft: 2_500, hard: 60_000 })),
      )
      assert.deepInclude(yield* exit, { era: "legacy", protocolVersion: "2025-11-25", serverName: "mute" })
      const methods = recording.requests.map(({ body }) => JSON.parse(body?.text ?? "{}").method)
      assert.deepStrictEqual(
        methods.filter((method) => !method.startsWith("notifications/")),
        ["server/discover", "initialize"],
      )
    }),
  )

  it.live("MR-7 a server whose end is noticed only after its silence is started anew for initialize", () =>
    Effect.gen(function* () {
      const { exit, recording } = yield* local(
        // As the Python SDK 1.6 does: it falls over at once, and its process ends when the next line comes in.
        script(`let fallen = false; hear((message) => {
          if (message.method === "server/discover") fallen = true;
          else if (fallen && message.id !== undefined) process.exit(1);
          else if (message.method === "initialize") answer(message, { protocolVersion: "2024-11-05", capabilities: {}, serverInfo: { name: "fallen", version: "1" } });
        })`),
        (url) => connect({ url, version: "auto" }).pipe(Effect.provideService(Patience, { soft: 1_500, hard: 60_000 })),
      )
      assert.deepInclude(yield* exit, { era: "legacy", protocolVersion: "2024-11-05", serverName: "fallen" })
      const methods = recording.requests.map(({ body }) => JSON.parse(body?.text ?? "{}").method)
      assert.isAtMost(methods.filter((method) => method === "initialize").length, 2)
    }),
  )

  it.live("MR-64 giving up is told with notifications/cancelled", () =>
    Effect.gen(function* () {
      const { recording } = yield* local(
        script(
          `hear((message) => { if (message.id !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", method: "notifications/x" })) })`,
        ),
        (url) =>
          Effect.gen(function* () {
            const arrived = yield* Deferred.make<void>()
            const fiber = yield* Effect.forkChild(
              exchange({
                session: { url, protocolVersion: modern },
                method: "tools/call",
                onNotification: () => Effect.asVoid(Deferred.succeed(arrived, undefined)),
              }),
            )
            yield* Deferred.await(arrived)
            yield* Fiber.interrupt(fiber)
          }),
      )
      const [first, second] = recording.requests.map(({ body }) => JSON.parse(body?.text ?? "{}"))
      assert.deepInclude(second, { method: "notifications/cancelled" })
      assert.strictEqual(second.params.requestId, first.id)
    }),
  )

  it.live("answers that cross reach their own request", () =>
    Effect.gen(function* () {
      const { exit } = yield* local(
        script(
          `const kept = []; hear((message) => { kept.push(message); if (kept.length === 3) for (const one of kept.reverse()) answer(one, { of: one.id }) })`,
        ),
        (url) =>
          Effect.all(
            [1, 2, 3].map((n) => exchange({ session: { url, protocolVersion: modern }, method: `x/${n}` })),
            { concurrency: "unbounded" },
          ),
      )
      const answers = yield* exit
      assert.lengthOf(new Set(answers.map(({ result }) => result.of)), 3)
    }),
  )

  it.live("MR-63 it is stopped with everything it started, even if it ignores every request to end", () =>
    Effect.gen(function* () {
      const { exit } = yield* once(`
        process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);
        const grandchild = require("node:child_process").spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"]);
        hear((message) => answer(message, { pids: [process.pid, grandchild.pid] }))`)
      const { pids } = (yield* exit).result
      for (const pid of Array.isArray(pids) ? pids : [0]) {
        // A killed process ends in its own time, and stays as a zombie until somebody has looked at it.
        const look = Effect.promise(() =>
          readFile(`/proc/${pid}/stat`, "utf8").then(
            (text) => text.split(") ")[1]?.[0] ?? "",
            () => "gone",
          ),
        )
        let state = yield* look
        for (let tries = 0; tries < 200 && !["gone", "Z", "X"].includes(state); tries++)
          state = yield* Effect.andThen(Effect.sleep(10), look)
        assert.include(["gone", "Z", "X"], state)
      }
    }),
  )

  it.live("MR-63 a server that does not end with its input is asked with SIGTERM before it is killed", () =>
    Effect.gen(function* () {
      const { exit, errors } = yield* once(`
        setInterval(() => {}, 1000); process.on("SIGTERM", () => process.stderr.write("asked to end\\n", () => process.exit(0)));
        hear((message) => answer(message, {}))`)
      yield* exit
      assert.include(errors, "asked to end")
    }),
  )

  it.live("MR-63 a server that ends when its input ends is not signalled", () =>
    Effect.gen(function* () {
      const began = performance.now()
      const { exit } = yield* once(`hear((message) => answer(message, {})).on("close", () => process.exit(0))`)
      yield* exit
      assert.isBelow(performance.now() - began, 1900)
    }),
  )
})

describe("commands", () => {
  it("CR-121 are taken apart without a shell, and shown whole", () => {
    const split = (text: string) => Result.getOrElse(splitCommand(text), (reason) => reason)
    assert.deepStrictEqual(split("node server.js --x 1"), { command: "node", args: ["server.js", "--x", "1"] })
    assert.deepStrictEqual(split(`"my server" 'a "b"' "c \\"d\\"" e\\ f ''`), {
      command: "my server",
      args: ['a "b"', 'c "d"', "e f", ""],
    })
    assert.deepStrictEqual(split("run; rm -rf $HOME | x"), { command: "run;", args: ["rm", "-rf", "$HOME", "|", "x"] })
    assert.deepStrictEqual(split("C:\\tools\\server.exe"), { command: "C:\\tools\\server.exe", args: [] })
    assert.isString(split("  "))
    assert.isString(split("a 'b"))
    assert.strictEqual(commandLine({ command: "x", args: ["a b", "\n", "\u001b[2J"] }), "x 'a b' '\n' $'\\x1b''[2J'")
  })

  it.prop("what is shown is read back as the same command", [Schema.Array(Schema.String)], ([args]) => {
    const words = args.map((arg) => arg.replace(/[^\x20-\x7e]/g, "").replaceAll("'", ""))
    assert.deepStrictEqual(
      splitCommand(commandLine({ command: "c", args: words })),
      Result.succeed({ command: "c", args: words }),
    )
  })

  it("CR-121 the environment", () => {
    assert.deepStrictEqual(serverEnvironment({ PATH: "/bin", TOKEN: "t", HOME: undefined }, { KEY: "k" }), {
      PATH: "/bin",
      KEY: "k",
    })
  })
})
