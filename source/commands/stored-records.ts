import type { StoredRecord } from "../vault/record.ts"
import { lifetime } from "./lifetime.ts"
import { type Line, line } from "./print.ts"

/** A record without its secrets: names and fingerprints are all that ever leaves the store. */
export const recordDocument = ({ client, grant, ...record }: StoredRecord, now: number): object => ({
  serverUrl: record.serverUrl,
  resource: record.resource,
  profile: record.profile ?? null,
  issuer: record.issuer,
  clientId: client.clientId,
  registration: client.source,
  authMethod: client.tokenEndpointAuthMethod,
  redirectUris: client.redirectUris,
  token:
    grant === undefined
      ? null
      : {
          scope: grant.scope ?? null,
          fingerprint: grant.accessToken.fingerprint,
          expiresAt: grant.expiresAt === undefined ? null : new Date(grant.expiresAt).toISOString(),
          expired: grant.expiresAt !== undefined && grant.expiresAt <= now,
          refreshable: grant.refreshToken !== undefined,
        },
  lastUsedAt: new Date(record.lastUsedAt).toISOString(),
})

const tokenText = ({ grant }: StoredRecord, now: number): string =>
  grant === undefined
    ? "none"
    : `${lifetime(grant.expiresAt, now)}${grant.refreshToken === undefined ? "" : ", can be renewed"}`

/** What is stored, for people. */
export const recordLines = (records: ReadonlyArray<StoredRecord>, now: number): ReadonlyArray<Line> =>
  records.flatMap((record) => [
    line(`${record.serverUrl}${record.profile === undefined ? "" : ` (profile ${record.profile})`}`, "title"),
    line(`  issuer  ${record.issuer}`),
    line(`  client  ${record.client.clientId} (${record.client.source})`),
    line(`  token   ${tokenText(record, now)}`),
  ])
