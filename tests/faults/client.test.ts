import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { FAULTS, SCENARIOS } from "../../mock/scenarios/index.ts"
import { type Expectation, placeless } from "./expectation.ts"
import { LATER, OUTCOMES, TOTALS, WAITS } from "./outcomes.ts"
import { unprintable } from "./printed.ts"
import { CHOICES, type Outcome, outcomeOf } from "./room.ts"
import { WORDS, type Words } from "./words.ts"

// Endless lists and slow bodies take their time on a busy machine.
const patience = 120_000

const checkProblem = (expected: Expectation, { problem, mock }: Outcome) => {
  if (expected.outcome === "done") return assert.isUndefined(problem)
  const words: Words | undefined = WORDS[expected.outcome]
  assert.ok(problem !== undefined && words !== undefined, `no words for ${expected.outcome}`)
  const [exit, rule, remedy] = words
  assert.strictEqual(problem.exit, exit)
  assert.include(problem.rule, rule)
  assert.include(problem.remedy.join("\n"), remedy)
  assert.strictEqual(problem.url === undefined ? undefined : placeless(problem.url, mock.origin), expected.at)
  // Somebody who looks for the request finds it in the log of this very run.
  if (expected.at?.startsWith("<origin>/")) assert.isDefined(problem.exchange)
}

const checkWarnings = (expected: Expectation, { warnings, mock }: Outcome) => {
  const said = warnings.map(({ text }) => placeless(text, mock.origin))
  for (const part of expected.warns)
    assert.ok(
      said.some((text) => text.includes(part)),
      `not said: ${part}; but ${said.join(" | ")}`,
    )
  for (const text of said)
    assert.ok(
      expected.warns.some((part) => text.includes(part)),
      `said too much: ${text}`,
    )
  for (const { rule } of warnings) assert.match(rule, /RFC|OAuth|OpenID|MCP|JSON-RPC|mcp-dcr-tui/)
}

describe("this client against each scenario", () => {
  it("has an expectation for every scenario", () => {
    assert.deepStrictEqual([...Object.keys(OUTCOMES), ...LATER].sort(), [...SCENARIOS.keys()].sort())
    assert.isAbove(FAULTS.length, 60)
  })

  for (const [name, expected] of Object.entries(OUTCOMES))
    it.live(
      `${SCENARIOS.get(name)?.numbers.join(" ")} ${name}: ${expected.outcome}`,
      () =>
        Effect.gen(function* () {
          const seen = yield* outcomeOf([name], CHOICES[name])
          assert.strictEqual(seen.outcome, expected.outcome, JSON.stringify(seen.problem))
          const [register, authorize, token, calls] = expected.seen
          assert.deepStrictEqual(seen.seen, { register, authorize, token, calls })
          assert.isAtMost(seen.total, TOTALS[name] ?? 15)
          checkProblem(expected, seen)
          checkWarnings(expected, seen)
          if (name !== "rate-limit-date") assert.deepStrictEqual(seen.waits, WAITS[name] ?? [])
          assert.deepStrictEqual(unprintable(seen), [])
        }).pipe(Effect.scoped),
      patience,
    )
})
