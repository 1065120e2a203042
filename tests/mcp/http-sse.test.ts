import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { connect } from "../../source/mcp/connect.ts"
import { httpSseLayer, messageEndpoint } from "../../source/mcp/http-sse.ts"
import { request } from "../../source/mcp/request.ts"
import { makeSecretBook } from "../../source/text/redaction.ts"
import { allDone, mocked, requests, run as runFlow, statuses } from "../flow/room.ts"
import { sdkSseServer } from "../servers/sdk-sse.ts"
import { type Received, run, type Script, serve } from "./server.ts"

const old = { legacySse: true }
const add = { a: 2, b: 40 }

const official = (oauth: boolean) =>
  Effect.acquireRelease(
    Effect.promise(() => sdkSseServer({ oauth })),
    (server) => Effect.promise(() => server[Symbol.asyncDispose]()),
  )

describe("the official SDK's server of HTTP+SSE", () => {
  it.live("MR-35 without authorization: one stream, answers on it, everything else posted", () =>
    Effect.gen(function* () {
      const server = yield* official(false)
      const state = yield* runFlow(server.url, { target: old }, ({ flow }) => flow.call("add", add))
      assert.strictEqual(statuses(state).call, "done")
      assert.deepStrictEqual(state.facts.result?.content, [{ type: "text", text: "42" }])
      assert.deepStrictEqual(
        server.seen.filter((line) => line.startsWith("POST")),
        [
          "POST /messages initialize 202",
          "POST /messages notifications/initialized 202",
          "POST /messages tools/list 202",
          "POST /messages tools/call 202",
        ],
      )
    }).pipe(Effect.scoped),
  )

  it.live("MR-35 CR-99 with OAuth: the GET is refused first, and the token goes with every request", () =>
    Effect.gen(function* () {
      const server = yield* official(true)
      yield* runFlow(server.url, { target: old }, ({ flow }) =>
        Effect.gen(function* () {
          const state = yield* flow.call("whoami", {})
          assert.deepStrictEqual(statuses(state), allDone)
          assert.strictEqual(server.seen[0], "GET /sse 401")
          // A token that dies under an open stream: renewed, and the session opened anew with it.
          server.expireAccessTokens()
          const again = yield* flow.call("add", add)
          assert.deepStrictEqual(again.facts.result?.content, [{ type: "text", text: "42" }])
        }),
      )
      assert.include(server.seen, "POST /messages tools/call 401")
    }).pipe(Effect.scoped),
  )

  it.live("MR-28 a stream that ended is opened anew, once, and nothing that may have run is sent twice", () =>
    Effect.gen(function* () {
      const server = yield* official(false)
      yield* runFlow(server.url, { target: old }, ({ flow }) =>
        Effect.gen(function* () {
          yield* flow.runTo("tools")
          server.drop()
          const state = yield* flow.call("add", add)
          assert.strictEqual(statuses(state).call, "done")
        }),
      )
      assert.strictEqual(server.seen.filter((line) => line.includes("tools/call 202")).length, 1)
      assert.strictEqual(server.seen.filter((line) => line.includes("initialize 202")).length, 2)
    }).pipe(Effect.scoped),
  )
})

describe("without --legacy-sse", () => {
  for (const oauth of [false, true])
    it.live(`MR-35 the old transport is named and not used, ${oauth ? "with" : "without"} authorization`, () =>
      Effect.gen(function* () {
        const mock = yield* mocked({ transport: "sse", noAuth: !oauth })
        const state = yield* runFlow(mock.url, {}, ({ flow }) => flow.runTo("tools"))
        const { problem } = state.steps.probe
        assert.strictEqual(problem?.code, "old_transport")
        assert.isTrue(problem?.remedy.some((text) => text.includes("--legacy-sse")))
        assert.deepStrictEqual(
          mock.log.all("mcp").filter(({ path }) => path.endsWith("/messages")),
          [],
        )
      }).pipe(Effect.scoped),
    )

  it.live("a server that refuses POST and has no such stream keeps its own failure", () =>
    Effect.gen(function* () {
      for (const script of [refusing(405), refusing(404)]) {
        const server = yield* serve(script)
        const outcome = yield* Effect.flip(run(server.url, connect({ url: server.url, version: "auto" })))
        assert.notStrictEqual(Object(outcome).code, "old_transport")
      }
    }).pipe(Effect.scoped),
  )
})

const refusing =
  (status: number): Script =>
  (_, response) =>
    void response.writeHead(status).end()

describe("the mock as a server of HTTP+SSE", () => {
  it.live("MR-35 honest from the first GET to the call, with progress, without a deviation noted", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ transport: "sse" })
      yield* runFlow(mock.url, { target: old }, ({ flow, events }) =>
        Effect.gen(function* () {
          const state = yield* flow.call("slow", { steps: 3, delayMs: 1 })
          assert.deepStrictEqual(statuses(state), allDone)
          assert.deepStrictEqual(
            events("Progressed").map(({ progress }) => progress),
            [1, 2, 3],
          )
        }),
      )
      assert.deepStrictEqual(mock.log.failures(), [])
      assert.strictEqual(requests(mock, "mcp", 401), 1)
    }).pipe(Effect.scoped),
  )

  it.live("MR-35 F-62 an endpoint on another origin is refused, and no token leaves", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ scenarios: ["endpoint-event-foreign"] })
      const state = yield* runFlow(mock.url, { target: old }, ({ flow }) => flow.runTo("tools"))
      assert.strictEqual(statuses(state).connect, "failed: sse_endpoint_foreign")
      assert.strictEqual(state.steps.connect.problem?.received, "https://other.example/messages")
    }).pipe(Effect.scoped),
  )

  it.live("MR-33 giving a call up is told by a notification; the stream stays and the next call is answered", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ transport: "sse", noAuth: true })
      yield* runFlow(mock.url, { target: old }, ({ flow, intend, until }) =>
        Effect.gen(function* () {
          yield* flow.runTo("tools")
          yield* flow.intend({ _tag: "Call", tool: "slow", arguments: { steps: 100, delayMs: 200 } })
          yield* until(({ progress }) => progress !== undefined)
          yield* intend({ _tag: "Cancel" })
          const state = yield* flow.call("add", add)
          assert.deepStrictEqual(state.facts.result?.structuredContent ?? { sum: 42 }, { sum: 42 })
        }),
      )
      const rpc = mock.log.all("mcp").map((event) => event.rpc ?? event.method)
      assert.include(rpc, "notifications/cancelled")
      assert.strictEqual(rpc.filter((name) => name === "GET").length, 1)
    }).pipe(Effect.scoped),
  )
})

/** A server of the old transport whose stream says what the test wants. */
const odd = (
  after: (say: (event: string, data: string) => void, asked: Received) => void,
  endpoint = "/mcp",
): Script => {
  let say = (_event: string, _data: string): void => undefined
  return (asked, response) => {
    if (asked.method === "GET") {
      response.writeHead(200, { "content-type": "text/event-stream" })
      say = (event, text) => void response.write(`event: ${event}\ndata: ${text}\n\n`)
      say("endpoint", endpoint)
      return
    }
    response.writeHead(202).end()
    after(say, asked)
  }
}

const initialized = (say: (event: string, data: string) => void, { json }: Received) => {
  if (json.method !== "initialize") return
  const result = { protocolVersion: "2024-11-05", capabilities: {}, serverInfo: { name: "old", version: "1" } }
  say("message", JSON.stringify({ jsonrpc: "2.0", id: json.id, result }))
}

const talking = (script: Script, method: string) =>
  Effect.gen(function* () {
    const server = yield* serve(script)
    const outcome = yield* Effect.result(
      run(
        server.url,
        Effect.gen(function* () {
          const session = yield* connect({ url: server.url, version: "auto" })
          const answer = yield* request({ session, method })
          return { session, answer }
        }).pipe(Effect.provide(httpSseLayer({ secrets: makeSecretBook() }))),
      ),
    )
    return { outcome, received: server.received }
  }).pipe(Effect.scoped)

describe("odd servers of HTTP+SSE", () => {
  it.live("MR-2 a server that knows nothing later than 2024-11-05 is spoken to in that revision", () =>
    Effect.gen(function* () {
      const { outcome, received } = yield* talking(
        odd((say, asked) => {
          initialized(say, asked)
          if (asked.json.method === "ping")
            say("message", JSON.stringify({ jsonrpc: "2.0", id: asked.json.id, result: {} }))
        }),
        "ping",
      )
      assert.isTrue(Result.isSuccess(outcome))
      assert.strictEqual(Result.getOrThrow(outcome).session.protocolVersion, "2024-11-05")
      for (const { headers } of received) assert.isUndefined(headers["mcp-session-id"])
    }),
  )

  it.live("an event that is no message fails what waits for it, and does not hang", () =>
    Effect.gen(function* () {
      const { outcome } = yield* talking(
        odd((say, asked) => (asked.json.method === "initialize" ? initialized(say, asked) : say("message", "{"))),
        "ping",
      )
      assert.strictEqual(Result.isFailure(outcome) && Object(outcome.failure).code, "not_json")
    }),
  )

  it.live("a URL without such a stream: the failure says so", () =>
    Effect.gen(function* () {
      const { outcome } = yield* talking(refusing(404), "ping")
      assert.strictEqual(Result.isFailure(outcome) && Object(outcome.failure).code, "sse_not_offered")
    }),
  )
})

describe("MR-35 the address for messages", () => {
  const url = "https://mcp.example/sse?tenant=1"
  it.each([
    ["/messages?sessionId=1", "https://mcp.example/messages?sessionId=1"],
    ["messages", "https://mcp.example/messages"],
    ["https://mcp.example/m#x", "https://mcp.example/m"],
  ])("%s", (given, expected) => {
    assert.deepStrictEqual(messageEndpoint(given, url), Result.succeed(expected))
  })

  it.each([
    "https://other.example/m",
    "//other.example/m",
    "http://mcp.example/m",
    "https://mcp.example:8443/m",
    "https://u@mcp.example/m",
    "javascript:alert(1)",
    "https://mcp.example.evil/m",
  ])("%s is refused", (given) => {
    assert.isTrue(Result.isFailure(messageEndpoint(given, url)))
  })
})
