import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberHandle from "effect/FiberHandle"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { CallbackDesk } from "./callback-desk.ts"
import { Flow } from "./flow.ts"
import type { Intent } from "./intent.ts"
import { Journal } from "./journal.ts"
import { problemOf } from "./problem-of.ts"
import { recover } from "./recovery/recover.ts"
import { type FlowState, nextStep } from "./state.ts"
import type { Aside, Learned, Step, StepFailure, StepServices } from "./step.ts"
import { type MainStepId, mainSteps, type StepId, stepNumber } from "./step-id.ts"
import type { Target } from "./target.ts"

export interface RunnerOptions {
  readonly target: Target
  readonly steps: ReadonlyArray<Step>
  readonly asides: ReadonlyArray<Aside>
  /** Where "run all" stops by itself. */
  readonly goal: MainStepId
  readonly version: string
}

const isAtOrAfter = (step: MainStepId, goal: MainStepId): boolean => (stepNumber(step) ?? 0) > (stepNumber(goal) ?? 0)

/**
 * The only code that executes steps. One step runs at a time, in one fiber; intents are handled one after the other, and
 * each either changes the journal or changes nothing.
 */
const make = (options: RunnerOptions) =>
  Effect.gen(function* () {
    const { target } = options
    const journal = yield* Journal
    const desk = yield* CallbackDesk
    const services = yield* Effect.context<StepServices>()
    const slot = yield* FiberHandle.make<void, never>()
    const oneIntent = Semaphore.withPermits(yield* Semaphore.make(1), 1)
    const stepOf = new Map<StepId, Step | Aside>([...options.steps, ...options.asides].map((step) => [step.id, step]))
    const context = () => ({ target, facts: journal.state().facts })

    /** Runs one step to its end and writes down how it ended. Gives what failed, so that recovery may look at it. */
    const runStep = (id: StepId): Effect.Effect<StepFailure | undefined> =>
      Effect.gen(function* () {
        const step = stepOf.get(id)
        if (step === undefined) return undefined
        yield* journal.append({ _tag: "StepStarted", step: id })
        const exit: Exit.Exit<Learned, StepFailure> = yield* step.run(context()).pipe(
          Effect.provideContext(services),
          Effect.onInterrupt(() =>
            journal.append({ _tag: "StepEnded", step: id, outcome: "cancelled", note: "cancelled" }),
          ),
          Effect.exit,
        )
        if (Exit.isSuccess(exit)) {
          for (const fact of exit.value.facts) yield* journal.append({ _tag: "FactLearned", fact })
          yield* journal.append({ _tag: "StepEnded", step: id, outcome: "done", note: exit.value.note })
          return undefined
        }
        const error = Cause.squash(exit.cause)
        const problem = problemOf(error)
        const failure = Exit.findErrorOption(exit)
        const known = failure._tag === "Some" ? failure.value : undefined
        if (known?._tag === "AuthorizationRequired") {
          // Not a failure yet: whether it becomes one is for recovery to say.
          yield* journal.append({ _tag: "StepEnded", step: id, outcome: "cancelled", note: problem.what })
          return known
        }
        yield* journal.append({ _tag: "StepEnded", step: id, outcome: "failed", problem })
        return undefined
      })

    /** A step that needs nothing done is left out by itself, with the reason. */
    const skipWhatIsNotNeeded = Effect.gen(function* () {
      for (;;) {
        const id = nextStep(journal.state())
        const step = options.steps.find((candidate) => candidate.id === id)
        const reason = step?.skip?.(context())
        if (step === undefined || reason === undefined) return
        yield* journal.append({ _tag: "StepEnded", step: step.id, outcome: "skipped", note: reason })
      }
    })

    /** The next step with its recovery. Gives whether the run may go on. */
    const advance: Effect.Effect<boolean> = Effect.gen(function* () {
      yield* skipWhatIsNotNeeded
      const id = nextStep(journal.state())
      if (id === undefined || journal.state().steps[id].status === "failed") return false
      const failure = yield* runStep(id)
      if (failure?._tag === "AuthorizationRequired") {
        const recovered = yield* recover({ step: id, required: failure, runAside: runStep }).pipe(
          Effect.provideService(Journal, journal),
        )
        if (!recovered) return false
      } else if (journal.state().steps[id].status !== "done") return false
      yield* skipWhatIsNotNeeded
      return true
    })

    const gate = Effect.suspend(() => {
      const state = journal.state()
      const step = nextStep(state)
      return step === undefined || state.running !== undefined
        ? Effect.void
        : journal.append({ _tag: "Waiting", step, wait: { kind: "gate" } })
    })

    /** One step, or all up to the goal while the mode is automatic. */
    const drive = (goal: MainStepId): Effect.Effect<void> =>
      Effect.gen(function* () {
        for (;;) {
          const goesOn = yield* advance
          const state = journal.state()
          const next = nextStep(state)
          if (!goesOn || state.mode === "manual" || next === undefined || isAtOrAfter(next, goal)) break
        }
        yield* gate
      })

    const decided = (decision: string) => journal.append({ _tag: "Decided", decision })
    const mode = (to: "manual" | "auto") =>
      Effect.suspend(() =>
        journal.state().mode === to ? Effect.void : journal.append({ _tag: "ModeChanged", mode: to }),
      )
    const start = (effect: Effect.Effect<void>) => FiberHandle.run(slot, effect)
    const isBusy = () => journal.state().running !== undefined
    /** Waits for the finalizers: afterwards the journal says that nothing runs. */
    const stop = FiberHandle.clear(slot).pipe(Effect.andThen(desk.close))

    const resetTo = (step: MainStepId, reason: string) => journal.append({ _tag: "Reset", step, reason })

    const callTool = (tool: string, args: Readonly<Record<string, unknown>>) =>
      Effect.gen(function* () {
        yield* resetTo("call", `call ${tool}`)
        yield* journal.append({ _tag: "FactLearned", fact: { name: "call", value: { tool, arguments: args } } })
      })

    const aside = (id: Aside["id"]) =>
      Effect.gen(function* () {
        yield* runStep(id)
        yield* gate
      })

    /** Nothing is left to wait for unless something runs; one table of what each intent does. */
    const handlers: {
      readonly [Tag in Intent["_tag"]]: (intent: Extract<Intent, { _tag: Tag }>) => Effect.Effect<void>
    } = {
      Next: () =>
        isBusy()
          ? Effect.void
          : decided("next").pipe(Effect.andThen(mode("manual")), Effect.andThen(start(drive(options.goal)))),
      RunAll: () =>
        decided("run to the end").pipe(
          Effect.andThen(mode("auto")),
          Effect.andThen(Effect.suspend(() => (isBusy() ? Effect.void : start(drive(options.goal))))),
        ),
      Pause: () => decided("pause").pipe(Effect.andThen(mode("manual"))),
      Back: ({ step }) =>
        stop.pipe(
          Effect.andThen(decided(`back to ${step}`)),
          Effect.andThen(mode("manual")),
          Effect.andThen(resetTo(step, "back")),
          Effect.andThen(gate),
        ),
      Retry: () =>
        Effect.suspend(() => {
          const state = journal.state()
          const last = mainSteps.findLast((id) => state.steps[id].status !== "todo")
          const failed = mainSteps.find((id) => state.steps[id].status === "failed") ?? last
          if (isBusy() || failed === undefined) return Effect.void
          const call = failed === "call" ? state.facts.call : undefined
          return decided("retry").pipe(
            Effect.andThen(resetTo(failed, "retry")),
            Effect.andThen(
              call === undefined
                ? Effect.void
                : journal.append({ _tag: "FactLearned", fact: { name: "call", value: call } }),
            ),
            Effect.andThen(start(drive(options.goal))),
          )
        }),
      Skip: () =>
        Effect.suspend(() => {
          const next = nextStep(journal.state())
          // Only the last step may be left out by hand: every other one yields what a later one needs.
          if (isBusy() || next !== "call") return Effect.void
          return decided("skip").pipe(
            Effect.andThen(
              journal.append({ _tag: "StepEnded", step: next, outcome: "skipped", note: "left out by you" }),
            ),
          )
        }),
      Cancel: () =>
        Effect.suspend(() =>
          isBusy()
            ? decided("cancel").pipe(Effect.andThen(stop), Effect.andThen(mode("manual")), Effect.andThen(gate))
            : mode("manual"),
        ),
      Paste: ({ text }) => desk.paste(text),
      Call: ({ tool, arguments: args }) =>
        isBusy()
          ? Effect.void
          : decided(`call ${tool}`).pipe(Effect.andThen(callTool(tool, args)), Effect.andThen(start(drive("call")))),
      Refresh: () => (isBusy() ? Effect.void : decided("refresh").pipe(Effect.andThen(start(aside("refresh"))))),
      Revoke: () => (isBusy() ? Effect.void : decided("revoke").pipe(Effect.andThen(start(aside("revoke"))))),
    }

    const intend = (intent: Intent): Effect.Effect<void> =>
      // The table's own types pair each tag with its handler; one call site cannot see that.
      oneIntent((handlers[intent._tag] as (intent: Intent) => Effect.Effect<void>)(intent))

    const idle: Effect.Effect<FlowState> = FiberHandle.awaitEmpty(slot).pipe(Effect.map(() => journal.state()))

    /** Runs in the slot like everything else, so that a cancel or a Ctrl-C reaches it. */
    const runInSlot = (effect: Effect.Effect<void>): Effect.Effect<FlowState> =>
      Effect.gen(function* () {
        const fiber = yield* oneIntent(FiberHandle.run(slot, effect))
        yield* Fiber.await(fiber)
        return journal.state()
      }).pipe(Effect.onInterrupt(() => stop))

    yield* journal.append({ _tag: "RunStarted", serverUrl: target.serverUrl, version: options.version })
    yield* gate

    return Flow.of({
      target,
      intend,
      idle,
      runTo: (goal) =>
        runInSlot(decided(`run to ${goal}`).pipe(Effect.andThen(mode("auto")), Effect.andThen(drive(goal)))),
      call: (tool, args) =>
        runInSlot(
          decided(`call ${tool}`).pipe(
            Effect.andThen(callTool(tool, args)),
            Effect.andThen(mode("auto")),
            Effect.andThen(drive("call")),
          ),
        ),
    })
  })

/** The engine behind every face. Needs the services of the steps; its scope ends the running step. */
export const flowLayer = (options: RunnerOptions): Layer.Layer<Flow, never, StepServices> =>
  Layer.effect(Flow, make(options))
