import * as Effect from "effect/Effect"
import type { Client } from "../oauth/client-identity.ts"
import type { Grant } from "../oauth/grant.ts"
import { canonicalResource } from "../oauth/resource-metadata.ts"
import { Findings } from "../text/finding.ts"
import type { VaultFailure } from "../vault/failure.ts"
import type { Entry, StoredRecord } from "../vault/record.ts"
import { Vault } from "../vault/vault.ts"
import type { FactOf } from "./facts.ts"
import type { StepContext } from "./step.ts"
import type { Target } from "./target.ts"

/** What the store holds for a server, in the shape of the facts that a sign-in would have learned. */
export interface StoredCredentials {
  readonly record: StoredRecord
  readonly identity: FactOf<"identity">
  readonly grant?: Grant
}

/** A store that cannot be used costs nothing but a second sign-in: it is said, and the run goes on. */
const orWarn =
  <A>(fallback: A) =>
  <B, R>(effect: Effect.Effect<B, VaultFailure, R>): Effect.Effect<A | B, never, R | Findings> =>
    Effect.catchTag(effect, "VaultFailure", (failure) =>
      Effect.gen(function* () {
        const findings = yield* Findings
        yield* findings.raise({
          severity: "warning",
          rule: "mcp-dcr-tui store",
          text: `${failure.what} ${failure.detail ?? ""} ${failure.remedy[0] ?? ""}`.replace(/\s+/g, " ").trim(),
        })
        return fallback
      }),
    )

/** The credentials for this server, those of the wanted issuer first, then those with a token. */
export const storedCredentials = Effect.fn("flow.storedCredentials")(function* (target: Target) {
  const vault = yield* Vault
  const records = yield* vault.findByServer(target.serverUrl).pipe(orWarn<ReadonlyArray<StoredRecord>>([]))
  const fitting = target.issuer === undefined ? records : records.filter((record) => record.issuer === target.issuer)
  const record = fitting.find((candidate) => candidate.grant !== undefined)
  if (record === undefined) return undefined
  const stored: StoredCredentials = {
    record,
    identity: { client: record.client, redirectUri: record.client.redirectUris[0] ?? "", reused: true },
    ...(record.grant === undefined ? {} : { grant: record.grant }),
  }
  return stored
})

/** The client we are at this issuer already, for whichever resource it was registered. */
export const storedClient = Effect.fn("flow.storedClient")(function* (issuer: string) {
  const vault = yield* Vault
  return yield* vault.findClient(issuer).pipe(orWarn(undefined))
})

const entryOf = ({ target, facts }: StepContext, client: Client): Entry | undefined => {
  const { server, resource } = facts
  if (server === undefined) return undefined
  return {
    serverUrl: target.serverUrl,
    resource: resource?.resource ?? canonicalResource(target.serverUrl),
    issuer: server.issuer,
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
