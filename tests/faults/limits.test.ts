import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ID_TOKEN } from "../../mock/scenarios/tokens.ts"
import { printed } from "./printed.ts"
import { CHOICES, outcomeOf } from "./room.ts"

const kilo = 1024
const chunk = 64 * kilo

describe("limits that a server cannot move", () => {
  // What is read is what the memory has to hold; one chunk of the system may be in hand when the limit is noticed.
  for (const [name, most] of [
    ["huge-body", 256 * kilo + chunk],
    ["gzip-bomb", 256 * kilo + chunk],
    ["sse-endless-line", 16 * kilo * kilo + chunk],
  ] as const)
    it.live(`CR-42 ${name}: no more than ${most} bytes are read, and 64 kB of them kept`, () =>
      Effect.gen(function* () {
        const { state } = yield* outcomeOf([name], CHOICES[name])
        const bodies = state.exchanges.flatMap(({ response }) => response?.body ?? [])
        assert.isAbove(Math.max(...bodies.map(({ bytes }) => bytes)), 256 * kilo - 1)
        for (const { bytes, text } of bodies) {
          assert.isAtMost(bytes, most)
          assert.isAtMost(text.length, 64 * kilo)
        }
      }).pipe(Effect.scoped),
    )

  it.live("MR-59 progress-flood: the journal keeps its size, and the newest word", () =>
    Effect.gen(function* () {
      const { events, outcome } = yield* outcomeOf(["progress-flood"])
      assert.strictEqual(outcome, "done")
      assert.isAtMost(JSON.parse(events).length, 20_000)
      assert.include(events, "step 20000")
    }).pipe(Effect.scoped),
  )

  it.live("CR-122 huge-names: a name of a million characters is cut where it is printed", () =>
    Effect.gen(function* () {
      const seen = yield* outcomeOf(["huge-names"])
      const longest = printed(seen)
        .split("\n")
        .filter((line) => !line.startsWith("{"))
        .reduce((most, line) => Math.max(most, line.length), 0)
      assert.isAtMost(longest, 70 * kilo)
    }).pipe(Effect.scoped),
  )
})

describe("tools that must not be called", () => {
  for (const name of [
    "bad-x-mcp-header",
    "empty-x-mcp-header",
    "object-x-mcp-header",
    "number-x-mcp-header",
    "duplicate-x-mcp-header",
    "items-x-mcp-header",
    "ref-x-mcp-header",
    "branch-x-mcp-header",
  ])
    it.live(`MR-39 ${name}: the tool is not offered, calling it is refused, and the others stay`, () =>
      Effect.gen(function* () {
        const { state, outcome, seen } = yield* outcomeOf([name], { call: ["poisoned", { city: "x" }] })
        assert.deepStrictEqual([outcome, seen.calls], ["no_such_tool", 0])
        const offered = state.facts.tools?.map((tool) => tool.name) ?? []
        assert.notInclude(offered, "poisoned")
        assert.include(offered, "add")
      }).pipe(Effect.scoped),
    )
})

describe("what never leaves the client", () => {
  it.live("CR-55 id-token-along: the ID token is sent nowhere", () =>
    Effect.gen(function* () {
      const { mock, events } = yield* outcomeOf(["id-token-along"])
      assert.notInclude(JSON.stringify(mock.log.all()), ID_TOKEN)
      assert.notInclude(events, ID_TOKEN)
    }).pipe(Effect.scoped),
  )

  for (const name of ["iss-wrong", "iss-missing-advertised", "iss-slash", "iss-case", "state-wrong", "state-missing"])
    it.live(`CR-49 CR-50 ${name}: the code is sent nowhere and shown nowhere`, () =>
      Effect.gen(function* () {
        const seen = yield* outcomeOf([name])
        assert.strictEqual(seen.seen.token, 0)
        assert.notMatch(printed(seen), /[?&]code=(?!%3C)(?!<)[\w-]{20}/)
      }).pipe(Effect.scoped),
    )

  it.live("CR-119 evil-authz-shell: nothing that a shell would obey is left in the address for the browser", () =>
    Effect.gen(function* () {
      const { state, mock } = yield* outcomeOf(["evil-authz-shell"])
      assert.include(JSON.stringify(mock.log.last("authorize")?.query), "$(calc)")
      assert.notMatch(state.facts.attempt?.url ?? "", /["'`<>|^\\\s]/)
    }).pipe(Effect.scoped),
  )

  it.live("MR-54 schema-slow-pattern: the pattern is left out of the check, and that is said", () =>
    Effect.gen(function* () {
      const { events } = yield* outcomeOf(["schema-slow-pattern"])
      assert.match(events, /was checked except for: pattern/)
    }).pipe(Effect.scoped),
  )

  it.live("CR-122 the escape sequences of ansi-everywhere do arrive, and stay in the journal", () =>
    Effect.gen(function* () {
      const seen = yield* outcomeOf(["ansi-everywhere"])
      assert.include(JSON.stringify(seen.state.facts.tools), "]52;c;")
      assert.match(printed(seen), /\\x1b|\\u001b/)
    }).pipe(Effect.scoped),
  )
})
