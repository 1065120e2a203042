import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import type { Connection } from "../../source/mcp/connection.ts"
import type { JsonObject } from "../../source/mcp/json-rpc.ts"
import { request } from "../../source/mcp/request.ts"
import { cachedAnswer, dropStale, keepAnswer, ResultCache } from "../../source/mcp/result-cache.ts"
import type { Session } from "../../source/mcp/session.ts"
import { secret } from "../../source/text/secret.ts"
import { json, result, run, serve } from "./server.ts"

const url = "https://mcp.example/mcp"
const mine = secret("access_token", "mine-mine-mine")
const yours = secret("access_token", "yours-yours-yours")
const connection = (token = mine): Connection => ({ session: { url, protocolVersion: "2026-07-28" }, token })
const asked = (params: JsonObject = {}, token = mine, method = "tools/list") => ({
  ...connection(token),
  method,
  params,
})
const answer = (result: JsonObject) => ({
  result: { resultType: "complete", tools: [], ...result },
  exchange: 7,
  status: 200,
})

const inCache = <A, E, R>(use: (cache: ResultCache) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const cache: ResultCache = new Map()
    return use(cache).pipe(Effect.provideService(ResultCache, cache))
  })

describe("MR-58 answers that are fresh for a while", () => {
  it.effect("hold until their time is over, to the millisecond", () =>
    inCache(() =>
      Effect.gen(function* () {
        yield* keepAnswer(asked(), answer({ ttlMs: 1000 }))
        yield* TestClock.adjust("999 millis")
        assert.strictEqual((yield* cachedAnswer(asked()))?.exchange, 7)
        yield* TestClock.adjust("1 millis")
        assert.isUndefined(yield* cachedAnswer(asked()))
      }),
    ),
  )

  it.effect("are not kept without a time, or with one that is none", () =>
    inCache(() =>
      Effect.gen(function* () {
        for (const ttlMs of [undefined, 0, -1, "1000", Number.NaN, null]) {
          yield* keepAnswer(asked(), answer({ ttlMs }))
          assert.isUndefined(yield* cachedAnswer(asked()))
        }
        // A later answer without a time takes an earlier one along.
        yield* keepAnswer(asked(), answer({ ttlMs: 1000 }))
        yield* keepAnswer(asked(), answer({}))
        assert.isUndefined(yield* cachedAnswer(asked()))
      }),
    ),
  )

  it.effect("are private unless said to be public", () =>
    inCache(() =>
      Effect.gen(function* () {
        for (const cacheScope of [undefined, "private", "something"]) {
          yield* keepAnswer(asked(), answer({ ttlMs: 1000, cacheScope }))
          assert.isDefined(yield* cachedAnswer(asked()))
          assert.isUndefined(yield* cachedAnswer(asked({}, yours)))
        }
        yield* keepAnswer(asked(), answer({ ttlMs: 1000, cacheScope: "public" }))
        assert.isDefined(yield* cachedAnswer(asked({}, yours)))
      }),
    ),
  )

  it.effect("are for the same method, parameters, server and revision; a progress token makes no difference", () =>
    inCache(() =>
      Effect.gen(function* () {
        yield* keepAnswer(asked({ cursor: "a" }), answer({ ttlMs: 1000 }))
        assert.isDefined(yield* cachedAnswer(asked({ cursor: "a", _meta: { progressToken: 3 } })))
        const others = [
          asked({ cursor: "b" }),
          asked(),
          asked({ cursor: "a" }, mine, "prompts/list"),
          { ...asked({ cursor: "a" }), session: { url: `${url}/2`, protocolVersion: "2026-07-28" as const } },
          { ...asked({ cursor: "a" }), session: { url, protocolVersion: "2025-11-25" as const } },
        ]
        for (const other of others) assert.isUndefined(yield* cachedAnswer(other))
      }),
    ),
  )

  it.effect("are never those of calls, nor of requests that asked a question", () =>
    inCache((cache) =>
      Effect.gen(function* () {
        yield* keepAnswer(asked({}, mine, "tools/call"), answer({ ttlMs: 1000 }))
        yield* keepAnswer(asked({}, mine, "resources/read"), answer({ ttlMs: 1000, resultType: "input_required" }))
        assert.strictEqual(cache.size, 0)
      }),
    ),
  )

  it.effect("go when the server says that something has changed", () =>
    inCache((cache) =>
      Effect.gen(function* () {
        const keep = (method: string, params: JsonObject = {}) =>
          keepAnswer(asked(params, mine, method), answer({ ttlMs: 1000 }))
        const left = () =>
          [...cache.values()].map(({ method, uri }) => `${method}${uri === undefined ? "" : ` ${uri}`}`)
        yield* keep("tools/list")
        yield* keep("resources/list")
        yield* keep("resources/templates/list")
        yield* keep("resources/read", { uri: "a:1" })
        yield* keep("resources/read", { uri: "a:2" })
        dropStale(cache, { method: "notifications/resources/updated", params: { uri: "a:1" } })
        assert.notInclude(left(), "resources/read a:1")
        dropStale(cache, { method: "notifications/resources/list_changed", params: {} })
        assert.deepStrictEqual(left(), ["tools/list", "resources/read a:2"])
        dropStale(cache, { method: "notifications/tools/list_changed", params: {} })
        assert.deepStrictEqual(left(), ["resources/read a:2"])
      }),
    ),
  )

  it.live("spare the server a request, and only where a cache was asked for", () =>
    Effect.gen(function* () {
      const fresh = { resultType: "complete", prompts: [], ttlMs: 60_000, cacheScope: "private" }
      const server = yield* serve((one, response) => json(response, result(one, fresh)))
      const session: Session = { url: server.url, era: "modern", protocolVersion: "2026-07-28", capabilities: {} }
      const twice = Effect.andThen(
        request({ session, method: "prompts/list" }),
        request({ session, method: "prompts/list" }),
      )
      yield* run(
        server.url,
        inCache(() => twice),
      )
      assert.strictEqual(server.received.length, 1)
      yield* run(server.url, twice)
      assert.strictEqual(server.received.length, 3)
    }).pipe(Effect.scoped),
  )
})
