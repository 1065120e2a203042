import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { freshnessOf, isStale } from "../vault/freshness.ts"
import { Vault } from "../vault/vault.ts"
import { CurrentStep } from "./current-step.ts"
import { Journal } from "./journal.ts"
import { problemOf } from "./problem-of.ts"
import { climb, mayRenew } from "./recovery/ladder.ts"
import { mend } from "./recovery/mendable.ts"
import { remedies } from "./recovery/remedies.ts"
import { type FlowState, nextStep } from "./state.ts"
import type { Aside, Learned, Step, StepFailure, StepServices } from "./step.ts"
import { type MainStepId, type StepId, stepNumber } from "./step-id.ts"
import type { Target } from "./target.ts"

export interface Plan {
  readonly target: Target
  readonly steps: ReadonlyArray<Step>
  readonly asides: ReadonlyArray<Aside>
}

/** How an attempt at a step ended. `over`: failed, cancelled, or nothing was left to do. */
type Ending = "done" | "again" | "walk" | "over"

/** Steps that send the access token. */
const usesToken: ReadonlySet<MainStepId> = new Set(["connect", "tools", "call"])

const isAfter = (step: MainStepId, limit: MainStepId): boolean => (stepNumber(step) ?? 0) > (stepNumber(limit) ?? 0)

/** Whether the token should be renewed before `step` sends it (CR-92). */
const renewalIsDue = (state: FlowState, step: MainStepId, at: number): boolean => {
  const { grant } = state.facts
  return usesToken.has(step) && grant !== undefined && isStale(freshnessOf(grant, at)) && mayRenew({ ...state, at })
}

const saidBy = (failure: StepFailure): string =>
  failure._tag === "AuthorizationRequired" ? failure.message : `${failure.what} (${failure.code})`

/**
 * Runs steps and writes down how they ended. Each step works in a fiber of its own in `scope`: when it is cancelled the
 * journal says so at once, whatever goodbyes it still has to say.
 */
export const makeExecution = (plan: Plan, services: Context.Context<StepServices>, scope: Scope.Scope) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const stepOf = new Map<StepId, Step | Aside>([...plan.steps, ...plan.asides].map((step) => [step.id, step]))
    const context = () => ({ target: plan.target, facts: journal.state().facts })
    // Whoever stops here, at a gate or for good, keeps nobody else from signing in.
    const { endSignIn } = Context.get(services, Vault)
    const failed = (step: StepId, problem: ReturnType<typeof problemOf>) =>
      journal.append({ _tag: "StepEnded", step, outcome: "failed", problem })
    const cancelled = (step: StepId, note: string) =>
      journal.append({ _tag: "StepEnded", step, outcome: "cancelled", note })

    /** Runs one step; gives its failure, which is not written down yet. */
    const attempt = (step: Step | Aside): Effect.Effect<Exit.Exit<void, StepFailure>> =>
      // Nothing comes in between the end of a step and the line that says so.
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          yield* journal.append({ _tag: "StepStarted", step: step.id })
          const work = step
            .run(context())
            .pipe(Effect.provideContext(services), Effect.provideService(CurrentStep, step.id), Effect.interruptible)
          const fiber = yield* Effect.forkIn(work, scope, { startImmediately: true })
          const exit: Exit.Exit<Learned, StepFailure> = yield* restore(Fiber.await(fiber)).pipe(
            Effect.onInterrupt(() =>
              Effect.suspend(() => {
                fiber.interruptUnsafe()
                return cancelled(step.id, "cancelled")
              }),
            ),
          )
          if (Exit.isFailure(exit)) return Exit.failCause(exit.cause)
          for (const fact of exit.value.facts) yield* journal.append({ _tag: "FactLearned", fact })
          yield* journal.append({ _tag: "StepEnded", step: step.id, outcome: "done", note: exit.value.note })
          return Exit.void
        }),
      )

    const runAside = Effect.fnUntraced(function* (id: Aside["id"]) {
      const aside = stepOf.get(id)
      if (aside === undefined) return
      const exit = yield* attempt(aside)
      if (Exit.isFailure(exit)) yield* failed(id, problemOf(Cause.squash(exit.cause)))
    })

    /** What follows from a failure: a remedy while there is one, else the step has failed. */
    const answer = (step: Step, failure: StepFailure): Effect.Effect<Ending> =>
      Effect.gen(function* () {
        const state = journal.state()
        const verdict =
          failure._tag === "AuthorizationRequired" ? climb(state, failure) : mend(state, plan.target, failure)
        if (verdict === undefined || "problem" in verdict) {
          yield* failed(step.id, verdict?.problem ?? problemOf(failure))
          return "over"
        }
        if (state.running === step.id) yield* cancelled(step.id, saidBy(failure))
        yield* journal.append({ _tag: "RemedyChosen", step: step.id, ...verdict })
        const outcome = yield* remedies[verdict.remedy]({ failure, reason: verdict.reason, runAside }).pipe(
          Effect.provideContext(services),
        )
        return outcome === "vain" ? yield* answer(step, failure) : outcome
      })

    const runStep = Effect.fnUntraced(function* (id: MainStepId): Effect.fn.Return<Ending> {
      const step = plan.steps.find((candidate) => candidate.id === id)
      if (step === undefined) return "over"
      if (renewalIsDue(journal.state(), id, yield* Clock.currentTimeMillis)) {
        yield* journal.append({
          _tag: "RemedyChosen",
          step: id,
          remedy: "renew",
          reason: "the token is about to expire",
        })
        yield* runAside("refresh")
      }
      const exit = yield* attempt(step)
      if (Exit.isSuccess(exit)) return "done"
      if (Cause.hasInterruptsOnly(exit.cause)) return yield* Effect.as(cancelled(id, "interrupted"), "over" as const)
      const known = Exit.findErrorOption(exit)
      if (known._tag === "Some") return yield* answer(step, known.value)
      // Not one of our failures: a mistake of ours, and it says so.
      return yield* Effect.as(failed(id, problemOf(Cause.squash(exit.cause))), "over" as const)
    })

    /** Steps for which nothing has to be done are left out by themselves, with the reason. */
    const leaveOut = Effect.gen(function* () {
      for (;;) {
        const id = nextStep(journal.state())
        const reason = plan.steps.find((candidate) => candidate.id === id)?.skip?.(context())
        if (id === undefined || reason === undefined || journal.state().steps[id].status === "failed") return
        yield* journal.append({ _tag: "StepEnded", step: id, outcome: "skipped", note: reason })
      }
    })

    const gate = Effect.suspend(() => {
      const state = journal.state()
      const step = nextStep(state)
      return step === undefined || state.running !== undefined
        ? Effect.void
        : journal.append({ _tag: "Waiting", step, wait: { kind: "gate" } })
    })

    /**
     * In automatic mode runs on to the goal, or to a step for which somebody has to choose. In manual mode runs up to the wanted step, by default the one that comes next:
     * what renews a token or a session for it belongs to it, but a new walk through earlier steps waits at its gates.
     */
    const drive = Effect.fnUntraced(function* (goal: MainStepId, upTo?: MainStepId): Effect.fn.Return<void> {
      yield* leaveOut
      const wanted = upTo ?? nextStep(journal.state())
      for (;;) {
        const state = journal.state()
        const next = nextStep(state)
        if (next === undefined || wanted === undefined || state.steps[next].status === "failed") break
        if (isAfter(next, state.mode === "auto" ? goal : wanted)) break
        if (state.mode === "auto" && plan.steps.find(({ id }) => id === next)?.undecided?.(context()) === true) {
          yield* journal.append({ _tag: "ModeChanged", mode: "manual" })
          break
        }
        const ending = yield* runStep(next)
        yield* leaveOut
        if (ending === "over" || (ending === "walk" && journal.state().mode === "manual")) break
      }
      yield* gate
    }, Effect.ensuring(endSignIn))

    return { drive, runAside, leaveOut, gate }
  })
