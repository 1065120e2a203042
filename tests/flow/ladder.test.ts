import { assert, describe, it } from "@effect/vitest"
import { climb } from "../../source/flow/recovery/ladder.ts"
import { type FlowState, initialState } from "../../source/flow/state.ts"
import { AuthorizationRequired } from "../../source/mcp/failure.ts"
import { secret } from "../../source/text/secret.ts"

const grant = {
  issuer: "https://as.example",
  clientId: "c",
  accessToken: secret("access_token", "token-token-token"),
  tokenType: "Bearer",
  scopeKnown: true,
  obtainedAt: 1,
} as const
const refreshToken = secret("refresh_token", "refresh-refresh")
/** By the time of the state (0) within its last second. */
const over = { ...grant, refreshToken, obtainedAt: -1_000, expiresAt: 1_000 }

const state = (change: {
  readonly facts?: FlowState["facts"]
  readonly unproven?: "token" | "refresh"
  readonly tried?: Partial<FlowState["tried"]>
  readonly renewals?: number
  readonly refreshProblem?: { readonly code: string; readonly exit: 4 | 6 }
}): FlowState => {
  const { facts = {}, unproven, tried = {}, renewals = 0, refreshProblem } = change
  const refresh = initialState.steps.refresh
  return {
    ...initialState,
    facts,
    ...(unproven === undefined ? {} : { unproven }),
    steps: {
      ...initialState.steps,
      refresh:
        refreshProblem === undefined
          ? refresh
          : { ...refresh, status: "failed", problem: { what: "", why: "", remedy: [], rule: "", ...refreshProblem } },
    },
    tried: {
      ...initialState.tried,
      remedies: { ...initialState.tried.remedies, renew: renewals },
      ...tried,
    },
  }
}

const refused = (status: 401 | 403, tokenSent: boolean, ...wwwAuthenticate: ReadonlyArray<string>) =>
  new AuthorizationRequired({ status, tokenSent, wwwAuthenticate, exchange: 7, url: "https://mcp.example/mcp" })

const verdict = (change: Parameters<typeof state>[0], required: AuthorizationRequired): string => {
  const decided = climb(state(change), required)
  if (decided === undefined) return "nothing"
  return "problem" in decided ? decided.problem.code : decided.remedy
}

const stepUp = 'Bearer error="insufficient_scope", scope="b a"'

const rows: ReadonlyArray<readonly [string, Parameters<typeof state>[0], AuthorizationRequired]> = [
  ["authorize", {}, refused(401, false, "Bearer")],
  ["authorize", {}, refused(401, false)],
  ["authorize", { facts: { grant } }, refused(401, true, 'Bearer error="invalid_token"')],
  ["renew", { facts: { grant: { ...grant, refreshToken } } }, refused(401, true, 'Bearer error="invalid_token"')],
  ["renew", { facts: { grant: { ...grant, refreshToken } } }, refused(401, true)],
  // Each token once: this one was accepted after it was renewed, so it is another one that ends now.
  ["renew", { facts: { grant: { ...grant, refreshToken } }, renewals: 1 }, refused(401, true)],
  ["authorize", { facts: { grant: { ...grant, refreshToken } }, renewals: 10 }, refused(401, true)],
  // Never accepted, but it lives for seconds, and these are over.
  ["renew", { facts: { grant: over }, unproven: "refresh", renewals: 3 }, refused(401, true)],
  ["renew", { facts: { grant: over }, unproven: "token" }, refused(401, true)],
  ["authorize", { facts: { grant: over }, unproven: "refresh", renewals: 10 }, refused(401, true)],
  ["fresh_token_refused", { facts: { grant: over }, unproven: "token", renewals: 10 }, refused(401, true)],
  ["authorize", { facts: { grant: { ...grant, refreshToken } }, unproven: "refresh", renewals: 1 }, refused(401, true)],
  ["fresh_token_refused", { facts: { grant: { ...grant, refreshToken } }, unproven: "token" }, refused(401, true)],
  // Without a token in the request, a fresh one is no argument.
  ["authorize", { facts: { grant }, unproven: "token" }, refused(401, false, "Bearer")],
  [
    "refresh_later",
    { facts: { grant: { ...grant, refreshToken } }, renewals: 1, refreshProblem: { code: "refresh_later", exit: 6 } },
    refused(401, true),
  ],
  [
    "authorize",
    { facts: { grant }, renewals: 1, refreshProblem: { code: "refresh_token_dead", exit: 4 } },
    refused(401, true),
  ],
  // An older errand's trouble is over.
  [
    "renew",
    { facts: { grant: { ...grant, refreshToken } }, refreshProblem: { code: "refresh_later", exit: 6 } },
    refused(401, true),
  ],
  ["too_many_authorizations", { tried: { authorizations: 3 } }, refused(401, false, "Bearer")],
  ["step-up", { facts: { grant } }, refused(403, true, stepUp)],
  // CR-89: a refresh cannot widen a scope.
  ["step-up", { facts: { grant: { ...grant, refreshToken } } }, refused(403, true, stepUp)],
  // A fresh token may well be too narrow.
  ["step-up", { facts: { grant }, unproven: "token" }, refused(403, true, stepUp)],
  ["step-up", { facts: { grant }, tried: { stepUps: ["a"] } }, refused(403, true, stepUp)],
  ["step_up_in_vain", { facts: { grant }, tried: { stepUps: ["a b"] } }, refused(403, true, stepUp)],
  ["step_up_in_vain", { tried: { stepUps: [""] } }, refused(403, true, 'Bearer error="insufficient_scope"')],
  ["too_many_authorizations", { facts: { grant }, tried: { authorizations: 3 } }, refused(403, true, stepUp)],
  ["forbidden", { facts: { grant } }, refused(403, true, 'Bearer error="invalid_request"')],
  ["forbidden", { facts: { grant } }, refused(403, true, "Basic realm=x")],
  ["forbidden", {}, refused(403, false, "Basic realm=x")],
  ["authorize", {}, refused(403, false, "Bearer")],
  // CR-26: what only looks like the parameter is not it.
  ["forbidden", { facts: { grant } }, refused(403, true, 'Bearer error_description="error=insufficient_scope"')],
]

describe("the ladder", () => {
  it("CR-28 CR-89 CR-90 CR-100 CR-101 each refusal has its answer", () => {
    assert.deepStrictEqual(
      rows.map(([, change, required]) => verdict(change, required)),
      rows.map(([expected]) => expected),
    )
  })

  it("points at the exchange and says what was asked for", () => {
    const decided = climb(state({ facts: { grant }, tried: { authorizations: 3 } }), refused(403, true, stepUp))
    if (decided === undefined || !("problem" in decided)) return assert.fail("no problem")
    const { exchange, url, expected, received } = decided.problem
    assert.deepStrictEqual([exchange, url], [7, "https://mcp.example/mcp"])
    assert.deepStrictEqual([expected, received], ["scope b a", "status 403, insufficient_scope"])
  })
})
