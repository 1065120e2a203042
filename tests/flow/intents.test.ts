import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { Flow } from "../../source/flow/flow.ts"
import type { Intent } from "../../source/flow/intent.ts"
import { Journal } from "../../source/flow/journal.ts"
import { isPossible } from "../../source/flow/possible.ts"
import { initialState, transition } from "../../source/flow/state.ts"
import { mainSteps } from "../../source/flow/step-id.ts"
import { type Behaviour, behaviours, scripted } from "./fakes.ts"
import { illegalities } from "./legality.ts"

const intents: ReadonlyArray<Intent> = [
  { _tag: "Next" },
  { _tag: "Next" },
  { _tag: "Next" },
  { _tag: "RunAll" },
  { _tag: "Pause" },
  ...mainSteps.map((step): Intent => ({ _tag: "Back", step })),
  { _tag: "Retry" },
  { _tag: "Skip" },
  { _tag: "Cancel" },
  { _tag: "Paste", text: "http://127.0.0.1/callback?code=x" },
  { _tag: "Answer", question: 1, action: "accept", content: { name: "Ada" } },
  { _tag: "Answer", question: 2, action: "cancel" },
  { _tag: "Call", tool: "add", arguments: { a: 1 } },
  { _tag: "Request", method: "resources/read", params: { uri: "a:b" } },
  { _tag: "List", list: "prompts" },
  { _tag: "Listen", filter: { toolsListChanged: true } },
  { _tag: "Refresh" },
  { _tag: "Revoke" },
]

type Move =
  | Intent
  | { readonly _tag: "wait" }
  | { readonly _tag: "runTo" }
  | { readonly _tag: "call" }
  | { readonly _tag: "request" }
const moves: ReadonlyArray<Move> = [
  ...intents,
  { _tag: "wait" },
  { _tag: "wait" },
  { _tag: "runTo" },
  { _tag: "call" },
  { _tag: "request" },
]

const oneOf = <A>(list: ReadonlyArray<A>, most?: number) =>
  Arbitrary.map(
    Arbitrary.schema(
      Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: list.length - 1 }))).check(
        Schema.isMaxLength(most ?? 60),
      ),
    ),
    (numbers) => numbers.flatMap((number) => list[number] ?? []),
  )

const doings: ReadonlyArray<Behaviour> = Object.keys(behaviours) as ReadonlyArray<Behaviour>

/** An effect that may not wait for time to pass. */
const atOnce = <A, E, R>(effect: Effect.Effect<A, E, R>, what: string) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect, { startImmediately: true })
    for (let turn = 0; turn < 50 && fiber.pollUnsafe() === undefined; turn++) yield* Effect.yieldNow
    assert.isDefined(fiber.pollUnsafe(), `${what} does not answer at once`)
    return yield* Fiber.join(fiber)
  })

const check = Effect.gen(function* () {
  const journal = yield* Journal
  assert.deepStrictEqual(illegalities(journal.state()), [])
  assert.deepStrictEqual(journal.events().reduce(transition, initialState), journal.state())
})

const make = (move: Move) =>
  Effect.gen(function* () {
    const flow = yield* Flow
    switch (move._tag) {
      case "wait":
        return yield* TestClock.adjust("1 second")
      case "runTo":
        return yield* Effect.asVoid(Effect.forkChild(flow.runTo("tools"), { startImmediately: true }))
      case "call":
        return yield* Effect.asVoid(Effect.forkChild(flow.call("add", {}), { startImmediately: true }))
      case "request":
        return yield* Effect.asVoid(Effect.forkChild(flow.request("ping"), { startImmediately: true }))
      default:
        return yield* atOnce(flow.intend(move), move._tag)
    }
  })

describe("any order of intents", () => {
  it.effect.prop(
    "leaves a legal state, whatever the steps do; Cancel answers at once and nothing hangs",
    { moves: oneOf(moves), doings: oneOf(doings) },
    ({ moves, doings }) => {
      let index = 0
      const script = () => doings[index++] ?? "finish"
      return Effect.gen(function* () {
        const flow = yield* Flow
        const journal = yield* Journal
        for (const move of moves) {
          yield* make(move)
          yield* check
          if (move._tag === "Cancel") assert.strictEqual(journal.state().running, undefined)
        }
        yield* atOnce(flow.intend({ _tag: "Cancel" }), "Cancel")
        yield* atOnce(flow.idle, "idle")
        assert.strictEqual(journal.state().running, undefined)
        assert.strictEqual(journal.state().mode, "manual")
        yield* check
        // The last goodbyes.
        yield* Effect.forkChild(TestClock.adjust("2 hours"))
      }).pipe(Effect.provide(scripted({ script })))
    },
    { arbitrary: { runs: 300, size: 60 } },
  )

  it.effect.prop(
    "changes nothing when it is not possible, and says so before",
    { moves: oneOf(intents, 20), doings: oneOf(doings, 20) },
    ({ moves, doings }) => {
      let index = 0
      return Effect.gen(function* () {
        const journal = yield* Journal
        for (const move of moves) {
          const before = journal.events().length
          const possible = isPossible(journal.state(), move)
          yield* make(move)
          // A pasted text goes to the step that waits for it; what becomes of it is for that step to say.
          if (move._tag !== "Paste") assert.strictEqual(journal.events().length > before, possible, move._tag)
          yield* TestClock.adjust("2 seconds")
        }
        yield* Effect.forkChild(TestClock.adjust("2 hours"))
      }).pipe(Effect.provide(scripted({ script: () => doings[index++] ?? "finish" })))
    },
    { arbitrary: { runs: 200, size: 30 } },
  )
})
