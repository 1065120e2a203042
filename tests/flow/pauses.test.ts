import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Behaviour, RouteName } from "../../mock/index.ts"
import { mocked, requests, run, temporaryStore } from "./room.ts"

/** Turns the first requests to a route away, unread as rate limiters do, with the time to come back. */
const busy = (route: RouteName, status: 429 | 503, after: () => string, times = 1): Behaviour => {
  const path = { token: "/token", register: "/register", metadata: "/.well-known/oauth-authorization-server" }[
    route as "token" | "register" | "metadata"
  ]
  let left = times
  return {
    intercept: ({ event }, response) => {
      if (event.path !== path || left-- <= 0) return false
      event.route = route
      event.status = status
      response.writeHead(status, { "content-type": "application/json", "retry-after": after() })
      response.end('{"error":"slow_down"}')
      return true
    },
  }
}

const inSeconds = (seconds: number) => () => new Date(Date.now() + seconds * 1_000).toUTCString()

describe("a server that is too busy to look (F-24, CR-96)", () => {
  for (const [route, step, status] of [
    ["metadata", "server", 503],
    ["register", "client", 429],
    ["register", "client", 503],
    ["token", "token", 429],
    ["token", "token", 503],
  ] as const)
    it.live(`${status} at the ${route} endpoint: waits in sight for as long as it asks, then goes on`, () =>
      Effect.gen(function* () {
        const mock = yield* mocked({ behaviours: [busy(route, status, () => "1")] })
        yield* run(mock.url, {}, ({ flow, until, events }) =>
          Effect.gen(function* () {
            yield* flow.intend({ _tag: "RunAll" })
            const waiting = yield* until(({ wait }) => wait?.kind === "pause")
            assert.deepStrictEqual([waiting.running, waiting.wait?.step], [step, step])
            assert.include(waiting.wait, { kind: "pause", reason: `status ${status}` })
            assert.strictEqual(waiting.wait?.kind === "pause" && waiting.wait.until - waiting.at, 1_000)
            const state = yield* until(({ steps }) => steps.tools.status === "done")
            assert.strictEqual(state.wait, undefined)
            assert.deepStrictEqual(
              events("RetryScheduled").map(({ millis }) => millis),
              [1_000],
            )
          }),
        )
        assert.strictEqual(requests(mock, "authorize"), 1)
        assert.isAtMost(requests(mock, "register"), 2)
      }).pipe(Effect.scoped),
    )

  for (const [route, step, code] of [
    ["metadata", "server", "discovery_unavailable"],
    ["register", "client", "registration_unavailable"],
    ["token", "token", "token_endpoint_failed"],
  ] as const)
    for (const [form, after] of [
      ["seconds", () => "3600"],
      ["a date", inSeconds(3_600)],
    ] as const)
      it.live(`an hour in ${form} at the ${route} endpoint: fails at once, and says when to come back`, () =>
        Effect.gen(function* () {
          const mock = yield* mocked({ behaviours: [busy(route, 429, after)] })
          const state = yield* run(mock.url, {}, ({ flow }) => flow.runTo("tools"))
          const problem = state.steps[step].problem
          assert.deepStrictEqual([problem?.code, problem?.exit], [code, 6])
          assert.match(problem?.detail ?? "", /Retry-After: .* \(come back in (60 min|1 h 0 min), at \d{4}-\S+Z\)/)
          assert.strictEqual(requests(mock, route, 429), 1)
        }).pipe(Effect.scoped),
      )

  it.live("for ever: two pauses, then it fails", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ behaviours: [busy("token", 429, () => "0", 100)] })
      const state = yield* run(mock.url, {}, ({ flow }) => flow.runTo("tools"))
      assert.strictEqual(state.steps.token.problem?.code, "token_endpoint_failed")
      assert.strictEqual(requests(mock, "token"), 3)
    }).pipe(Effect.scoped),
  )

  it.live("a pause can be cancelled at once, and leaves nothing", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ behaviours: [busy("token", 429, () => "29")] })
      yield* run(mock.url, {}, ({ flow, until, intend }) =>
        Effect.gen(function* () {
          yield* flow.intend({ _tag: "RunAll" })
          yield* until(({ wait }) => wait?.kind === "pause")
          const began = performance.now()
          const state = yield* intend({ _tag: "Cancel" })
          assert.isBelow(performance.now() - began, 3_000)
          assert.deepStrictEqual([state.running, state.wait?.kind], [undefined, "gate"])
        }),
      )
      assert.strictEqual(requests(mock, "token"), 1)
    }).pipe(Effect.scoped),
  )

  it.live("a renewal waits as well, and nobody is signed out", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const store = yield* temporaryStore
      yield* run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))
      mock.rotateKeys(true)
      mock.behave(busy("token", 503, () => "1"))
      const state = yield* run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))
      assert.strictEqual(state.steps.tools.status, "done")
      assert.strictEqual(state.steps.probe.note, "stored token renewed and accepted")
      assert.strictEqual(requests(mock, "authorize"), 1)
    }).pipe(Effect.scoped),
  )
})
