import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Behaviour } from "../../mock/index.ts"
import { mocked, movableClock, requests, run, temporaryStore } from "./room.ts"

/** Milliseconds; with `tokenLifetime: 2`. */
const life = 2_000

/**
 * A slow server whose tokens live for seconds: each MCP request takes its time, and what is older than `ends` is refused. A
 * refresh of a token that was neither refused nor in the last tenth of its life is counted as needless.
 */
const slow = (clock: ReturnType<typeof movableClock>, takes: number, ends: number, firstArrives = 0) => {
  const seen = { needless: 0, refreshes: 0 }
  let issuedAt = 0
  let refused = false
  const behaviour: Behaviour = {
    answer: (answer, exchange) => {
      const { event } = exchange
      if (event.route === "token" && event.form?.grant_type === "refresh_token" && answer.status === 200) {
        seen.refreshes += 1
        if (!refused && event.at - issuedAt < 0.9 * life) seen.needless += 1
      }
      if (event.route === "token" && answer.status === 200) {
        // The first one is long on its way.
        const arrives = issuedAt === 0 ? firstArrives : 0
        issuedAt = clock.mock.now()
        refused = false
        clock.forward(arrives)
      }
      if (event.route !== "mcp" || exchange.header("authorization") === undefined) return answer
      // The mock's own end comes with a whole second, which may be earlier.
      if (answer.status === 401) refused = true
      if (answer.status === 200 && clock.mock.now() - issuedAt >= ends) {
        refused = true
        return { status: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' }, json: {} }
      }
      clock.forward(takes)
      return answer
    },
  }
  return { seen, behaviour }
}

describe("tokens that live for seconds (CR-92)", () => {
  for (const [how, takes, ends] of [
    ["refused in their last second, as by a server that counts in whole ones", 1_200, 1_100],
    ["due before each step", 1_900, 2_000],
  ] as const)
    it.live(`${how}: renewed as often as they end, and nobody is signed out`, () => {
      const clock = movableClock()
      return Effect.gen(function* () {
        const { seen, behaviour } = slow(clock, takes, ends)
        const mock = yield* mocked({ clock: clock.mock, tokenLifetime: 2, behaviours: [behaviour] })
        const store = yield* temporaryStore
        yield* run(mock.url, { store }, ({ flow }) =>
          Effect.gen(function* () {
            const state = yield* flow.call("add", { a: 2, b: 3 })
            assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 5 }, JSON.stringify(state.steps))
          }),
        )
        const first = seen.refreshes
        assert.isAtLeast(first, 1)
        clock.forward(10 * life)
        yield* run(mock.url, { store, target: { interactive: false, browser: "print" } }, ({ flow, events }) =>
          Effect.gen(function* () {
            const state = yield* flow.call("add", { a: 20, b: 3 })
            assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 23 }, JSON.stringify(state.steps))
            // The first step renews what is stored, and each later one in sight as a remedy.
            assert.isAtLeast(events("RemedyChosen").filter(({ remedy }) => remedy === "renew").length, 1)
          }),
        )
        assert.isAtLeast(seen.refreshes - first, 2)
        assert.strictEqual(seen.needless, 0)
        assert.strictEqual(requests(mock, "authorize"), 1)
        assert.strictEqual(mock.log.all("mcp").filter(({ tool, status }) => tool === "add" && status === 200).length, 2)
      }).pipe(clock.provide, Effect.scoped)
    })

  it.live("that are over when they arrive: renewed as well, and nobody signs in twice", () => {
    const clock = movableClock()
    return Effect.gen(function* () {
      const { seen, behaviour } = slow(clock, 100, 1_100, 1_200)
      const mock = yield* mocked({ clock: clock.mock, tokenLifetime: 2, behaviours: [behaviour] })
      const state = yield* run(mock.url, {}, ({ flow }) => flow.call("add", { a: 2, b: 3 }))
      assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 5 }, JSON.stringify(state.steps))
      assert.deepStrictEqual([requests(mock, "authorize"), seen.refreshes, seen.needless], [1, 1, 0])
    }).pipe(clock.provide, Effect.scoped)
  })

  it.live("CR-100 that are never accepted: a bounded number of renewals, and two sign-ins", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({
        tokenLifetime: 1,
        behaviours: [
          {
            answer: (answer, exchange) =>
              exchange.event.route === "mcp" && exchange.header("authorization") !== undefined
                ? { status: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' }, json: {} }
                : answer,
          },
        ],
      })
      const state = yield* run(mock.url, {}, ({ flow }) => flow.runTo("tools"))
      assert.strictEqual(state.steps.connect.problem?.code, "fresh_token_refused")
      assert.strictEqual(requests(mock, "authorize"), 2)
      assert.isAtMost(requests(mock, "token"), 12)
    }).pipe(Effect.scoped),
  )
})
