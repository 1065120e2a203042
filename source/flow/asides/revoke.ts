import * as Effect from "effect/Effect"
import { revokeGrant } from "../../oauth/revocation.ts"
import { Findings } from "../../text/finding.ts"
import { Vault } from "../../vault/vault.ts"
import { flowFailure } from "../failure.ts"
import { revocationNote } from "../revocation-note.ts"
import type { Aside } from "../step.ts"
import { heldCredentials, orWarn } from "../stored.ts"

const severities = { revoked: "pass", alive: "warning", unsupported: "warning", unknown: "warning" } as const

/**
 * Tell the authorization server that the tokens are not wanted any more, the refresh token first (RFC 7009), and delete
 * them here whatever it answers.
 */
export const revokeAside: Aside = {
  id: "revoke",
  title: "Revoke",
  purpose: "Revoke the tokens at the authorization server and delete them from the store.",
  reference: ["RFC 7009 §2"],
  undoes: "authorize",
  run: Effect.fn("flow.revoke")(function* ({ target, facts }) {
    const vault = yield* Vault
    const findings = yield* Findings
    const held = yield* heldCredentials({ target, facts })
    if (held === undefined) return yield* flowFailure("nothing_to_revoke", { url: target.serverUrl })
    const { client, grant, record, revocationEndpoint } = held
    const forget = record === undefined ? Effect.void : vault.forgetGrant(record)
    const outcomes = yield* revokeGrant({ endpoint: revocationEndpoint, client, grant }).pipe(
      // Deleted here whatever becomes of them there (CR-103).
      Effect.tapError(() => forget.pipe(orWarn(undefined))),
    )
    yield* forget
    for (const { token, outcome, detail, exchange } of outcomes)
      yield* findings.raise({
        severity: severities[outcome],
        rule: "RFC 7009 §2.2",
        text: `${token}: ${outcome}${detail === undefined ? "" : ` (${detail})`}`,
        ...(exchange === undefined ? {} : { exchange }),
      })
    return {
      facts: [],
      note: revocationNote(outcomes),
    }
  }),
}
