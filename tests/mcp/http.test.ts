import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { exchange, notify, type Progress } from "../../source/mcp/exchange.ts"
import { Patience } from "../../source/mcp/limits.ts"
import type { ProtocolVersion } from "../../source/mcp/revisions.ts"
import { secret } from "../../source/text/secret.ts"
import { events, json, observed, result, rpcError, run, type Script, serve } from "./server.ts"

const modern = "2026-07-28"
const legacy = "2025-11-25"

/** One `tools/list` against a scripted server. */
const ask = (script: Script, protocolVersion: ProtocolVersion = modern, more: { readonly sessionId?: string } = {}) =>
  Effect.scoped(
    Effect.gen(function* () {
      const server = yield* serve(script)
      const session = {
        url: server.url,
        protocolVersion,
        ...(more.sessionId === undefined ? {} : { sessionId: secret("mcp-session-id", more.sessionId) }),
      }
      const outcome = yield* observed(server.url, exchange({ session, method: "tools/list" }))
      return { ...outcome, received: server.received }
    }),
  )

const stream = (response: Parameters<Script>[1], text: string) =>
  response.writeHead(200, { "content-type": "text/event-stream" }).end(text)

const failureCode = (exit: Exit.Exit<unknown, unknown>): unknown =>
  Exit.match(exit, {
    onSuccess: () => "success",
    onFailure: (cause) => {
      const [reason] = cause.reasons
      const error = reason?._tag === "Fail" ? reason.error : undefined
      return typeof error === "object" && error !== null && "code" in error ? error.code : error
    },
  })

const value = (exit: Exit.Exit<{ readonly result: unknown }, unknown>): unknown =>
  Exit.isSuccess(exit) ? exit.value.result : failureCode(exit)

describe("answers", () => {
  const tools = { tools: [], "x-unknown": { kept: true } }

  for (const type of ["application/json", "Application/JSON; charset=UTF-8", "application/vnd.mcp+json"])
    it.live(`MR-21 JSON as ${type}`, () =>
      Effect.gen(function* () {
        const { exit } = yield* ask((request, response) =>
          json(response, result(request, tools), 200, { "content-type": type }),
        )
        assert.deepStrictEqual(value(exit), tools)
      }),
    )

  for (const type of ["text/event-stream", "Text/Event-Stream; charset=utf-8"])
    it.live(`MR-21 events as ${type}`, () =>
      Effect.gen(function* () {
        const { exit } = yield* ask((request, response) => {
          const send = events(response, { "content-type": type })
          response.write(": keep-alive\n\nid: 1\ndata:\n\nevent: other\ndata: not json\n\n")
          send(result(request, tools))
          response.end()
        })
        assert.deepStrictEqual(value(exit), tools)
      }),
    )

  it.live("MR-21 a response ends the wait even if the server never ends the stream", () =>
    Effect.gen(function* () {
      const began = performance.now()
      const { exit } = yield* ask((request, response) => void events(response)(result(request, tools)))
      assert.deepStrictEqual(value(exit), tools)
      assert.isBelow(performance.now() - began, 2000)
    }),
  )

  it.live("MR-23 events in odd pieces", () =>
    Effect.gen(function* () {
      const { exit } = yield* ask((request, response) => {
        events(response)
        const text = Buffer.from(`data: ${JSON.stringify(result(request, { s: "世界🌍" }))}\r\n\r\n`)
        let at = 0
        const drip = () => {
          if (at >= text.length) return response.end()
          response.write(text.subarray(at, at + 7))
          at += 7
          setImmediate(drip)
        }
        drip()
      })
      assert.deepStrictEqual(value(exit), { s: "世界🌍" })
    }),
  )

  const misfits: ReadonlyArray<readonly [string, Script, string]> = [
    [
      "MR-21 a web page",
      (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Hi</title>"),
      "web_page",
    ],
    [
      "MR-21 plain text",
      (_, response) => response.writeHead(200, { "content-type": "text/plain" }).end("hi"),
      "wrong_media_type",
    ],
    ["MR-21 nothing at all", (_, response) => response.writeHead(202).end(), "no_response"],
    [
      "broken JSON",
      (_, response) => response.writeHead(200, { "content-type": "application/json" }).end('{"a":'),
      "not_json",
    ],
    ["JSON that is no message", (_, response) => json(response, { hello: "world" }), "not_json_rpc"],
    ["MR-15 a batch", (request, response) => json(response, [result(request, {})]), "batch_refused"],
    ["MR-14 another id", (_, response) => json(response, { jsonrpc: "2.0", id: 999_999, result: {} }), "no_response"],
    [
      "MR-14 the id as text",
      (request, response) => json(response, { jsonrpc: "2.0", id: String(request.json.id), result: {} }),
      "no_response",
    ],
    [
      "MR-14 result and error",
      (request, response) => json(response, { ...result(request, {}), error: { code: 1, message: "" } }),
      "not_json_rpc",
    ],
    ["F-51 a stream that ends early", (_, response) => stream(response, 'data: {"jsonrpc"'), "no_response"],
    ["F-52 an event that is no JSON", (_, response) => stream(response, "data: hello\n\n"), "not_json"],
    [
      "MR-17 an unknown resultType",
      (request, response) => json(response, result(request, { resultType: "maybe" })),
      "bad_result",
    ],
    [
      "MR-17 input_required on tools/list",
      (request, response) => json(response, result(request, { resultType: "input_required" })),
      "bad_result",
    ],
    ["MR-19 a JSON-RPC error", (request, response) => json(response, rpcError(request, -32602, "no")), "rpc_error"],
    [
      "MR-25 an error with status 400",
      (request, response) => json(response, rpcError(request, -32602, "no"), 400),
      "rpc_error",
    ],
    ["MR-44 404 with -32601", (request, response) => json(response, rpcError(request, -32601, "no"), 404), "rpc_error"],
    ["MR-44 -32021", (request, response) => json(response, rpcError(request, -32021, "no"), 400), "capability_missing"],
    [
      "MR-25 an error that could not read the id",
      (_, response) => json(response, { jsonrpc: "2.0", id: null, error: { code: -32700, message: "?" } }, 400),
      "rpc_error",
    ],
    [
      "MR-25 an error of another request",
      (_, response) => json(response, { jsonrpc: "2.0", id: 999_999, error: { code: -1, message: "?" } }, 400),
      "http_error",
    ],
    ["404", (_, response) => response.writeHead(404, { "content-type": "text/html" }).end("<html>"), "not_found"],
    ["405", (_, response) => response.writeHead(405).end(), "method_not_allowed"],
    ["429", (_, response) => response.writeHead(429, { "retry-after": "7" }).end(), "busy"],
    ["500", (_, response) => response.writeHead(500).end("stack"), "server_error"],
    ["CR-101 403 without a challenge", (_, response) => response.writeHead(403).end("Invalid Origin"), "forbidden"],
    [
      "a redirect",
      (_, response) => response.writeHead(307, { location: "https://elsewhere.test/" }).end(),
      "redirect_refused",
    ],
    ["a cut connection", (_, response) => response.destroy(), "connection_lost"],
  ]
  it.live("CR-38 an endpoint that wants a slash at the end is asked there, with a warning", () =>
    Effect.gen(function* () {
      const { exit, findings } = yield* ask((request, response) => {
        const path = response.req.url ?? ""
        if (path.endsWith("/")) return json(response, result(request, { ok: true }))
        response.writeHead(307, { location: `${path}/` }).end()
      })
      assert.strictEqual(exit._tag, "Success")
      assert.ok(findings.some(({ severity, text }) => severity === "warning" && text.includes("slash")))
    }),
  )
  for (const [name, script, code] of misfits)
    it.live(`${name} is ${code}`, () =>
      Effect.gen(function* () {
        const { exit } = yield* ask(script)
        assert.strictEqual(failureCode(exit), code)
      }),
    )

  it.live(
    "MR-18 a code that means nothing by itself is passed on with the server's words and data, whatever the revision",
    () =>
      Effect.gen(function* () {
        for (const code of [-32002, -32602, -32000, -32019, -32042, 7])
          for (const version of [legacy, modern] as const) {
            const error = { code, message: "no such thing", data: { uri: "note://x" } }
            const { exit } = yield* ask(
              (request, response) => json(response, { jsonrpc: "2.0", id: request.json.id, error }),
              version,
            )
            assert.isTrue(Exit.isFailure(exit))
            if (Exit.isFailure(exit))
              assert.deepInclude(Object(exit.cause.reasons[0]).error, {
                code: "rpc_error",
                received: `error ${code}`,
                detail: 'no such thing {"uri":"note://x"}',
              })
          }
      }),
  )

  it.live("CR-28 400 with invalid_request is our own mistake: told, and nothing is asked for", () =>
    Effect.gen(function* () {
      const field = 'Bearer error="invalid_request", error_description="two tokens"'
      const { exit, received } = yield* ask((_, response) =>
        response.writeHead(400, { "www-authenticate": field }).end(),
      )
      assert.strictEqual(failureCode(exit), "http_error")
      assert.strictEqual(received.length, 1)
    }),
  )

  it.live("MR-15 a batch is taken apart in 2025-03-26, in JSON and in events", () =>
    Effect.gen(function* () {
      for (const stream of [false, true]) {
        const { exit } = yield* ask((request, response) => {
          const batch = [{ jsonrpc: "2.0", method: "notifications/x" }, result(request, { ok: stream })]
          if (!stream) return json(response, batch)
          events(response)(batch)
          response.end()
        }, "2025-03-26")
        assert.deepStrictEqual(value(exit), { ok: stream })
      }
    }),
  )

  it.live("MR-28 404 in a session means that the session is lost, in the legacy era only", () =>
    Effect.gen(function* () {
      const gone: Script = (request, response) => json(response, rpcError(request, -32001, "Session not found"), 404)
      assert.strictEqual(failureCode((yield* ask(gone, legacy, { sessionId: "s" })).exit), "session_lost")
      assert.strictEqual(failureCode((yield* ask(gone, modern, { sessionId: "s" })).exit), "rpc_error")
    }),
  )

  it.live("busy says how long to wait", () =>
    Effect.gen(function* () {
      const { exit } = yield* ask((_, response) => response.writeHead(503, { "retry-after": "12" }).end())
      assert.isTrue(Exit.isFailure(exit))
      if (Exit.isFailure(exit))
        assert.deepInclude(Object(exit.cause.reasons[0]).error, { code: "busy", retryAfterMillis: 12_000, status: 503 })
    }),
  )
})

describe("authorization", () => {
  it.live("CR-1 CR-99 any 401 hands the challenges on, and the token goes with every request", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve((_, response) =>
          response.writeHead(401, { "www-authenticate": ['Bearer realm="a"', "DPoP"] }).end(),
        )
        const session = { url: server.url, protocolVersion: modern } as const
        const failure = yield* Effect.flip(
          run(server.url, exchange({ session, method: "tools/list", token: secret("access_token", "canary-1") })),
        )
        assert.deepInclude(failure, {
          _tag: "AuthorizationRequired",
          status: 401,
          wwwAuthenticate: ['Bearer realm="a"', "DPoP"],
          exchange: 1,
          url: server.url,
          tokenSent: true,
        })
        assert.strictEqual(server.received[0]?.headers.authorization, "Bearer canary-1")
        const without = yield* Effect.flip(run(server.url, exchange({ session, method: "tools/list" })))
        assert.deepInclude(without, { tokenSent: false })
        const notified = yield* Effect.flip(run(server.url, notify({ session }, "notifications/initialized")))
        assert.strictEqual(notified._tag, "AuthorizationRequired")
      }),
    ),
  )

  it.live("CR-101 a challenged 403 is authorization too", () =>
    Effect.gen(function* () {
      const { exit } = yield* ask((request, response) =>
        json(response, rpcError(request, -32003, "scope"), 403, {
          "www-authenticate": 'Bearer error="insufficient_scope", scope="x"',
        }),
      )
      assert.isTrue(Exit.isFailure(exit))
      if (Exit.isFailure(exit))
        assert.deepInclude(Object(exit.cause.reasons[0]).error, { _tag: "AuthorizationRequired", status: 403 })
    }),
  )

  it.live("I-2 neither token nor session id appears in the record", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve((request, response) =>
          json(response, result(request, {}), 200, { "mcp-session-id": "canary-session-9" }),
        )
        const session = {
          url: server.url,
          protocolVersion: legacy,
          sessionId: secret("mcp-session-id", "canary-session-1"),
        } as const
        const { recording, exit } = yield* observed(
          server.url,
          exchange({ session, method: "x/y", token: secret("access_token", "canary-token-1") }),
        )
        assert.strictEqual(server.received[0]?.headers["mcp-session-id"], "canary-session-1")
        assert.notInclude(JSON.stringify([recording.requests, recording.responses, exit]), "canary")
      }),
    ),
  )
})

describe("messages beside the response", () => {
  it.live("MR-59 progress reaches the callback; foreign and non-increasing progress does not", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve((request, response) => {
          const send = events(response)
          const token = Object(request.json.params)._meta.progressToken
          const progress = (progressToken: unknown, at: number) =>
            send({
              jsonrpc: "2.0",
              method: "notifications/progress",
              params: { progressToken, progress: at, total: 3 },
            })
          progress(token, 1)
          progress("someone-else", 2)
          progress(token, 1)
          progress(String(token), 2)
          progress(token, 3)
          send({ jsonrpc: "2.0", method: "notifications/tools/list_changed" })
          send(result(request, {}))
          response.end()
        })
        const seen: Array<Progress> = []
        const notified: Array<string> = []
        yield* run(
          server.url,
          exchange({
            session: { url: server.url, protocolVersion: modern },
            method: "tools/call",
            params: { name: "x" },
            onProgress: (progress) => Effect.sync(() => void seen.push(progress)),
            onNotification: ({ method }) => Effect.sync(() => void notified.push(method)),
          }),
        )
        assert.deepStrictEqual(seen, [
          { progress: 1, total: 3 },
          { progress: 3, total: 3 },
        ])
        assert.deepStrictEqual(notified, ["notifications/tools/list_changed"])
      }),
    ),
  )

  /** Asks us something on the stream of our request. */
  const asking: Script = (request, response) => {
    if (request.json.method === undefined) return void response.writeHead(202).end()
    const send = events(response)
    send({ jsonrpc: "2.0", id: "s-1", method: "ping" })
    send({ jsonrpc: "2.0", id: 2, method: "sampling/createMessage", params: {} })
    send(result(request, { ok: true }))
    response.end()
  }

  it.live("MR-16 legacy: a ping is answered, what was not declared is declined", () =>
    Effect.gen(function* () {
      const { exit, received } = yield* ask(asking, legacy)
      assert.deepStrictEqual(value(exit), { ok: true })
      assert.deepInclude(received[1]?.json, { id: "s-1", result: {} })
      assert.deepInclude(received[2]?.json, { id: 2 })
      assert.strictEqual(received[2]?.json.error?.code, -32601)
    }),
  )

  it.live("MR-16 modern: the server may not ask; it is reported and never answered", () =>
    Effect.gen(function* () {
      const { exit, received, findings } = yield* ask(asking, modern)
      assert.deepStrictEqual(value(exit), { ok: true })
      assert.lengthOf(received, 1)
      assert.deepStrictEqual(
        findings.map(({ severity }) => severity),
        ["error", "error"],
      )
    }),
  )

  it.live("MR-14 a response with an unknown id is ignored and reported", () =>
    Effect.gen(function* () {
      const { exit, findings } = yield* ask((request, response) => {
        const send = events(response)
        send({ jsonrpc: "2.0", id: "other", result: { wrong: true } })
        send(result(request, { right: true }))
        response.end()
      })
      assert.deepStrictEqual(value(exit), { right: true })
      assert.lengthOf(findings, 1)
    }),
  )

  it.live("MR-61 modern: log messages that nobody asked for are reported", () =>
    Effect.gen(function* () {
      const { findings } = yield* ask((request, response) => {
        const send = events(response)
        send({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "x" } })
        send(result(request, {}))
        response.end()
      })
      assert.lengthOf(findings, 1)
    }),
  )
})

describe("giving up", () => {
  /** Starts a call, waits until the server has it, gives it up, and tells what the server saw. */
  const giveUp = (protocolVersion: ProtocolVersion, method: string) =>
    Effect.scoped(
      Effect.gen(function* () {
        const arrived = yield* Deferred.make<void>()
        const closed = yield* Deferred.make<void>()
        const server = yield* serve((request, response) => {
          if (request.json.id === undefined) return void response.writeHead(202).end()
          response.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
          events(response)({ jsonrpc: "2.0", method: "notifications/x" })
          Deferred.doneUnsafe(arrived, Effect.void)
        })
        const fiber = yield* Effect.forkChild(
          run(server.url, exchange({ session: { url: server.url, protocolVersion }, method })),
        )
        yield* Deferred.await(arrived)
        yield* Fiber.interrupt(fiber)
        yield* Deferred.await(closed)
        return server.received
      }),
    )

  it.live("MR-33 legacy: the stream is closed and notifications/cancelled is sent", () =>
    Effect.gen(function* () {
      const received = yield* giveUp(legacy, "tools/call")
      assert.lengthOf(received, 2)
      assert.strictEqual(received[1]?.json.method, "notifications/cancelled")
      assert.strictEqual(received[1]?.json.params?.requestId, received[0]?.json.id)
    }),
  )

  it.live("MR-33 initialize is never cancelled by a notification", () =>
    Effect.gen(function* () {
      assert.lengthOf(yield* giveUp(legacy, "initialize"), 1)
    }),
  )

  it.live("MR-42 modern: closing the stream is the cancel, nothing else is sent", () =>
    Effect.gen(function* () {
      assert.lengthOf(yield* giveUp(modern, "tools/call"), 1)
    }),
  )

  it.live("MR-59 MR-19 silence ends a request; progress extends the wait, but not beyond the hard limit", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve((request, response) => {
          const send = events(response)
          let at = 0
          const timer = setInterval(
            () =>
              send({
                jsonrpc: "2.0",
                method: "notifications/progress",
                params: { progressToken: request.json.id, progress: ++at },
              }),
            20,
          )
          response.on("close", () => clearInterval(timer))
        })
        const call = (soft: number, hard: number, listening: boolean) => {
          const began = performance.now()
          return run(
            server.url,
            exchange({
              session: { url: server.url, protocolVersion: modern },
              method: "tools/call",
              onProgress: listening ? () => Effect.void : undefined,
            }),
          ).pipe(
            Effect.provideService(Patience, { soft, hard }),
            Effect.flip,
            Effect.map((failure) => ({ failure, millis: performance.now() - began })),
          )
        }
        const silent = yield* call(150, 5000, false)
        assert.deepInclude(silent.failure, { code: "request_timed_out", exit: 6, received: "nothing for 150ms" })
        assert.isBelow(silent.millis, 1500)
        const lively = yield* call(150, 600, true)
        assert.deepInclude(lively.failure, { code: "request_timed_out" })
        assert.isAtLeast(lively.millis, 590)
      }),
    ),
  )
})

describe("notifications", () => {
  it.live("MR-22 202 without a body is success, and so is any other 2xx", () =>
    Effect.scoped(
      Effect.gen(function* () {
        let status = 202
        const server = yield* serve((_, response) => response.writeHead(status).end())
        const session = { url: server.url, protocolVersion: legacy } as const
        assert.deepStrictEqual(yield* run(server.url, notify({ session }, "notifications/initialized")), {
          exchange: 1,
        })
        status = 200
        yield* run(server.url, notify({ session }, "notifications/initialized"))
        assert.notProperty(server.received[0]?.json, "id")
        status = 400
        assert.deepInclude(yield* Effect.flip(run(server.url, notify({ session }, "notifications/initialized"))), {
          code: "http_error",
        })
      }),
    ),
  )
})
