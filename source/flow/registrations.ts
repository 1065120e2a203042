import * as Effect from "effect/Effect"
import { type ClientDeletion, deleteClient } from "../oauth/client-management.ts"
import { type Revocation, revokeGrant } from "../oauth/revocation.ts"
import type { StoredRecord } from "../vault/record.ts"
import { Vault } from "../vault/vault.ts"
import { Journal } from "./journal.ts"
import { withOwnKey } from "./own-client.ts"
import type { Registration } from "./shared-clients.ts"
import type { Target } from "./target.ts"

/** What became of the tokens of one record. */
export interface EndedTokens {
  readonly serverUrl: string
  readonly profile?: string
  readonly outcomes: ReadonlyArray<Revocation>
}

/** Revokes the tokens of a record (RFC 7009), and deletes them here whatever the server answers (CR-103). */
const endTokens = Effect.fn("flow.endTokens")(function* (chosen: StoredRecord, target: Target) {
  const vault = yield* Vault
  return yield* Effect.gen(function* () {
    // Another run may have renewed them: the newest are the ones to revoke.
    const record = yield* vault.find(chosen)
    const { serverUrl, profile } = chosen
    const named = { serverUrl, ...(profile === undefined ? {} : { profile }) }
    if (record?.grant === undefined) return { ...named, outcomes: [] } satisfies EndedTokens
    const { grant, revocationEndpoint } = record
    const outcomes = yield* revokeGrant({
      endpoint: revocationEndpoint,
      client: withOwnKey(record.client, target),
      grant,
    }).pipe(
      Effect.catch((failure) =>
        Effect.succeed<ReadonlyArray<Revocation>>([{ token: "access_token", outcome: "alive", detail: failure.what }]),
      ),
    )
    yield* vault.forgetGrant(record, grant.refreshToken)
    return { ...named, outcomes } satisfies EndedTokens
  }).pipe(vault.exclusively(chosen, "revoking tokens"))
})

export interface EndedRegistration extends ClientDeletion {
  readonly issuer: string
  readonly clientId: string
  readonly tokens: ReadonlyArray<EndedTokens>
  /** Records that are gone here. */
  readonly forgotten: number
}

/**
 * Ends what hangs on a client: the tokens of the records, then the registration at the server where it is ours (RFC 7592
 * §2.3), then the records here, whatever the server answers (CR-104). Tokens go first: without the client nobody could
 * revoke them any more. Fails with what the store fails with.
 */
export const endRegistration = Effect.fn("flow.endRegistration")(function* (
  { client, records }: Registration,
  target: Target,
) {
  const vault = yield* Vault
  const journal = yield* Journal
  yield* journal.keepSecret(records)
  const tokens = (yield* Effect.forEach(records, (record) => endTokens(record, target))).filter(
    ({ outcomes }) => outcomes.length > 0,
  )
  const deletion: ClientDeletion =
    client.source === "dcr"
      ? yield* deleteClient({ client, allowInsecure: target.allowInsecure })
      : { outcome: "unsupported", detail: `the client is ${client.source}, not registered by us` }
  const gone = yield* Effect.forEach(records, (record) => vault.forget(record, client.clientId))
  const ended: EndedRegistration = {
    issuer: client.issuer,
    clientId: client.clientId,
    ...deletion,
    tokens,
    forgotten: gone.filter(Boolean).length,
  }
  return ended
})
