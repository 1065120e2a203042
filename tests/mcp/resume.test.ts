import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { connect } from "../../source/mcp/connect.ts"
import { exchange } from "../../source/mcp/exchange.ts"
import { reconnectMillis } from "../../source/mcp/resume.ts"
import type { ProtocolVersion } from "../../source/mcp/revisions.ts"
import { openStandingStream } from "../../source/mcp/standing-stream.ts"
import { callTool } from "../../source/mcp/tools.ts"
import { secret } from "../../source/text/secret.ts"
import { resumableServer } from "./official-servers.ts"
import { events, observed, type Received, result, run, type Script, serve } from "./server.ts"

const legacy = "2025-11-25"

const start = (response: Parameters<Script>[1], text: string) =>
  response.writeHead(200, { "content-type": "text/event-stream" }).end(text)

/** A call whose POST is answered by `post`, and whose GETs one after the other by `gets`. */
const call = (
  post: string,
  gets: ReadonlyArray<(one: Received, response: Parameters<Script>[1], id: unknown) => unknown>,
  protocolVersion: ProtocolVersion = legacy,
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const times: Array<number> = []
      let at = 0
      let id: unknown
      const server = yield* serve((one, response) => {
        times.push(performance.now())
        if (one.method === "POST") {
          id = one.json.id
          start(response, post)
        } else gets[Math.min(at++, gets.length - 1)]?.(one, response, id)
      })
      const session = { url: server.url, protocolVersion, sessionId: secret("mcp-session-id", "s1") }
      const outcome = yield* observed(server.url, Effect.result(exchange({ session, method: "tools/call" })))
      const value = outcome.exit._tag === "Success" ? outcome.exit.value : undefined
      return {
        outcome: value?._tag === "Success" ? value.success.result : value?.failure,
        received: server.received,
        waits: times.slice(1).map((time, index) => time - (times[index] ?? 0)),
      }
    }),
  )

const done = (_: Received, response: Parameters<Script>[1], id: unknown) =>
  start(response, `id: last\ndata: ${JSON.stringify({ jsonrpc: "2.0", id, result: { ok: 1 } })}\n\n`)
const refused = (status: number) => (_: Received, response: Parameters<Script>[1]) => response.writeHead(status).end()

describe("a stream that ends before the response", () => {
  it.live("MR-32 MR-30 is taken up with GET after the wait that the server asked for", () =>
    Effect.gen(function* () {
      const { outcome, received, waits } = yield* call("id: e1\nretry: 400\ndata:\n\n", [done])
      assert.deepStrictEqual(outcome, { ok: 1 })
      assert.deepInclude(received[1]?.headers, {
        "last-event-id": "e1",
        accept: "text/event-stream",
        "mcp-session-id": "s1",
        "mcp-protocol-version": legacy,
      })
      assert.strictEqual(received[1]?.method, "GET")
      assert.isAtLeast(waits[0] ?? 0, 395)
    }),
  )

  it.live("MR-32 each piece that brings an event may end again: it is a poll", () =>
    Effect.gen(function* () {
      const piece = (n: number) => (_: Received, response: Parameters<Script>[1]) =>
        start(response, `id: p${n}\ndata:\n\n`)
      const { outcome, received } = yield* call("id: p0\nretry: 100\ndata:\n\n", [
        piece(1),
        piece(2),
        piece(3),
        piece(4),
        done,
      ])
      assert.deepStrictEqual(outcome, { ok: 1 })
      assert.deepStrictEqual(
        received.slice(1).map(({ headers }) => headers["last-event-id"]),
        ["p0", "p1", "p2", "p3", "p4"],
      )
    }),
  )

  it.live("MR-32 three that bring nothing end it", () =>
    Effect.gen(function* () {
      const { outcome, received } = yield* call("id: e1\nretry: 1\ndata:\n\n", [refused(502)])
      assert.deepInclude(outcome, { code: "no_response" })
      assert.lengthOf(received, 4)
    }),
  )

  for (const status of [401, 404, 405])
    it.live(`MR-26 ${status} to the GET ends it, and is not taken for a refusal of the call, which may have run`, () =>
      Effect.gen(function* () {
        const { outcome, received } = yield* call("id: e1\nretry: 1\ndata:\n\n", [refused(status)])
        assert.deepInclude(outcome, { code: "no_response" })
        assert.include(JSON.stringify(outcome), `HTTP ${status}`)
        assert.lengthOf(received, 2)
      }),
    )

  it.live("MR-41 MR-43 in 2026-07-28, or without an event id, the request is lost", () =>
    Effect.gen(function* () {
      for (const [text, version] of [
        ["id: e1\nretry: 1\ndata:\n\n", "2026-07-28"],
        ["retry: 1\n\n", legacy],
      ] as const) {
        const { outcome, received } = yield* call(text, [done], version)
        assert.deepInclude(outcome, { code: "no_response" })
        assert.lengthOf(received, 1)
      }
    }),
  )

  it.live("MR-32 also one that breaks", () =>
    Effect.scoped(
      Effect.gen(function* () {
        let id: unknown
        const server = yield* serve((one, response) => {
          if (one.method === "GET") return void done(one, response, id)
          id = one.json.id
          response.writeHead(200, { "content-type": "text/event-stream" })
          response.write("id: e1\nretry: 50\ndata:\n\n", () => setTimeout(() => response.destroy(), 20))
        })
        const session = { url: server.url, protocolVersion: legacy } as const
        assert.deepStrictEqual((yield* run(server.url, exchange({ session, method: "tools/call" }))).result, { ok: 1 })
      }),
    ),
  )

  it.live("MR-32 @modelcontextprotocol/sdk with an event store closes and goes on", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { url, seen } = yield* resumableServer
        const content = yield* run(
          url,
          Effect.gen(function* () {
            const session = yield* connect({ url, version: legacy })
            return yield* callTool({ session, tool: { name: "later", inputSchema: {} }, arguments: {} })
          }),
        )
        assert.deepStrictEqual(content.content, [{ type: "text", text: "at last" }])
        assert.include(seen, "GET")
      }),
    ),
  )

  it.prop(
    "MR-32 never earlier than the server said, never longer than 30 s of our own",
    [Schema.Int, Schema.Int, Schema.Finite],
    ([retry, failures, spread]) => {
      const least = Math.abs(retry % 1_000_000)
      const times = Math.abs(failures % 50)
      const chance = Math.abs(spread % 1)
      assert.isAtLeast(reconnectMillis(least, times, chance), least)
      assert.isAtMost(reconnectMillis(undefined, times, chance), 30_000)
      assert.isAtLeast(reconnectMillis(undefined, times, chance), 800)
    },
  )
})

describe("the standing stream", () => {
  it.live("MR-31 notifications arrive; a ping is answered; a response on it is reported", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const replied = { resolve: () => {} }
        const reply = new Promise<void>((resolve) => {
          replied.resolve = resolve
        })
        const server = yield* serve((one, response) => {
          if (one.method === "POST") {
            response.writeHead(202).end()
            return replied.resolve()
          }
          const send = events(response)
          send({ jsonrpc: "2.0", method: "notifications/tools/list_changed" })
          send(result({ ...one, json: { id: 1 } }, {}))
          send({ jsonrpc: "2.0", id: "p", method: "ping" })
        })
        const notified: Array<string> = []
        const session = { url: server.url, protocolVersion: legacy } as const
        const { findings, exit } = yield* observed(
          server.url,
          Effect.scoped(
            Effect.gen(function* () {
              const standing = yield* openStandingStream({
                session,
                onNotification: ({ method }) => Effect.sync(() => void notified.push(method)),
              })
              yield* Effect.promise(() => reply)
              return standing
            }),
          ),
        )
        assert.strictEqual(yield* exit, "open")
        assert.deepStrictEqual(notified, ["notifications/tools/list_changed"])
        assert.deepInclude(server.received[1]?.json, { id: "p", result: {} })
        assert.lengthOf(findings, 1)
      }),
    ),
  )

  it.live("MR-31 405 is no error, and a modern server is not asked", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve((_, response) => response.writeHead(405).end())
        for (const protocolVersion of [legacy, "2026-07-28"] as const) {
          const standing = openStandingStream({ session: { url: server.url, protocolVersion } })
          assert.strictEqual(yield* run(server.url, Effect.scoped(standing)), "not-offered")
        }
        assert.lengthOf(server.received, 1)
      }),
    ),
  )
})
