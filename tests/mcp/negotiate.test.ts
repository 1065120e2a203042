import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { connect, disconnect } from "../../source/mcp/connect.ts"
import { KnownEras } from "../../source/mcp/known-eras.ts"
import type { VersionChoice } from "../../source/mcp/negotiate.ts"
import { probe } from "../../source/mcp/probe.ts"
import { request } from "../../source/mcp/request.ts"
import { reveal, secret } from "../../source/text/secret.ts"
import { json, observed, type Received, result, rpcError, run, type Script, serve } from "./server.ts"

const discovered = (supportedVersions: ReadonlyArray<string>) => ({
  resultType: "complete",
  supportedVersions,
  capabilities: { tools: {} },
  instructions: "be kind",
  _meta: { "io.modelcontextprotocol/serverInfo": { name: "modern", version: "2" } },
})

const initialized = (protocolVersion: unknown) => ({
  protocolVersion,
  capabilities: { tools: { listChanged: true } },
  serverInfo: { name: "old", version: "1" },
})

/** A legacy server: answers `initialize` with a version, and everything else before it as scripted. */
const legacyServer =
  (refusal: Script, version = "2025-11-25", sessionId: string | undefined = "s-1"): Script =>
  (request, response) => {
    if (request.json.method === "initialize")
      return json(
        response,
        result(request, initialized(version)),
        200,
        sessionId === undefined ? {} : { "Mcp-Session-Id": sessionId },
      )
    if (request.json.method?.startsWith("notifications/")) return response.writeHead(202).end()
    return refusal(request, response)
  }

const talk = (script: Script, version: VersionChoice) =>
  Effect.scoped(
    Effect.gen(function* () {
      const server = yield* serve(script)
      const { exit, findings } = yield* observed(server.url, Effect.result(connect({ url: server.url, version })))
      const outcome = yield* exit
      return {
        outcome: Result.isSuccess(outcome) ? outcome.success : outcome.failure,
        received: server.received,
        methods: server.received.map(({ json, method }) => json.method ?? method),
        findings,
      }
    }),
  )

const code = (outcome: object): unknown => ("code" in outcome ? outcome.code : "session")

describe("modern era", () => {
  const modern: Script = (request, response) => json(response, result(request, discovered(["2026-07-28"])))

  for (const version of ["auto", "2026-07-28"] as const)
    it.live(`MR-1 ${version}: one request, no handshake`, () =>
      Effect.gen(function* () {
        const { outcome, methods, received } = yield* talk(modern, version)
        assert.deepStrictEqual(methods, ["server/discover"])
        assert.deepInclude(outcome, {
          era: "modern",
          protocolVersion: "2026-07-28",
          serverName: "modern",
          serverVersion: "2",
          instructions: "be kind",
          capabilities: { tools: {} },
        })
        const meta = Object(received[0]?.json.params?._meta)
        assert.strictEqual(meta["io.modelcontextprotocol/protocolVersion"], "2026-07-28")
        assert.strictEqual(received[0]?.headers["mcp-protocol-version"], "2026-07-28")
        assert.strictEqual(received[0]?.headers["mcp-method"], "server/discover")
        assert.deepStrictEqual(meta["io.modelcontextprotocol/clientCapabilities"], {})
        assert.strictEqual(meta["io.modelcontextprotocol/clientInfo"].name, "mcp-dcr-tui")
      }),
    )

  it.live("MR-41 a session id that a modern server sends is ignored", () =>
    Effect.gen(function* () {
      const { outcome } = yield* talk(
        (request, response) =>
          json(response, result(request, discovered(["2026-07-28"])), 200, { "mcp-session-id": "x" }),
        "auto",
      )
      assert.notProperty(outcome, "sessionId")
    }),
  )

  const refusing =
    (times: number, supported: unknown): Script =>
    (request, response) =>
      Number(request.json.id) >= 0 && counted(request) <= times
        ? json(response, rpcError(request, -32022, "version", { supported }), 400)
        : modern(request, response)
  let count = 0
  const counted = (request: Received): number => (request.json.method === "server/discover" ? ++count : 0)

  it.live("MR-5 -32022 that names our version is tried once more", () =>
    Effect.gen(function* () {
      count = 0
      const { outcome, methods, received } = yield* talk(refusing(1, ["2026-07-28", "2099-01-01"]), "2026-07-28")
      assert.strictEqual(code(outcome), "session")
      assert.deepStrictEqual(methods, ["server/discover", "server/discover"])
      assert.notStrictEqual(received[0]?.json.id, received[1]?.json.id)
    }),
  )

  it.live("MR-5 F-57 a second -32022 is fatal", () =>
    Effect.gen(function* () {
      count = 0
      const { outcome, methods } = yield* talk(refusing(99, ["2026-07-28"]), "auto")
      assert.strictEqual(code(outcome), "version_refused")
      assert.lengthOf(methods, 2)
    }),
  )

  it.live("MR-5 only versions we do not know: fatal, without initialize", () =>
    Effect.gen(function* () {
      for (const supported of [["2099-01-01"], [], "garbage", undefined]) {
        count = 0
        const { outcome, methods } = yield* talk(refusing(99, supported), "auto")
        assert.strictEqual(code(outcome), "unsupported_version")
        assert.deepStrictEqual(methods, ["server/discover"])
      }
    }),
  )

  it.live("MR-5 only legacy versions: initialize with the newest of them in auto, fatal when pinned", () =>
    Effect.gen(function* () {
      const script = legacyServer(
        (request, response) =>
          json(response, rpcError(request, -32022, "v", { supported: ["2025-06-18", "2025-03-26"] }), 400),
        "2025-06-18",
      )
      const auto = yield* talk(script, "auto")
      assert.deepInclude(auto.outcome, { era: "legacy", protocolVersion: "2025-06-18" })
      assert.strictEqual(auto.received[1]?.json.params?.protocolVersion, "2025-06-18")
      assert.strictEqual(code((yield* talk(script, "2026-07-28")).outcome), "unsupported_version")
    }),
  )

  for (const errorCode of [-32020, -32021])
    it.live(`MR-8 X-10 ${errorCode} is a modern answer: no initialize`, () =>
      Effect.gen(function* () {
        const { methods } = yield* talk(
          legacyServer((request, response) => json(response, rpcError(request, errorCode, "no"), 400)),
          "auto",
        )
        assert.deepStrictEqual(methods, ["server/discover"])
      }),
    )

  it.live("pinned to 2026-07-28, a server without server/discover is used and reported", () =>
    Effect.gen(function* () {
      const { outcome, findings } = yield* talk(
        (request, response) => json(response, rpcError(request, -32601, "no"), 404),
        "2026-07-28",
      )
      assert.deepInclude(outcome, { era: "modern", capabilities: {} })
      assert.strictEqual(findings[0]?.severity, "error")
    }),
  )
})

describe("legacy era", () => {
  const refusals: ReadonlyArray<readonly [string, Script]> = [
    ["400 without a body", (_, response) => response.writeHead(400).end()],
    ["400 with -32000", (request, response) => json(response, rpcError(request, -32000, "no session"), 400)],
    ["404 as a web page", (_, response) => response.writeHead(404, { "content-type": "text/html" }).end("<html>")],
    ["200 with -32601", (request, response) => json(response, rpcError(request, -32601, "no"))],
    ["406", (_, response) => response.writeHead(406).end()],
    ["200 with an empty result", (request, response) => json(response, result(request, {}))],
  ]
  for (const [name, refusal] of refusals)
    it.live(`MR-4 ${name} as answer to the modern request leads to initialize`, () =>
      Effect.gen(function* () {
        const { outcome, methods } = yield* talk(legacyServer(refusal), "auto")
        assert.deepStrictEqual(methods, ["server/discover", "initialize", "notifications/initialized"])
        assert.deepInclude(outcome, { era: "legacy", protocolVersion: "2025-11-25", serverName: "old" })
      }),
    )

  const neutral: ReadonlyArray<readonly [string, Script, string]> = [
    ["401", (_, response) => response.writeHead(401).end(), "AuthorizationRequired"],
    [
      "403 with a challenge",
      (_, response) => response.writeHead(403, { "www-authenticate": "Bearer" }).end(),
      "AuthorizationRequired",
    ],
    ["403 without one", (_, response) => response.writeHead(403).end(), "McpFailure"],
    ["500", (_, response) => response.writeHead(500).end(), "McpFailure"],
    ["503", (_, response) => response.writeHead(503).end(), "McpFailure"],
    ["429", (_, response) => response.writeHead(429).end(), "McpFailure"],
    ["a cut connection", (_, response) => response.destroy(), "WireFailure"],
    [
      "a website",
      (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
      "McpFailure",
    ],
  ]
  for (const [name, refusal, tag] of neutral)
    it.live(`MR-6 ${name} says nothing about the era: no initialize`, () =>
      Effect.gen(function* () {
        const { outcome, methods } = yield* talk(legacyServer(refusal), "auto")
        assert.deepStrictEqual(methods, ["server/discover"])
        assert.deepInclude<object>(outcome, { _tag: tag })
      }),
    )

  const never: Script = (_, response) => response.writeHead(500).end()

  for (const version of ["2025-11-25", "2025-06-18", "2025-03-26"] as const)
    it.live(`MR-1 MR-2 ${version} pinned: initialize first, then notifications/initialized`, () =>
      Effect.gen(function* () {
        const { outcome, methods, received } = yield* talk(legacyServer(never, version), version)
        assert.deepStrictEqual(methods, ["initialize", "notifications/initialized"])
        assert.strictEqual(received[0]?.json.params?.protocolVersion, version)
        assert.strictEqual(Object(received[0]?.json.params?.clientInfo).name, "mcp-dcr-tui")
        assert.isUndefined(received[0]?.headers["mcp-protocol-version"])
        assert.strictEqual(received[1]?.headers["mcp-protocol-version"], version === "2025-03-26" ? undefined : version)
        assert.strictEqual(received[1]?.headers["mcp-session-id"], "s-1")
        assert.deepInclude(outcome, { era: "legacy", protocolVersion: version })
        assert.isUndefined(received[0]?.json.params?._meta)
      }),
    )

  it.live("MR-2 the server may choose another version that we know", () =>
    Effect.gen(function* () {
      const { outcome, received, findings } = yield* talk(legacyServer(never, "2025-03-26"), "2025-11-25")
      assert.deepInclude(outcome, { protocolVersion: "2025-03-26" })
      assert.isUndefined(received[1]?.headers["mcp-protocol-version"])
      assert.strictEqual(findings[0]?.severity, "note")
    }),
  )

  it.live("MR-2 a version that we do not know, or that has no handshake, ends the attempt", () =>
    Effect.gen(function* () {
      for (const version of ["2024-10-07", "1.0", "2026-07-28"]) {
        const { outcome, methods } = yield* talk(legacyServer(never, version), "2025-11-25")
        assert.strictEqual(code(outcome), "unsupported_version")
        assert.deepStrictEqual(methods, ["initialize"])
      }
    }),
  )

  it.live("MR-27 F-54 session ids outside visible ASCII are refused, without one there is none", () =>
    Effect.gen(function* () {
      for (const bad of ["a b", "caf\u00e9", "x".repeat(5000)]) {
        const { outcome } = yield* talk(legacyServer(never, "2025-11-25", bad), "2025-11-25")
        assert.strictEqual(code(outcome), "session_id_invalid")
      }
      const { outcome } = yield* talk(legacyServer(never, "2025-11-25", ""), "2025-11-25")
      assert.strictEqual(code(outcome), "session_id_invalid")
    }),
  )

  it.live(
    "MR-29 disconnect: DELETE with session, version and token; a server that does not answer is not waited for",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const server = yield* serve((request, response) => {
            if (request.headers["mcp-session-id"] === "polite") response.writeHead(405).end()
          })
          const session = (id: string) => ({
            url: server.url,
            era: "legacy" as const,
            protocolVersion: "2025-11-25" as const,
            capabilities: {},
            sessionId: secret("mcp-session-id", id),
          })
          yield* run(server.url, disconnect(session("polite"), secret("access_token", "t")))
          assert.deepInclude(server.received[0], { method: "DELETE" })
          assert.deepInclude(server.received[0]?.headers, {
            "mcp-session-id": "polite",
            "mcp-protocol-version": "2025-11-25",
            authorization: "Bearer t",
          })
          const began = performance.now()
          yield* run(server.url, disconnect(session("silent")))
          assert.isBelow(performance.now() - began, 2900)
          const { sessionId: _, ...none } = session("")
          yield* run(server.url, disconnect(none))
          yield* run(server.url, disconnect({ ...session("x"), era: "modern", protocolVersion: "2026-07-28" }))
          assert.lengthOf(server.received, 2)
        }),
      ),
  )
})

describe("probe", () => {
  const looks = (script: Script, version: VersionChoice = "auto") =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve(script)
        const outcome = yield* run(server.url, Effect.result(probe({ url: server.url, version })))
        return { outcome: Result.isSuccess(outcome) ? outcome.success : outcome.failure, received: server.received }
      }),
    )

  it.live("MR-6 a challenge is an outcome, whichever era was asked", () =>
    Effect.gen(function* () {
      for (const version of ["auto", "2026-07-28", "2025-11-25"] as const) {
        const { outcome, received } = yield* looks(
          (_, response) => response.writeHead(401, { "www-authenticate": "Bearer x=y" }).end(),
          version,
        )
        assert.deepInclude(outcome, {
          _tag: "challenged",
          status: 401,
          wwwAuthenticate: ["Bearer x=y"],
          exchange: 1,
          tokenSent: false,
        })
        assert.lengthOf(received, 1)
      }
    }),
  )

  it.live("an open server is an outcome whose session connect carries on", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve(legacyServer((_, response) => response.writeHead(400).end()))
        const outcome = yield* run(server.url, probe({ url: server.url, version: "auto" }))
        assert.strictEqual(outcome._tag, "open")
        if (outcome._tag !== "open") return
        assert.deepInclude(outcome, { status: 200, exchange: 2 })
        const session = yield* run(server.url, connect({ url: server.url, version: "auto", hint: outcome.session }))
        assert.strictEqual(session.sessionId && reveal(session.sessionId), "s-1")
        assert.deepStrictEqual(
          server.received.map(({ json }) => json.method),
          ["server/discover", "initialize", "notifications/initialized"],
        )
      }),
    ),
  )

  it.live("what the URL seems to be is said: a website, no endpoint, no POST", () =>
    Effect.gen(function* () {
      const table: ReadonlyArray<readonly [number, string, string]> = [
        [200, "text/html", "web_page"],
        [404, "text/html", "not_found"],
        [405, "text/plain", "method_not_allowed"],
        [403, "text/html", "forbidden"],
      ]
      for (const [status, type, expected] of table) {
        const { outcome } = yield* looks((_, response) =>
          response.writeHead(status, { "content-type": type }).end("<html><title>Shop</title>"),
        )
        assert.strictEqual(code(outcome), expected)
        assert.include("detail" in outcome ? outcome.detail : "", "Shop")
      }
    }),
  )
})

describe("MR-9 what was found out about a server", () => {
  const seen = (received: ReadonlyArray<Received>) => received.map(({ json }) => json.method)
  const never: Script = (request, response) => json(response, rpcError(request, -32601, "no"))

  const twice = (script: Script, between: Effect.Effect<void> = Effect.void) =>
    Effect.gen(function* () {
      const server = yield* serve(script)
      const once = connect({ url: server.url, version: "auto" })
      yield* run(
        server.url,
        Effect.andThen(once, Effect.andThen(between, once)).pipe(Effect.provideService(KnownEras, new Map())),
      )
      return seen(server.received)
    }).pipe(Effect.scoped)

  it.live("a legacy server is not asked in the modern way again within a run", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* twice(legacyServer(never)), [
        "server/discover",
        "initialize",
        "notifications/initialized",
        "initialize",
        "notifications/initialized",
      ])
    }),
  )

  it.live("when that fails it is asked anew: it may have been brought up to date", () =>
    Effect.gen(function* () {
      let upgraded = false
      const old = legacyServer(never)
      const server: Script = (request, response) => {
        if (!upgraded) return old(request, response)
        return request.json.method === "initialize"
          ? json(response, rpcError(request, -32022, "too old", { supported: ["2026-07-28"] }), 400)
          : json(response, result(request, discovered(["2026-07-28"])))
      }
      const upgrade = Effect.sync(() => {
        upgraded = true
      })
      assert.deepStrictEqual((yield* twice(server, upgrade)).slice(3), ["initialize", "server/discover"])
    }),
  )

  it.live("MR-10 a modern server stays one, whatever it answers later", () =>
    Effect.gen(function* () {
      let broken = false
      const server: Script = (request, response) =>
        broken
          ? json(response, rpcError(request, -32020, "header mismatch"), 400)
          : json(response, result(request, discovered(["2026-07-28"])))
      const running = yield* Effect.scoped(
        Effect.gen(function* () {
          const served = yield* serve(server)
          const outcome = yield* Effect.result(
            run(
              served.url,
              Effect.gen(function* () {
                const session = yield* connect({ url: served.url, version: "auto" })
                broken = true
                return yield* request({ session, method: "prompts/list" })
              }),
            ),
          )
          return { outcome, seen: seen(served.received) }
        }),
      )
      assert.isTrue(Result.isFailure(running.outcome))
      assert.deepStrictEqual(running.seen, ["server/discover", "prompts/list"])
    }),
  )
})
