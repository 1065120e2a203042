import * as Effect from "effect/Effect"
import type { Client } from "../oauth/client-identity.ts"
import type { Grant } from "../oauth/grant.ts"
import { canonicalResource } from "../oauth/resource-metadata.ts"
import { Findings } from "../text/finding.ts"
import type { VaultFailure } from "../vault/failure.ts"
import type { Entry, Key, StoredRecord } from "../vault/record.ts"
import { Vault } from "../vault/vault.ts"
import { Journal } from "./journal.ts"
import { withOwnKey } from "./own-client.ts"
import type { StepContext } from "./step.ts"
import type { Target } from "./target.ts"

/** A grant with all that is needed to renew or revoke it, out of this run or out of the store. */
export interface HeldCredentials {
  readonly grant: Grant
  readonly client: Client
  readonly tokenEndpoint: string
  readonly revocationEndpoint?: string
  /** Where it is stored, if it is. */
  readonly record?: StoredRecord
}

/** The rule that findings about the store name. */
export const storeRule = "mcp-dcr-tui store"

/** A store that cannot be used costs nothing but a second sign-in: it is said, and the run goes on. */
export const orWarn =
  <A>(fallback: A) =>
  <B, R>(effect: Effect.Effect<B, VaultFailure, R>): Effect.Effect<A | B, never, R | Findings> =>
    Effect.catchTag(effect, "VaultFailure", (failure) =>
      Effect.gen(function* () {
        const findings = yield* Findings
        yield* findings.raise({
          severity: "warning",
          rule: storeRule,
          text: `${failure.what} ${failure.file}${failure.detail === undefined ? "" : ` (${failure.detail})`}. ${failure.remedy[0] ?? ""}`.trim(),
        })
        return fallback
      }),
    )

const noRecords: ReadonlyArray<StoredRecord> = []

const recordsOf = Effect.fn("flow.recordsOf")(function* (serverUrl: string) {
  const vault = yield* Vault
  const journal = yield* Journal
  const records = yield* vault.findByServer(serverUrl).pipe(orWarn(noRecords))
  yield* journal.keepSecret(records)
  return records
})

/** The issuers at which we are known for this server. */
export const knownIssuers = (serverUrl: string) =>
  Effect.map(recordsOf(serverUrl), (records) => records.map((record) => record.issuer))

/** The issuer that was assumed for this server in an earlier run, because it publishes nothing and the user said so (X-3). */
export const assumedIssuer = (serverUrl: string) =>
  Effect.map(recordsOf(serverUrl), (records) => records.find((record) => record.legacy === true)?.issuer)

/** The stored token for this server: the one used last, and of the wanted issuer where one is wanted. */
export const storedCredentials = Effect.fn("flow.storedCredentials")(function* (target: Target) {
  for (const record of yield* recordsOf(target.serverUrl)) {
    const { grant, client, issuer, tokenEndpoint, revocationEndpoint } = record
    if (grant === undefined || issuer !== (target.issuer ?? issuer)) continue
    const held: HeldCredentials = {
      grant,
      client: withOwnKey(client, target),
      tokenEndpoint,
      record,
      ...(revocationEndpoint === undefined ? {} : { revocationEndpoint }),
    }
    return held
  }
  return undefined
})

/** The token of this run, and where it is stored; before this run has one, the stored one. */
export const heldCredentials = Effect.fn("flow.heldCredentials")(function* ({ target, facts }: StepContext) {
  const { grant, identity, attempt, server } = facts
  if (grant === undefined || identity === undefined) return yield* storedCredentials(target)
  const record = (yield* recordsOf(target.serverUrl)).find(
    (candidate) => candidate.issuer === grant.issuer && candidate.client.clientId === grant.clientId,
  )
  const tokenEndpoint = attempt?.tokenEndpoint ?? server?.tokenEndpoint ?? record?.tokenEndpoint
  if (tokenEndpoint === undefined) return undefined
  const revocationEndpoint = server?.revocationEndpoint ?? record?.revocationEndpoint
  const held: HeldCredentials = {
    grant,
    client: identity.client,
    tokenEndpoint,
    ...(revocationEndpoint === undefined ? {} : { revocationEndpoint }),
    ...(record === undefined ? {} : { record }),
  }
  return held
})

/** Notes that stored credentials were of use now. */
export const touch = Effect.fn("flow.touch")(function* ({ record }: HeldCredentials) {
  const vault = yield* Vault
  if (record !== undefined) yield* vault.touch(record).pipe(orWarn(undefined))
})

/** The client we are at this issuer already, for whichever resource it was registered. */
export const storedClient = Effect.fn("flow.storedClient")(function* (issuer: string) {
  const vault = yield* Vault
  const journal = yield* Journal
  const client = yield* vault.findClient(issuer).pipe(orWarn(undefined))
  yield* journal.keepSecret(client)
  return client
})

/** Under which names the credentials of this sign-in are kept, once the authorization server is known. */
export const keyOf = ({ target, facts: { server, resource } }: StepContext): Key | undefined =>
  server === undefined
    ? undefined
    : {
        issuer: server.issuer,
        resource: resource?.resource ?? canonicalResource(target.serverUrl),
        ...(target.profile === undefined ? {} : { profile: target.profile }),
      }

const entryOf = (context: StepContext, client: Client): Entry | undefined => {
  const { server, resource } = context.facts
  const key = keyOf(context)
  if (server === undefined || key === undefined) return undefined
  return {
    ...key,
    serverUrl: context.target.serverUrl,
    tokenEndpoint: server.tokenEndpoint,
    ...(server.revocationEndpoint === undefined ? {} : { revocationEndpoint: server.revocationEndpoint }),
    ...(server.registrationEndpoint === undefined ? {} : { registrationEndpoint: server.registrationEndpoint }),
    client,
    ...(resource?.url === undefined ? { legacy: true } : {}),
  }
}

/** Stores a registration the moment it exists. */
export const keepClient = Effect.fn("flow.keepClient")(function* (context: StepContext & { readonly client: Client }) {
  const vault = yield* Vault
  const entry = entryOf(context, context.client)
  if (entry !== undefined) yield* vault.save(entry).pipe(orWarn(undefined))
})

/** Stores a grant before it is used (CR-93). */
export const keepGrant = Effect.fn("flow.keepGrant")(function* (context: StepContext & { readonly grant: Grant }) {
  const vault = yield* Vault
  const client = context.facts.identity?.client
  const entry = client && entryOf(context, client)
  if (entry !== undefined) yield* vault.save({ ...entry, grant: context.grant }).pipe(orWarn(undefined))
})

/** Drops a client that its server has forgotten, with its tokens, from every record that has it (CR-96). */
export const forgetClient = Effect.fn("flow.forgetClient")(function* (client: Client) {
  const vault = yield* Vault
  const records = yield* vault.list.pipe(orWarn(noRecords))
  for (const record of records)
    if (record.issuer === client.issuer && record.client.clientId === client.clientId)
      yield* vault.forget(record, client.clientId).pipe(orWarn(false))
})
