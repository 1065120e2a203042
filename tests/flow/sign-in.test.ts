import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { isPossible } from "../../source/flow/possible.ts"
import { mainSteps } from "../../source/flow/step-id.ts"
import { steps } from "../../source/flow/steps/index.ts"
import { defaultTarget } from "../../source/flow/target.ts"
import { allDone, leftOut, mocked, requests, run, statuses } from "./room.ts"

/** All ten steps done, with differences; `undefined` for a step that did not run. */
const expected = (differences: Readonly<Record<string, string | undefined>> = {}): object =>
  Object.fromEntries(Object.entries({ ...allDone, ...differences }).filter(([, status]) => status !== undefined))

describe("a whole sign-in on the mock", () => {
  it.live("reaches a tool result, and every request is a good one", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      yield* run(mock.url, {}, ({ flow, journal, state }) =>
        Effect.gen(function* () {
          const listed = yield* flow.runTo("tools")
          assert.deepStrictEqual(statuses(listed), expected({ call: undefined }))
          const called = yield* flow.call("add", { a: 1, b: 2 })
          assert.deepStrictEqual(called.facts.result?.structuredContent, { sum: 3 })
          assert.deepStrictEqual(statuses(state()), expected())
          assert.isAbove(journal.events().length, 30)
          assert.deepStrictEqual(mock.log.failures(), [])
          for (const check of ["resource-same", "verifier-matches", "redirect-uri-repeated"] as const)
            assert.isTrue(mock.log.held(check), check)
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("step by step: Next ten times reaches the result, and each gate waits", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      yield* run(mock.url, {}, ({ state, intend }) =>
        Effect.gen(function* () {
          for (const [index, step] of mainSteps.entries()) {
            assert.deepStrictEqual([state().wait?.kind, state().wait?.step], ["gate", step])
            const { preview, needs } = steps[index] ?? assert.fail()
            // What a step needs is there when its turn comes, and it can say what it is going to send.
            for (const name of needs) assert.isDefined(state().facts[name], `${step} needs ${name}`)
            const before = state().exchangeCount
            assert.isDefined(preview({ target: defaultTarget(mock.url), facts: state().facts }), step)
            assert.strictEqual(state().exchangeCount, before)
            const after = yield* intend({ _tag: "Next" })
            assert.strictEqual(after.steps[step].status, "done", JSON.stringify(after.steps[step].problem))
          }
          // Without a choice, a tool that says it only reads.
          assert.strictEqual(state().facts.call?.tool, "list_files")
          assert.strictEqual(state().facts.result?.isError, false)
          assert.isFalse(isPossible(state(), { _tag: "Next" }))
          assert.deepStrictEqual(mock.log.failures(), [])
        }),
      )
    }).pipe(Effect.scoped),
  )

  for (const step of mainSteps)
    it.live(`goes back to ${step} and forward again`, () =>
      Effect.gen(function* () {
        const mock = yield* mocked()
        yield* run(mock.url, {}, ({ flow, state, intend }) =>
          Effect.gen(function* () {
            yield* flow.call("add", { a: 1, b: 1 })
            const { attempt } = state().facts
            yield* intend({ _tag: "Back", step })
            // An attempt is not used twice: from steps 6 and 7 it goes back to step 5.
            const from = step === "consent" || step === "token" ? "authorize" : step
            assert.strictEqual(state().wait?.step, from)
            const later = mainSteps.slice(mainSteps.indexOf(from))
            for (const id of later) assert.strictEqual(state().steps[id].status, "todo", id)
            yield* intend({ _tag: "RunAll" })
            // The first step finds the token of this very run in the store, and it is good.
            assert.deepStrictEqual(statuses(state()), expected(step === "probe" ? leftOut : {}))
            if (step === "probe") assert.strictEqual(state().facts.attempt, undefined)
            else if (mainSteps.indexOf(from) <= mainSteps.indexOf("authorize")) {
              assert.notStrictEqual(state().facts.attempt?.state, attempt?.state)
              assert.notStrictEqual(state().facts.attempt?.verifier.fingerprint, attempt?.verifier.fingerprint)
            } else assert.strictEqual(state().facts.attempt?.state, attempt?.state)
            // The registration of this run is used again.
            assert.strictEqual(requests(mock, "register"), 1)
            assert.deepStrictEqual(mock.log.failures(), [])
          }),
        )
      }).pipe(Effect.scoped),
    )

  it.live("says in the journal which JSON-RPC method each MCP request carried", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ revisions: ["2025-11-25"] })
      yield* run(mock.url, {}, ({ flow, events }) =>
        Effect.gen(function* () {
          yield* flow.call("echo", { message: "hello" })
          const labels = events("RequestSent").flatMap(({ request }) => (request.leg === "mcp" ? [request.label] : []))
          assert.deepStrictEqual(
            [...new Set(labels)],
            ["server/discover", "initialize", "notifications/initialized", "tools/list", "tools/call echo"],
          )
          const others = events("RequestSent").filter(({ request }) => request.leg !== "mcp")
          assert.isTrue(others.every(({ request }) => request.label === undefined))
        }),
      )
    }).pipe(Effect.scoped),
  )
})
