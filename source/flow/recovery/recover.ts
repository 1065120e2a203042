import * as Effect from "effect/Effect"
import type { AuthorizationRequired } from "../../mcp/failure.ts"
import { selectChallenge } from "../../oauth/challenge.ts"
import { stepUpScope } from "../../oauth/scopes.ts"
import type { Event } from "../event.ts"
import { fact } from "../facts.ts"
import { type FlowFailure, flowFailure } from "../failure.ts"
import { Journal } from "../journal.ts"
import { problemOf } from "../problem-of.ts"
import type { FlowState } from "../state.ts"
import type { MainStepId, StepId } from "../step-id.ts"

/** Authorization requests for one action of the user (rulebook CR-90). */
const mostAuthorizations = 3

/** How often a step was started since the user last decided something. */
const startsSinceDecision = (events: ReadonlyArray<Event>, step: StepId): number => {
  const decided = events.findLastIndex((event) => event._tag === "Decided")
  return events.slice(decided + 1).filter((event) => event._tag === "StepStarted" && event.step === step).length
}

/** A refusal of a token that no request has been accepted with yet is final: asking again would bring the same. */
const refusedWhenFresh = (state: FlowState, required: AuthorizationRequired, events: ReadonlyArray<Event>): boolean =>
  required.status === 401 &&
  required.tokenSent &&
  state.facts.session === undefined &&
  startsSinceDecision(events, "token") > 0

export interface Recovery {
  /** The step that was answered with 401, or with 403 and a challenge. */
  readonly step: MainStepId
  readonly required: AuthorizationRequired
  readonly runAside: (id: "refresh") => Effect.Effect<unknown>
}

/**
 * What to do when a later request is refused: renew the token once (401), else walk through steps 2 to 7 again with the
 * new challenge, keeping the session, the tools and the pending call, which is then made with the very same arguments.
 * Every part of it is a visible step. Gives whether the run may go on.
 */
export const recover = Effect.fn("flow.recover")(function* ({ step, required, runAside }: Recovery) {
  const journal = yield* Journal
  const state = journal.state()
  const { challenge } = selectChallenge(required.wwwAuthenticate)
  const evidence = { exchange: required.exchange, url: required.url, received: `${required.status}` }

  const giveUp = (failure: FlowFailure) =>
    Effect.gen(function* () {
      yield* journal.append({ _tag: "StepStarted", step })
      yield* journal.append({ _tag: "StepEnded", step, outcome: "failed", problem: problemOf(failure) })
      return false
    })

  const wantsScope = challenge?.error === "insufficient_scope"
  const canRefresh =
    !wantsScope &&
    required.tokenSent &&
    state.facts.grant?.refreshToken !== undefined &&
    startsSinceDecision(journal.events(), "refresh") === 0 &&
    startsSinceDecision(journal.events(), "token") === 0
  if (canRefresh) {
    yield* runAside("refresh")
    if (journal.state().steps.refresh.status === "done") return true
  }

  if (refusedWhenFresh(state, required, journal.events())) return yield* giveUp(flowFailure("token_refused", evidence))
  if (required.status === 403 && !wantsScope)
    return yield* giveUp(
      flowFailure("forbidden", {
        ...evidence,
        ...(challenge?.errorDescription === undefined ? {} : { detail: challenge.errorDescription }),
      }),
    )
  if (startsSinceDecision(journal.events(), "consent") >= mostAuthorizations)
    return yield* giveUp(
      flowFailure("too_many_authorizations", {
        ...evidence,
        ...(challenge?.scope === undefined ? {} : { expected: `scope ${challenge.scope}` }),
      }),
    )

  // What was asked for before, and what was granted: a step-up must not lose either (CR-88).
  const { attempt, grant, probe } = state.facts
  const priorScope = wantsScope
    ? stepUpScope({ requested: attempt?.scope ?? probe?.priorScope, granted: grant?.scope, challenged: undefined })
    : undefined
  yield* journal.append({
    _tag: "Reset",
    step: "resource",
    through: "token",
    reason: wantsScope ? `step-up: ${challenge?.scope ?? "more scope"}` : "the server wants a new authorization",
  })
  yield* journal.append({
    _tag: "FactLearned",
    fact: fact("probe", {
      outcome: "challenged",
      status: required.status,
      exchange: required.exchange,
      ...(challenge === undefined ? {} : { challenge }),
      ...(priorScope === undefined ? {} : { priorScope }),
    }),
  })
  return true
})
