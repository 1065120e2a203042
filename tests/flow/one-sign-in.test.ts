import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { reveal } from "../../source/text/secret.ts"
import { mocked, requests, run, temporaryStore } from "./room.ts"

const eight = <A, E, R>(one: Effect.Effect<A, E, R>) =>
  Effect.all(
    Array.from({ length: 8 }, () => one),
    { concurrency: "unbounded" },
  )

const call = (url: string, store: string) => run(url, { store }, ({ flow }) => flow.call("add", { a: 2, b: 3 }))

describe("several runs that need a sign-in at once (CR-94)", () => {
  it.live("the first ones ever: one registers and signs in, the others wait and take its token", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const store = yield* temporaryStore
      const states = yield* eight(call(mock.url, store))
      for (const state of states) assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 5 })
      assert.deepStrictEqual([requests(mock, "register"), requests(mock, "authorize")], [1, 1])
      assert.strictEqual(new Set(states.map(({ facts }) => facts.grant?.accessToken.fingerprint)).size, 1)
      const adopted = states.filter(({ tried }) => tried.remedies.adopt > 0)
      assert.isAtLeast(adopted.length, 1)
      for (const { steps } of adopted)
        assert.deepStrictEqual([steps.probe.status, steps.client.status], ["done", "skipped"])
    }).pipe(Effect.scoped),
  )

  it.live("CR-95 that meet a dead grant: one signs in again, with the registration that is kept", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const store = yield* temporaryStore
      const first = yield* call(mock.url, store)
      // The grant is ended at the server, from outside.
      mock.revokeToken((first.facts.grant && reveal(first.facts.grant.accessToken)) ?? "")
      const states = yield* eight(call(mock.url, store))
      for (const state of states) assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 5 })
      assert.deepStrictEqual([requests(mock, "register"), requests(mock, "authorize")], [1, 2])
    }).pipe(Effect.scoped),
  )

  it.live("who waits can be cancelled, and signs in when the other one gives up", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const store = yield* temporaryStore
      const asked = yield* Deferred.make<void>()
      const go = yield* Deferred.make<void>()
      const slow = run(mock.url, { store, target: { browser: "print" } }, ({ flow, until, intend }) =>
        Effect.gen(function* () {
          yield* flow.intend({ _tag: "RunAll" })
          yield* until(({ wait }) => wait?.kind === "browser")
          yield* Deferred.succeed(asked, undefined)
          yield* Deferred.await(go)
          yield* intend({ _tag: "Cancel" })
        }),
      )
      const waiting = Effect.gen(function* () {
        yield* Deferred.await(asked)
        return yield* run(mock.url, { store }, ({ flow, until, state, intend }) =>
          Effect.gen(function* () {
            yield* flow.intend({ _tag: "RunAll" })
            yield* until(({ running }) => running === "client")
            yield* intend({ _tag: "Cancel" })
            assert.isUndefined(state().running)
            // Who was in the way is gone: the same run signs in now.
            yield* Deferred.succeed(go, undefined)
            return yield* flow.runTo("tools")
          }),
        )
      })
      const [, state] = yield* Effect.all([slow, waiting], { concurrency: "unbounded" })
      assert.strictEqual(state.steps.tools.status, "done")
      assert.strictEqual(requests(mock, "authorize"), 1)
      assert.strictEqual(requests(mock, "register"), 1)
    }).pipe(Effect.scoped),
  )
})
