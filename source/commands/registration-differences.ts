import * as Result from "effect/Result"
import type { Client } from "../oauth/client-identity.ts"
import type { ManagedRegistration } from "../oauth/client-management.ts"
import { parseJsonObject } from "../oauth/json-document.ts"
import type { JsonObject } from "../text/json.ts"
import { makeSecretBook, redactBody } from "../text/redaction.ts"
import { keepSecrets } from "../text/secret-book.ts"
import { type Line, line } from "./print.ts"

/** One member of the client metadata, here and at the server; `undefined` where a side does not have it. */
export interface Member {
  readonly name: string
  readonly here: unknown
  readonly there: unknown
  readonly same: boolean
}

/** What is kept here of a client, under the names of RFC 7591. Secrets by their fingerprints. */
const kept = (client: Client): JsonObject => ({
  client_id: client.clientId,
  redirect_uris: client.redirectUris,
  token_endpoint_auth_method: client.tokenEndpointAuthMethod,
  ...(client.grantTypes === undefined ? {} : { grant_types: client.grantTypes }),
  ...(client.scope === undefined ? {} : { scope: client.scope }),
  ...(client.clientSecret === undefined ? {} : { client_secret: `sha256:${client.clientSecret.fingerprint}` }),
  ...(client.clientSecretExpiresAt === undefined ? {} : { client_secret_expires_at: client.clientSecretExpiresAt }),
  ...(client.registrationClientUri === undefined ? {} : { registration_client_uri: client.registrationClientUri }),
  ...(client.registrationAccessToken === undefined
    ? {}
    : { registration_access_token: `sha256:${client.registrationAccessToken.fingerprint}` }),
})

/** Lists mean the same in any order, and so do scopes. */
const spelled = (name: string, value: unknown): string =>
  JSON.stringify(
    name === "scope" && typeof value === "string"
      ? value.split(" ").toSorted()
      : Array.isArray(value)
        ? value.map((each) => JSON.stringify(each)).toSorted()
        : (value ?? null),
  )

/** Members that only the client that was read tells; all others are in the metadata, or the server left them out. */
const assigned = ["client_secret", "client_secret_expires_at", "registration_client_uri", "registration_access_token"]

/** The metadata without anything secret, whatever the server repeats in it. */
const discreet = (metadata: JsonObject, clients: ReadonlyArray<Client>): JsonObject => {
  const book = makeSecretBook()
  keepSecrets(book, clients)
  const parsed = parseJsonObject(redactBody(book, "application/json", JSON.stringify(metadata)))
  return Result.isSuccess(parsed) ? parsed.success : {}
}

/** What the server has beside what is kept here; what only the server keeps, such as a name, has nothing to differ from. */
export const compareRegistration = (
  before: Client,
  { client, metadata }: ManagedRegistration,
): ReadonlyArray<Member> => {
  const here = kept(before)
  const there: JsonObject = {
    ...discreet(metadata, [before, client]),
    ...Object.fromEntries(Object.entries(kept(client)).filter(([name]) => assigned.includes(name))),
  }
  return [...new Set([...Object.keys(here), ...Object.keys(there)])].map((name) => ({
    name,
    here: here[name],
    there: there[name],
    same: !Object.hasOwn(here, name) || spelled(name, here[name]) === spelled(name, there[name]),
  }))
}

const text = (value: unknown): string =>
  value === undefined
    ? "nothing"
    : typeof value === "string"
      ? value
      : Array.isArray(value)
        ? value.map(text).join(", ")
        : JSON.stringify(value)

/** Of the names that count: a server may use longer ones, and stands in no column then. */
const longestName = 32

/** A line for each member; one that differs is marked and has both sides, `other` being the name of ours. */
export const memberLines = (members: ReadonlyArray<Member>, other: string): ReadonlyArray<Line> => {
  const column = members.reduce((widest, { name }) => Math.max(widest, Math.min(longestName, name.length)), 0) + 2
  return members.flatMap(({ name, here, there, same }) =>
    same
      ? [line(`    ${name.padEnd(column)}${text(there)}`, undefined, 4 + column)]
      : [
          line(`  ≠ ${name.padEnd(column)}${text(there)}`, "warn", 4 + column),
          line(`${" ".repeat(4 + column)}${other}: ${text(here)}`, "warn", 4 + column),
        ],
  )
}
