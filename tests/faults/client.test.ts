import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { FAULTS, SCENARIOS } from "../../mock/scenarios/index.ts"
import { LATER, OUTCOMES } from "./outcomes.ts"
import { outcomeOf } from "./room.ts"

const patience = 30_000

describe("this client against each scenario", () => {
  it("has an expectation for every scenario", () => {
    assert.deepStrictEqual([...Object.keys(OUTCOMES), ...LATER].sort(), [...SCENARIOS.keys()].sort())
    assert.isAbove(FAULTS.length, 60)
  })

  for (const [name, [outcome, exit, register, authorize, token, calls]] of Object.entries(OUTCOMES))
    it.live(
      `${SCENARIOS.get(name)?.numbers.join(" ")} ${name}: ${outcome}`,
      () =>
        Effect.gen(function* () {
          const seen = yield* outcomeOf([name], name === "gateway-header" ? { "x-gateway-key": "k" } : {})
          assert.deepStrictEqual([seen.outcome, seen.exit], [outcome, exit], seen.detail)
          assert.deepStrictEqual(seen.seen, { register, authorize, token, calls })
          assert.isAtMost(seen.total, 15)
        }).pipe(Effect.scoped),
      patience,
    )

  it.live("F-45 a refused refresh: one more sign-in at most, with the same client", () =>
    Effect.gen(function* () {
      const { outcome, seen } = yield* outcomeOf(["expires-zero", "refresh-reuse"])
      assert.strictEqual(outcome, "done")
      assert.strictEqual(seen.register, 1)
      assert.isAtMost(seen.authorize, 2)
    }).pipe(Effect.scoped),
  )

  it.live("Q-34 a refresh that fails for the moment opens no browser", () =>
    Effect.gen(function* () {
      const { seen } = yield* outcomeOf(["expires-zero", "refresh-503"])
      assert.strictEqual(seen.authorize, 1)
    }).pipe(Effect.scoped),
  )
})
