import * as Effect from "effect/Effect"
import { revokeGrant } from "../../oauth/revocation.ts"
import { Findings } from "../../text/finding.ts"
import { Vault } from "../../vault/vault.ts"
import { flowFailure } from "../failure.ts"
import type { Aside } from "../step.ts"
import { storedCredentials } from "../stored.ts"

const severities = { revoked: "pass", alive: "warning", unsupported: "warning", unknown: "warning" } as const

/** What became of a token at the server, for people. */
const fates = {
  revoked: "is revoked",
  alive: "is not revoked",
  unsupported: "cannot be revoked there and ends when it expires",
  unknown: "may still be good: the server did not say",
} as const
const names = { access_token: "the access token", refresh_token: "the refresh token" } as const

/**
 * Tell the authorization server that the tokens are not wanted any more, the refresh token first (RFC 7009), and delete
 * them here whatever it answers.
 */
export const revokeAside: Aside = {
  id: "revoke",
  title: "Revoke",
  purpose: "Revoke the tokens at the authorization server and delete them from the store.",
  reference: ["RFC 7009 §2"],
  run: Effect.fn("flow.revoke")(function* ({ target, facts }) {
    const vault = yield* Vault
    const findings = yield* Findings
    const stored = yield* storedCredentials(target)
    const grant = facts.grant ?? stored?.grant
    const client = facts.identity?.client ?? stored?.identity.client
    if (grant === undefined || client === undefined)
      return yield* flowFailure("nothing_to_revoke", { url: target.serverUrl })
    const endpoint = facts.server?.revocationEndpoint ?? stored?.record.revocationEndpoint
    const outcomes = yield* revokeGrant({ endpoint, client, grant })
    for (const { token, outcome, detail, exchange } of outcomes)
      yield* findings.raise({
        severity: severities[outcome],
        rule: "RFC 7009 §2.2",
        text: `${token}: ${outcome}${detail === undefined ? "" : ` (${detail})`}`,
        ...(exchange === undefined ? {} : { exchange }),
      })
    if (stored !== undefined) yield* vault.forgetGrant(stored.record)
    const all = outcomes.every(({ outcome }) => outcome === "revoked")
    return {
      facts: [],
      note: all
        ? "revoked at the server and deleted here"
        : `deleted here; ${outcomes.map(({ token, outcome }) => `${names[token]} ${fates[outcome]}`).join("; ")}`,
    }
  }),
}
