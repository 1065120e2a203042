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

type Row = readonly [name: string, value: string | undefined]

const title = ({ serverUrl, profile }: StoredRecord): Line =>
  line(`${serverUrl}${profile === undefined ? "" : ` (profile ${profile})`}`, "title")

const mainRows = (record: StoredRecord, now: number): ReadonlyArray<Row> => [
  ["issuer", record.issuer],
  ["client", `${record.client.clientId} (${record.client.source})`],
  ["token", tokenText(record, now)],
]

const moreRows = ({ client, grant, ...record }: StoredRecord): ReadonlyArray<Row> => [
  ["fingerprint", grant?.accessToken.fingerprint],
  ["scope", grant?.scope],
  ["resource", record.resource],
  ["authentication", client.tokenEndpointAuthMethod],
  ...client.redirectUris.map((uri): Row => ["redirect URI", uri]),
  ["used last", new Date(record.lastUsedAt).toISOString()],
]

/** Cells of the names are given: lists have short ones only. */
const rowLines = (rows: ReadonlyArray<Row>, cells: number): ReadonlyArray<Line> =>
  rows.flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [line(`  ${name.padEnd(cells)} ${value}`, undefined, cells + 3)],
  )

/** What is stored, for people. */
export const recordLines = (records: ReadonlyArray<StoredRecord>, now: number): ReadonlyArray<Line> =>
  records.flatMap((record) => [title(record), ...rowLines(mainRows(record, now), 7)])

/** The same with everything that is no secret. */
export const detailLines = (record: StoredRecord, now: number): ReadonlyArray<Line> => [
  title(record),
  ...rowLines([...mainRows(record, now), ...moreRows(record)], 14),
]
