import * as Effect from "effect/Effect"
import { selectChallenge } from "../../oauth/challenge.ts"
import { stepUpScope } from "../../oauth/scopes.ts"
import type { Findings } from "../../text/finding.ts"
import type { Vault } from "../../vault/vault.ts"
import type { Remedy } from "../event.ts"
import { fact } from "../facts.ts"
import { Journal } from "../journal.ts"
import type { StepFailure } from "../step.ts"
import type { MainStepId } from "../step-id.ts"
import { forgetClient } from "../stored.ts"

/** `again`: the refused step can be run again at once. `walk`: earlier steps come first. `vain`: it did not help. */
export type Outcome = "again" | "walk" | "vain"

export interface Patient {
  readonly failure: StepFailure
  readonly reason: string
  readonly runAside: (id: "refresh") => Effect.Effect<unknown>
}

type Needs = Journal | Vault | Findings
type Cure = (patient: Patient) => Effect.Effect<Outcome, never, Needs>

const reset = (step: MainStepId, through: MainStepId, reason: string) =>
  Effect.flatMap(Journal, (journal) => journal.append({ _tag: "Reset", step, through, reason }))

/** What falls with the token: a session with an id as well, because the new one may be another user's (MR-34). */
const throughToken = (journal: Journal["Service"]): MainStepId =>
  journal.state().facts.session?.sessionId === undefined ? "token" : "connect"

/**
 * Steps 2 to 7 again, for the new challenge. Tools and the pending call are kept, so that the very call is made with its
 * arguments afterwards.
 */
const authorizeAnew =
  (priorScope: (journal: Journal["Service"]) => string | undefined): Cure =>
  ({ failure, reason }) =>
    Effect.gen(function* (): Effect.fn.Return<Outcome, never, Needs> {
      if (failure._tag !== "AuthorizationRequired") return "vain"
      const journal = yield* Journal
      const { challenge } = selectChallenge(failure.wwwAuthenticate)
      const prior = priorScope(journal)
      yield* reset("resource", throughToken(journal), reason)
      yield* journal.append({
        _tag: "FactLearned",
        fact: fact("probe", {
          outcome: "challenged",
          status: failure.status,
          exchange: failure.exchange,
          ...(challenge === undefined ? {} : { challenge }),
          ...(prior === undefined ? {} : { priorScope: prior }),
        }),
      })
      return "walk"
    })

/** What was asked for before, and what was granted: a step-up must lose neither (CR-88). */
const scopeSoFar = (journal: Journal["Service"]): string | undefined => {
  const { attempt, grant, probe } = journal.state().facts
  return stepUpScope({ requested: attempt?.scope ?? probe?.priorScope, granted: grant?.scope })
}

/** One row per remedy. Each ends in ordinary steps that are still to be run. */
export const remedies: Readonly<Record<Remedy, Cure>> = {
  renew: Effect.fnUntraced(function* ({ runAside }): Effect.fn.Return<Outcome, never, Needs> {
    const journal = yield* Journal
    yield* runAside("refresh")
    return journal.state().steps.refresh.status === "done" ? "again" : "vain"
  }),

  authorize: authorizeAnew(() => undefined),

  "step-up": authorizeAnew(scopeSoFar),

  register: Effect.fnUntraced(function* ({ reason }): Effect.fn.Return<Outcome, never, Needs> {
    const { identity } = (yield* Journal).state().facts
    if (identity === undefined) return "vain"
    yield* forgetClient(identity.client)
    yield* reset("client", "token", reason)
    return "walk"
  }),

  adopt: Effect.fnUntraced(function* ({ reason }): Effect.fn.Return<Outcome, never, Needs> {
    const journal = yield* Journal
    yield* reset("probe", throughToken(journal), reason)
    return "walk"
  }),

  reconnect: Effect.fnUntraced(function* ({ reason }): Effect.fn.Return<Outcome, never, Needs> {
    const journal = yield* Journal
    const { probe } = journal.state().facts
    yield* reset("connect", "connect", reason)
    // The session that the probe opened is the lost one.
    if (probe?.session !== undefined) {
      const { session: _, ...rest } = probe
      yield* journal.append({ _tag: "FactLearned", fact: fact("probe", rest) })
    }
    return "again"
  }),
}
