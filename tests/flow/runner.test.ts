import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import type { Event } from "../../source/flow/event.ts"
import { Flow } from "../../source/flow/flow.ts"
import type { Intent } from "../../source/flow/intent.ts"
import { Journal } from "../../source/flow/journal.ts"
import { isPossible } from "../../source/flow/possible.ts"
import { nextStep } from "../../source/flow/state.ts"
import { mainSteps, type StepId } from "../../source/flow/step-id.ts"
import { Findings } from "../../source/text/finding.ts"
import { type Behaviour, type Script, scripted } from "./fakes.ts"

/** Does what is listed for a step, run after run; the last entry from then on, and `finish` where nothing is listed. */
const doing = (list: Readonly<Partial<Record<StepId, ReadonlyArray<Behaviour>>>>): Script => {
  const runs = new Map<StepId, number>()
  return (step) => {
    const run = runs.get(step) ?? 0
    runs.set(step, run + 1)
    const own = list[step] ?? []
    return own[Math.min(run, own.length - 1)] ?? "finish"
  }
}

/** Runs an effect over scripted steps, with the list of all runs of steps. */
const over = <A, E>(
  script: Script,
  use: (room: {
    readonly ran: Array<StepId>
    readonly flow: Flow["Service"]
    readonly journal: Journal["Service"]
    /** An intent, and then everything that follows from it without time passing. */
    readonly intend: (intent: Intent) => Effect.Effect<void>
  }) => Effect.Effect<A, E>,
  more: Partial<Parameters<typeof scripted>[0]> = {},
) => {
  const ran: Array<StepId> = []
  return Effect.gen(function* () {
    const flow = yield* Flow
    const journal = yield* Journal
    const settle = Effect.repeat(Effect.yieldNow, { times: 20 })
    return yield* use({ ran, flow, journal, intend: (intent) => Effect.andThen(flow.intend(intent), settle) })
  }).pipe(Effect.provide(scripted({ ...more, script, ran })))
}

const next: Intent = { _tag: "Next" }
const gates = (journal: Journal["Service"]) =>
  journal.events().flatMap((event) => (event._tag === "Waiting" && event.wait.kind === "gate" ? [event.step] : []))

describe("gates", () => {
  it.effect("Next runs one step and stands before the following one; ten of them reach the result", () =>
    over(doing({}), ({ ran, journal, intend }) =>
      Effect.gen(function* () {
        for (const [index, step] of mainSteps.entries()) {
          assert.deepStrictEqual(journal.state().wait, { kind: "gate", step, since: 0 })
          assert.deepStrictEqual(ran, mainSteps.slice(0, index))
          yield* intend(next)
        }
        assert.strictEqual(journal.state().steps.call.status, "done")
        assert.strictEqual(journal.state().wait, undefined)
        assert.isFalse(isPossible(journal.state(), next))
      }),
    ),
  )

  it.effect(
    "RunAll goes to the goal and no further, Pause stops at the next gate, RunAll while a step runs goes on",
    () =>
      over(
        doing({ server: ["finish later"] }),
        ({ journal, intend, ran }) =>
          Effect.gen(function* () {
            yield* intend({ _tag: "RunAll" })
            assert.strictEqual(journal.state().running, "server")
            yield* intend({ _tag: "Pause" })
            yield* TestClock.adjust("1 second")
            assert.strictEqual(journal.state().wait?.step, "client")
            yield* intend(next)
            assert.strictEqual(journal.state().wait?.step, "authorize")
            yield* intend({ _tag: "RunAll" })
            assert.strictEqual(journal.state().wait?.step, "call")
            assert.isFalse(ran.includes("call"))
          }),
        { goal: "tools" },
      ),
  )

  it.effect(
    "leaves steps out by themselves, with the reason, and goes back over them to the step that decided it",
    () =>
      over(
        doing({}),
        ({ journal, intend }) =>
          Effect.gen(function* () {
            yield* intend(next)
            assert.strictEqual(journal.state().wait?.step, "connect")
            assert.strictEqual(journal.state().steps.token.note, "not needed")
            for (const step of ["client", "consent", "token"] as const) {
              yield* intend({ _tag: "Back", step })
              assert.strictEqual(journal.state().wait?.step, "probe")
              yield* intend(next)
            }
            // What was left out because of the probe stands and falls with it.
            yield* intend({ _tag: "Retry" })
            assert.strictEqual(journal.state().wait?.step, "connect")
            assert.strictEqual(journal.events().filter(({ _tag }) => _tag === "StepStarted").length, 5)
          }),
        { skip: (id) => (mainSteps.indexOf(id) > 0 && mainSteps.indexOf(id) < 7 ? "not needed" : undefined) },
      ),
  )

  it.effect("Skip leaves out the last step only", () =>
    over(doing({}), ({ journal, intend, ran }) =>
      Effect.gen(function* () {
        yield* intend({ _tag: "Skip" })
        assert.strictEqual(journal.state().steps.probe.status, "todo")
        for (let step = 1; step < 10; step++) yield* intend(next)
        yield* intend({ _tag: "Skip" })
        assert.deepStrictEqual([journal.state().steps.call.status, ran.includes("call")], ["skipped", false])
        yield* intend({ _tag: "Back", step: "call" })
        assert.strictEqual(nextStep(journal.state()), "call")
      }),
    ),
  )
})

describe("cancelling", () => {
  it.effect("answers at once, interrupts the step, and writes its late words under its own name", () => {
    const said = Effect.runSync(Deferred.make<void>())
    return over(
      doing({ tools: ["hang and say a long goodbye"] }),
      ({ journal, intend }) =>
        Effect.gen(function* () {
          for (let step = 1; step < 9; step++) yield* intend(next)
          yield* intend(next)
          assert.strictEqual(journal.state().running, "tools")
          yield* intend({ _tag: "Cancel" })
          assert.strictEqual(journal.state().steps.tools.status, "todo")
          assert.strictEqual(journal.state().wait?.step, "tools")
          // Another step runs while the cancelled one still says goodbye.
          yield* intend({ _tag: "Refresh" })
          const before = journal.state().steps.refresh.findings.length
          yield* TestClock.adjust("1 hour")
          yield* Deferred.await(said)
          assert.strictEqual(journal.state().steps.tools.findings.at(-1)?.text, "goodbye")
          assert.strictEqual(journal.state().steps.refresh.findings.length, before)
        }),
      {
        goodbye: Effect.gen(function* () {
          const findings = yield* Findings
          yield* findings.raise({ severity: "note", rule: "test", text: "goodbye" })
          yield* Deferred.succeed(said, undefined)
        }),
      },
    )
  })

  it.effect("does not take up an attempt again: after the browser wait a new state and verifier are drawn", () =>
    over(doing({ consent: ["ask", "finish"], token: ["hang", "finish"] }), ({ journal, intend, ran }) =>
      Effect.gen(function* () {
        for (let step = 1; step < 6; step++) yield* intend(next)
        yield* intend(next)
        assert.strictEqual(journal.state().wait?.kind, "browser")
        yield* intend({ _tag: "Cancel" })
        assert.strictEqual(nextStep(journal.state()), "authorize")
        assert.strictEqual(journal.state().facts.attempt, undefined)
        ran.length = 0
        for (let step = 5; step < 8; step++) yield* intend(next)
        assert.deepStrictEqual(ran, ["authorize", "consent", "token"])
        // A code may have been spent when its exchange is cut off.
        yield* intend({ _tag: "Cancel" })
        assert.strictEqual(nextStep(journal.state()), "authorize")
        assert.deepStrictEqual([journal.state().facts.attempt, journal.state().facts.code], [undefined, undefined])
      }),
    ),
  )

  it.effect("a script that runs something else cancels what runs", () =>
    over(doing({ probe: ["hang", "finish"] }), ({ flow, journal, intend }) =>
      Effect.gen(function* () {
        yield* intend(next)
        const state = yield* flow.runTo("tools")
        assert.strictEqual(state.steps.tools.status, "done")
        assert.deepStrictEqual(
          journal
            .events()
            .flatMap((event) => (event._tag === "StepEnded" && event.step === "probe" ? [event.outcome] : [])),
          ["cancelled", "done"],
        )
      }),
    ),
  )
})

describe("after a failure", () => {
  it.effect("nothing goes on by itself, and Retry runs the failed step up to its gate", () =>
    over(doing({ server: ["fail", "finish"] }), ({ journal, intend, ran }) =>
      Effect.gen(function* () {
        yield* intend({ _tag: "RunAll" })
        assert.strictEqual(journal.state().steps.server.problem?.code, "forbidden")
        assert.strictEqual(journal.state().mode, "manual")
        for (const intent of [next, { _tag: "RunAll" }] as const) assert.isFalse(isPossible(journal.state(), intent))
        const before = journal.events().length
        yield* intend(next)
        assert.strictEqual(journal.events().length, before)
        yield* intend({ _tag: "Retry" })
        assert.deepStrictEqual(ran, ["probe", "resource", "server", "server"])
        assert.strictEqual(journal.state().wait?.step, "client")
      }),
    ),
  )

  for (const [failing, behaviour] of [
    ["consent", "fail"],
    ["token", "fail"],
  ] as const)
    it.effect(`CR-44 CR-53 Retry of ${failing} draws new secrets first, and keeps what a step-up keeps`, () =>
      over(
        doing({ call: ["want more scope", "finish"], [failing]: ["finish", behaviour, "finish"] }),
        ({ flow, journal, intend, ran }) =>
          Effect.gen(function* () {
            const failed = yield* flow.call("add", { a: 1 })
            assert.strictEqual(failed.steps[failing].status, "failed")
            ran.length = 0
            yield* intend({ _tag: "Retry" })
            assert.deepStrictEqual(
              ran,
              failing === "consent" ? ["authorize", "consent"] : ["authorize", "consent", "token"],
            )
            yield* intend({ _tag: "RunAll" })
            assert.deepStrictEqual(journal.state().facts.call, { tool: "add", arguments: { a: 1 } })
            assert.strictEqual(journal.state().steps.call.status, "done")
            assert.isFalse(ran.includes("tools"))
          }),
      ),
    )

  it.effect("Retry of a call keeps its arguments", () =>
    over(doing({ call: ["fail", "finish"] }), ({ flow, journal, intend }) =>
      Effect.gen(function* () {
        yield* flow.call("add", { a: 2 })
        yield* intend({ _tag: "Retry" })
        assert.deepStrictEqual(journal.state().facts.call, { tool: "add", arguments: { a: 2 } })
        assert.strictEqual(journal.state().steps.call.status, "done")
      }),
    ),
  )

  it.effect("Retry of any other request keeps its method and parameters", () =>
    over(doing({ call: ["fail", "finish"] }), ({ flow, journal, intend }) =>
      Effect.gen(function* () {
        yield* flow.request("resources/read", { uri: "file:///a" })
        yield* intend({ _tag: "Retry" })
        assert.deepStrictEqual(journal.state().facts.request, {
          method: "resources/read",
          params: { uri: "file:///a" },
        })
        assert.strictEqual(journal.state().steps.call.status, "done")
      }),
    ),
  )

  it.effect("a mistake of ours is a failure that says so", () =>
    over(doing({ probe: ["break"], refresh: ["break"] }), ({ journal, intend }) =>
      Effect.gen(function* () {
        yield* intend(next)
        assert.strictEqual(journal.state().steps.probe.problem?.code, "unexpected")
        assert.include(journal.state().steps.probe.problem?.detail, "a mistake of ours")
        yield* intend({ _tag: "Refresh" })
        assert.strictEqual(journal.state().steps.refresh.problem?.code, "unexpected")
      }),
    ),
  )
})

const remediesIn = (journal: Journal["Service"]) =>
  journal.events().flatMap((event) => (event._tag === "RemedyChosen" ? [event.remedy] : []))

describe("recovery", () => {
  it.effect("in manual mode a renewed token belongs to the step; a walk through earlier steps waits at its gates", () =>
    over(
      doing({ tools: ["refuse the token", "finish"], call: ["want more scope", "finish"] }),
      ({ journal, intend, ran }) =>
        Effect.gen(function* () {
          for (let step = 1; step < 9; step++) yield* intend(next)
          ran.length = 0
          yield* intend(next)
          assert.deepStrictEqual(ran, ["tools", "refresh", "tools"])
          assert.strictEqual(journal.state().wait?.step, "call")
          yield* intend({ _tag: "Call", tool: "add", arguments: { a: 3 } })
          assert.strictEqual(journal.state().wait?.step, "resource")
          ran.length = 0
          for (let step = 2; step < 8; step++) yield* intend(next)
          assert.strictEqual(journal.state().wait?.step, "call")
          yield* intend(next)
          assert.deepStrictEqual(ran, ["resource", "server", "client", "authorize", "consent", "token", "call"])
          assert.deepStrictEqual(journal.state().facts.call, { tool: "add", arguments: { a: 3 } })
        }),
    ),
  )

  it.effect("CR-100 an always-401 server: one sign-in, then it is over, because the token is fresh", () =>
    over(doing({ connect: ["refuse the token"] }), ({ flow, journal, ran }) =>
      Effect.gen(function* () {
        const state = yield* flow.runTo("tools")
        assert.strictEqual(state.steps.connect.problem?.code, "fresh_token_refused")
        assert.strictEqual(state.steps.connect.status, "failed")
        assert.deepStrictEqual(remediesIn(journal), [])
        assert.strictEqual(ran.filter((step) => step === "consent").length, 1)
      }),
    ),
  )

  it.effect("CR-100 the whole ladder: renew, then authorize once, then over", () =>
    over(doing({ call: ["refuse the token"] }), ({ flow, journal, ran }) =>
      Effect.gen(function* () {
        const state = yield* flow.call("add", {})
        assert.deepStrictEqual(remediesIn(journal), ["renew", "authorize"])
        assert.strictEqual(state.steps.call.problem?.code, "fresh_token_refused")
        assert.strictEqual(ran.filter((step) => step === "consent").length, 2)
        assert.strictEqual(ran.filter((step) => step === "refresh").length, 1)
      }),
    ),
  )

  it.effect("CR-96 trouble that passes keeps the tokens and opens no browser", () =>
    over(doing({ call: ["refuse the token"], refresh: ["be out of order", "finish"] }), ({ flow, journal, ran }) =>
      Effect.gen(function* () {
        const state = yield* flow.call("add", {})
        assert.strictEqual(state.steps.call.problem?.code, "refresh_later")
        assert.strictEqual(state.steps.call.status, "failed")
        assert.isDefined(state.facts.grant)
        assert.strictEqual(ran.filter((step) => step === "consent").length, 1)
        assert.deepStrictEqual(remediesIn(journal), ["renew"])
      }),
    ),
  )

  it.effect("CR-90 the same scope is asked for once", () =>
    over(doing({ call: ["want more scope"] }), ({ flow, journal }) =>
      Effect.gen(function* () {
        const state = yield* flow.call("add", {})
        assert.strictEqual(state.steps.call.problem?.code, "step_up_in_vain")
        assert.deepStrictEqual(remediesIn(journal), ["step-up"])
        // A new errand may try again.
        yield* flow.call("add", {})
        assert.deepStrictEqual(remediesIn(journal), ["step-up", "step-up"])
      }),
    ),
  )

  it.effect("CR-101 another 403 opens nothing", () =>
    over(doing({ call: ["forbid"] }), ({ flow, journal }) =>
      Effect.gen(function* () {
        const state = yield* flow.call("add", {})
        assert.strictEqual(state.steps.call.problem?.code, "forbidden")
        assert.deepStrictEqual(remediesIn(journal), [])
      }),
    ),
  )

  it.effect("CR-96 a client that the server has forgotten is registered anew, once", () =>
    over(doing({ token: ["forget the client"] }), ({ flow, journal, ran }) =>
      Effect.gen(function* () {
        const state = yield* flow.runTo("tools")
        assert.strictEqual(state.steps.token.problem?.code, "client_dead")
        assert.deepStrictEqual(remediesIn(journal), ["register"])
        assert.deepStrictEqual(ran.slice(3), [
          "client",
          "authorize",
          "consent",
          "token",
          "client",
          "authorize",
          "consent",
          "token",
        ])
      }),
    ),
  )

  it.effect("MR-28 a lost session is opened again, once, and the call is made then", () =>
    over(doing({ call: ["forget the session", "finish", "forget the session"] }), ({ flow, journal, ran }) =>
      Effect.gen(function* () {
        const good = yield* flow.call("add", { a: 4 })
        assert.strictEqual(good.steps.call.status, "done")
        assert.deepStrictEqual(ran.slice(-4), ["tools", "call", "connect", "call"])
        assert.deepStrictEqual(good.facts.call, { tool: "add", arguments: { a: 4 } })
        const bad = yield* flow.call("add", {})
        assert.strictEqual(bad.steps.call.problem?.code, "session_lost")
        assert.deepStrictEqual(remediesIn(journal), ["reconnect", "reconnect"])
      }),
    ),
  )

  it.effect("a renewed grant is dropped with the steps before it, and kept when only later ones are run again", () =>
    over(doing({}), ({ flow, journal, intend }) =>
      Effect.gen(function* () {
        yield* flow.call("add", {})
        yield* intend({ _tag: "Refresh" })
        const { grant } = journal.state().facts
        yield* intend({ _tag: "Back", step: "connect" })
        assert.strictEqual(journal.state().facts.grant, grant)
        yield* intend({ _tag: "Back", step: "token" })
        assert.strictEqual(journal.state().facts.grant, undefined)
        assert.strictEqual(journal.state().steps.refresh.status, "done")
      }),
    ),
  )

  it.effect("Revoke stands before a new attempt: nothing is called with dead tokens", () =>
    over(doing({}), ({ flow, journal, intend }) =>
      Effect.gen(function* () {
        yield* flow.call("add", {})
        yield* intend({ _tag: "Revoke" })
        assert.strictEqual(journal.state().steps.revoke.status, "done")
        assert.strictEqual(journal.state().facts.grant, undefined)
        assert.strictEqual(journal.state().wait?.step, "authorize")
        assert.isDefined(journal.state().facts.identity)
      }),
    ),
  )
})

describe("listeners", () => {
  it.effect("hear each event once and in order, also when one of them asks for something at once", () =>
    over(doing({}), ({ flow, journal, intend }) =>
      Effect.gen(function* () {
        const context = yield* Effect.context<never>()
        const heard: Array<Event> = []
        let asked = 0
        journal.subscribe((event, state) => {
          if (event._tag !== "Waiting") return
          asked += 1
          assert.strictEqual(state.wait?.step, event.step)
          Effect.runForkWith(context)(flow.intend(next))
        })
        journal.subscribe((event) => heard.push(event))
        const before = journal.events().length
        yield* intend(next)
        while (asked < 9 || journal.state().running !== undefined) yield* Effect.yieldNow
        assert.deepStrictEqual(heard, journal.events().slice(before))
        assert.strictEqual(journal.state().steps.call.status, "done")
        assert.deepStrictEqual(gates(journal), [...mainSteps])
      }),
    ),
  )

  it.effect("one that throws is left aside, and the run goes on", () =>
    over(doing({}), ({ flow, journal }) =>
      Effect.gen(function* () {
        let calls = 0
        journal.subscribe(() => {
          calls += 1
          throw new Error("a broken face")
        })
        const state = yield* flow.runTo("tools")
        assert.strictEqual(state.steps.tools.status, "done")
        assert.strictEqual(calls, 1)
      }),
    ),
  )
})
