import * as Effect from "effect/Effect"
import { startAttempt } from "../../oauth/authorization-request.ts"
import { parseScope } from "../../oauth/scopes.ts"
import { Findings } from "../../text/finding.ts"
import { fact } from "../facts.ts"
import { bindingKey } from "../machine-grant.ts"
import { namedResource, resourceFinding } from "../named-resource.ts"
import { userNotNeeded } from "../not-needed.ts"
import { requestedScope } from "../requested-scope.ts"
import { missing, type Step } from "../step.ts"

/** OpenID Connect gives `offline_access` only to those who have the user asked (Core §11); others ignore the parameter. */
const promptFor = (scope: string | undefined): string | undefined =>
  parseScope(scope).includes("offline_access") ? "consent" : undefined

/**
 * Prepare the authorization request: a fresh code verifier whose hash goes ahead (PKCE), a random state that the answer
 * must bring back, the resource the token is for, and the scopes. All of it is written down before the browser opens, so
 * that the answer can be held against it (RFC 7636; RFC 8707; MCP authorization, Authorization Response Validation).
 */
export const authorizeStep: Step = {
  id: "authorize",
  title: "PKCE and state",
  purpose: "Draw the secrets of this attempt (code verifier, state) and build the address that the browser will open.",
  reference: ["RFC 7636 §4", "RFC 8707 §2", "OAuth 2.1 §4.1.1", "MCP authorization, Scope Selection Strategy"],
  pitfalls: ["The authorization endpoint is not https", "More scopes are asked for than you may grant"],
  needs: ["server", "identity", "resource"],
  yields: ["attempt"],
  skip: userNotNeeded,
  preview: ({ target, facts }) => {
    const { server, identity } = facts
    const resource = namedResource({ target, facts })
    if (server?.authorizationEndpoint === undefined || identity === undefined) return undefined
    const scope = requestedScope({ target, facts }).scope
    const lines = [
      "response_type=code",
      `client_id=${identity.client.clientId}`,
      `redirect_uri=${identity.redirectUri}`,
      "code_challenge=<SHA-256 of the new verifier>",
      "code_challenge_method=S256",
      "state=<256 random bits>",
      ...(scope === undefined ? [] : [`scope=${scope}`]),
      ...(resource === undefined ? [] : [`resource=${resource}`]),
      ...(promptFor(scope) === undefined ? [] : [`prompt=${promptFor(scope)}`]),
    ]
    return { method: "GET", url: server.authorizationEndpoint, headers: [], body: lines.join("\n") }
  },
  run: Effect.fn("flow.authorize")(function* ({ target, facts }) {
    const findings = yield* Findings
    const server = facts.server ?? (yield* missing("server"))
    const identity = facts.identity ?? (yield* missing("identity"))
    if (facts.resource === undefined) yield* missing("resource")
    const told = resourceFinding({ target, facts })
    if (told !== undefined) yield* findings.raise(told)
    const chosen = requestedScope({ target, facts })
    yield* findings.raise({
      severity: "note",
      rule: "MCP authorization, Scope Selection Strategy",
      text:
        chosen.scope === undefined
          ? "no scope parameter: nobody named any"
          : `scope from ${chosen.source}: ${chosen.scope}`,
    })
    const attempt = yield* startAttempt({
      dpopKey: yield* bindingKey(target),
      metadata: server,
      client: identity.client,
      redirectUri: identity.redirectUri,
      resource: namedResource({ target, facts }),
      scope: chosen.scope,
      prompt: promptFor(chosen.scope),
    })
    yield* findings.raise({
      severity: "pass",
      rule: "RFC 7636 §4.2",
      text: "code_challenge with S256, verifier of 43 characters",
    })
    yield* findings.raise({ severity: "pass", rule: "OAuth 2.1 §7.12", text: "state of 256 random bits" })
    return { facts: [fact("attempt", attempt)], note: chosen.scope ?? "no scope" }
  }),
}
