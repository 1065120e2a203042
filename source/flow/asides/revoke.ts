import * as Effect from "effect/Effect"
import { revokeGrant } from "../../oauth/revocation.ts"
import { type Finding, Findings } from "../../text/finding.ts"
import type { StoredRecord } from "../../vault/record.ts"
import { Vault } from "../../vault/vault.ts"
import { flowFailure } from "../failure.ts"
import { Journal } from "../journal.ts"
import { fatesOf, revocationNote } from "../revocation-note.ts"
import type { Aside } from "../step.ts"
import { type HeldCredentials, heldCredentials, orWarn } from "../stored.ts"

const severities = { revoked: "pass", alive: "warning", unsupported: "warning", unknown: "warning" } as const

const revokeNow = ({ revocationEndpoint, client, grant }: HeldCredentials) =>
  revokeGrant({ endpoint: revocationEndpoint, client, grant })

/** One at a time: another run may be renewing the tokens, and the newest are the ones to revoke. Only these are deleted. */
const endStored = Effect.fn("flow.endStored")(function* (held: HeldCredentials, record: StoredRecord) {
  const vault = yield* Vault
  const journal = yield* Journal
  return yield* Effect.gen(function* () {
    const newest = (yield* vault.find(record).pipe(orWarn(undefined)))?.grant
    yield* journal.keepSecret(newest)
    const grant = newest ?? held.grant
    const forget = vault.forgetGrant(record, newest?.refreshToken)
    const outcomes = yield* revokeNow({ ...held, grant }).pipe(
      // Deleted here whatever becomes of them there (CR-103).
      Effect.tapError(() => forget.pipe(orWarn(undefined))),
    )
    yield* Effect.mapError(forget, ({ what, file, detail }) =>
      flowFailure("revoked_not_deleted", {
        received: file,
        detail: `${fatesOf(outcomes)}; ${detail ?? what}`,
      }),
    )
    return outcomes
  }).pipe(vault.exclusively(record, "signing out"))
})

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
    const findings = yield* Findings
    const troubles: Array<Finding> = []
    const held = yield* heldCredentials({ target, facts }).pipe(
      Effect.provideService(Findings, {
        raise: (finding) =>
          Effect.andThen(
            findings.raise(finding),
            Effect.sync(() => void troubles.push(finding)),
          ),
      }),
    )
    const trouble = troubles.find(({ severity }) => severity !== "pass")
    if (held === undefined && trouble !== undefined)
      return yield* flowFailure("stored_unusable", { url: target.serverUrl, detail: trouble.text })
    if (held === undefined) return yield* flowFailure("nothing_to_revoke", { url: target.serverUrl })
    const { record } = held
    const outcomes = yield* record === undefined ? revokeNow(held) : endStored(held, record)
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
