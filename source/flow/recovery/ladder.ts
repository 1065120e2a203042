import type { AuthorizationRequired } from "../../mcp/failure.ts"
import { type Challenge, selectChallenge } from "../../oauth/challenge.ts"
import { parseScope } from "../../oauth/scopes.ts"
import { hadItsTime } from "../../vault/freshness.ts"
import type { ProblemRecord, Remedy } from "../event.ts"
import { type FlowCode, flowFailure } from "../failure.ts"
import { problemOf } from "../problem-of.ts"
import type { FlowState } from "../state.ts"
import { passes } from "./renew.ts"

/** What to do about a failure: a remedy that follows by itself, or the problem that the step ends with. */
export type Verdict =
  | { readonly remedy: Remedy; readonly reason: string; readonly scope?: string }
  | { readonly problem: ProblemRecord }

/** A request that was answered with 401, or with 403 and a challenge. */
export interface Refusal extends Pick<AuthorizationRequired, "status" | "tokenSent"> {
  readonly challenge?: Challenge | undefined
}

/** Authorization requests for one errand of the user (CR-90). */
const mostAuthorizations = 3

/** Renewals for one errand, each of another token. Tokens that live for seconds may end between any two steps. */
export const mostRenewals = 10

/**
 * Whether the token may be renewed: each once (CR-92). What came of a renewal is renewed again only when the server has
 * accepted it meanwhile or when it has had its time, for otherwise the next one would be no better.
 */
export const mayRenew = ({ facts: { grant }, tried, steps, unproven, at }: FlowState): boolean => {
  if (grant?.refreshToken === undefined) return false
  const renewals = tried.remedies.renew
  if (renewals === 0) return unproven !== "token" || hadItsTime(grant, at)
  if (renewals >= mostRenewals || steps.refresh.status === "failed") return false
  return unproven === undefined || hadItsTime(grant, at)
}

/** Whether the token is good and only too narrow for this operation (RFC 6750 §3.1). */
export const wantsScope = ({ challenge }: Pick<Refusal, "challenge">): boolean =>
  challenge?.error === "insufficient_scope"

/**
 * Whether signing in would change nothing: a 403 that asks for no more scope (CR-101). To a request without a token a
 * challenge asks for one all the same, if under the wrong status.
 */
export const isForbidden = (refusal: Refusal): boolean =>
  refusal.status === 403 && !wantsScope(refusal) && (refusal.tokenSent || refusal.challenge === undefined)

interface Situation extends Refusal {
  readonly state: FlowState
  /** The challenged scopes in one spelling, to know them again. */
  readonly scope: string
}

const scopeWanted = ({ challenge }: Situation): string | undefined =>
  challenge?.scope === undefined ? undefined : `scope ${challenge.scope}`

/** What the token should be good for: the audience that was asked for (RFC 8707 §2). */
const audienceWanted = ({ state }: Situation): string | undefined =>
  state.facts.grant?.resource === undefined ? undefined : `a token for the audience ${state.facts.grant.resource}`

const fail = (code: FlowCode, now: Situation, expected = scopeWanted(now)): Verdict => ({
  problem: problemOf(
    flowFailure(code, {
      received: `status ${now.status}${now.challenge?.error === undefined ? "" : `, ${now.challenge.error}`}`,
      ...(expected === undefined ? {} : { expected }),
      ...(now.challenge?.errorDescription === undefined ? {} : { detail: now.challenge.errorDescription }),
    }),
  ),
})

const tokenRefused = ({ status, tokenSent }: Situation): boolean => status === 401 && tokenSent

type Rung = (now: Situation) => Verdict | undefined

/** From the mildest answer to the last resort; the first rung that gives a verdict decides (CR-28, CR-90, CR-100). */
const rungs: Readonly<Record<string, Rung>> = {
  forbidden: (now) => (isForbidden(now) ? fail("forbidden", now) : undefined),

  renew: (now) =>
    tokenRefused(now) && mayRenew(now.state)
      ? { remedy: "renew", reason: "the token is not accepted any more: renew it" }
      : undefined,

  // Just issued, and never accepted: another one would be no better.
  freshTokenRefused: (now) =>
    tokenRefused(now) && now.state.unproven === "token"
      ? fail("fresh_token_refused", now, audienceWanted(now))
      : undefined,

  renewLater: (now) => {
    const { tried, steps } = now.state
    const problem = tokenRefused(now) && tried.remedies.renew > 0 ? steps.refresh.problem : undefined
    return problem !== undefined && passes(problem) ? { problem } : undefined
  },

  steppedUpInVain: (now) =>
    wantsScope(now) && now.state.tried.stepUps.includes(now.scope) ? fail("step_up_in_vain", now) : undefined,

  tooMany: (now) =>
    now.state.tried.authorizations >= mostAuthorizations ? fail("too_many_authorizations", now) : undefined,

  stepUp: (now) =>
    wantsScope(now)
      ? { remedy: "step-up", scope: now.scope, reason: `step-up: ${now.challenge?.scope ?? "more scope"} is needed` }
      : undefined,

  authorize: () => ({ remedy: "authorize", reason: "the server wants a new authorization" }),
}

/** Climbs the ladder for one refusal. Asks nobody and changes nothing. */
export const climb = (state: FlowState, required: AuthorizationRequired): Verdict | undefined => {
  const { status, tokenSent, exchange, url, wwwAuthenticate } = required
  const { challenge } = selectChallenge(wwwAuthenticate)
  const scope = [...parseScope(challenge?.scope)].sort().join(" ")
  const now: Situation = { status, tokenSent, challenge, scope, state }
  for (const rung of Object.values(rungs)) {
    const verdict = rung(now)
    if (verdict !== undefined)
      return "problem" in verdict ? { problem: { exchange, url, ...verdict.problem } } : verdict
  }
  return undefined
}
