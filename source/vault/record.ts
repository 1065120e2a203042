import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { reveal, Secret, secret } from "../text/secret.ts"

/**
 * What is kept of one MCP server at one authorization server. In the program secrets are wrapped; in the file they are
 * plain text, for the file is the one place that must hold them. The shapes are those of oauth's `Client` and `Grant`.
 */
const isSecret = Schema.is(Secret)

/** A wrapped secret by identity: rebuilding it member by member would lose its value. */
const Wrapped = Schema.declare((value): value is Secret => isSecret(value))

const plain = (label: string) =>
  Schema.NonEmptyString.pipe(
    Schema.decodeTo(
      Wrapped,
      SchemaTransformation.transform({
        decode: (value: string): Secret => secret(label, value),
        // Empty is refused by the schema: a secret from a saved journal has no value (failure `secret_missing`).
        encode: (hidden: Secret): string => reveal(hidden) ?? "",
      }),
    ),
  )

/** Who we are to one issuer, and never to another (CR-66). */
export const StoredClient = Schema.Struct({
  source: Schema.Literals(["preregistered", "cimd", "dcr"]),
  issuer: Schema.String,
  clientId: Schema.String,
  clientSecret: Schema.optionalKey(plain("client_secret")),
  /** Seconds since the epoch; 0 means never (RFC 7591 §3.2.1). */
  clientSecretExpiresAt: Schema.optionalKey(Schema.Finite),
  tokenEndpointAuthMethod: Schema.Literals(["none", "client_secret_basic", "client_secret_post", "private_key_jwt"]),
  redirectUris: Schema.Array(Schema.String),
  scope: Schema.optionalKey(Schema.String),
  grantTypes: Schema.optionalKey(Schema.Array(Schema.String)),
  registrationClientUri: Schema.optionalKey(Schema.String),
  registrationAccessToken: Schema.optionalKey(plain("registration_access_token")),
  /** Milliseconds since the epoch, as all instants here but the one above. */
  registeredAt: Schema.optionalKey(Schema.Finite),
})
export type StoredClient = typeof StoredClient.Type

/** Tokens, for one issuer, client and resource (CR-34, CR-98). */
export const StoredGrant = Schema.Struct({
  issuer: Schema.String,
  clientId: Schema.String,
  resource: Schema.optionalKey(Schema.String),
  accessToken: plain("access_token"),
  tokenType: Schema.String,
  refreshToken: Schema.optionalKey(plain("refresh_token")),
  /** Private JWK that the tokens are bound to (RFC 9449 §5): without it they are worth nothing. */
  dpopKey: Schema.optionalKey(plain("dpop_key")),
  scope: Schema.optionalKey(Schema.String),
  scopeKnown: Schema.Boolean,
  obtainedAt: Schema.Finite,
  expiresAt: Schema.optionalKey(Schema.Finite),
})
export type StoredGrant = typeof StoredGrant.Type

/** What credentials are bound to: two names, byte for byte as the server published them, and whose account it is. */
export const Key = Schema.Struct({
  issuer: Schema.String,
  resource: Schema.String,
  /** One of several accounts at the same server (`--profile`); absent: the one without a name. */
  profile: Schema.optionalKey(Schema.String),
})
export type Key = typeof Key.Type

const entry = {
  ...Key.fields,
  /** The address that the user typed. */
  serverUrl: Schema.String,
  /** What refreshing, revoking and managing the client need, so that none of them has to discover it again. */
  tokenEndpoint: Schema.String,
  revocationEndpoint: Schema.optionalKey(Schema.String),
  registrationEndpoint: Schema.optionalKey(Schema.String),
  client: StoredClient,
  grant: Schema.optionalKey(StoredGrant),
  /** Signed in by the rules of revision 2025-03-26, without resource metadata. */
  legacy: Schema.optionalKey(Schema.Boolean),
}

/** What a run has learned and wants to keep. The vault adds version and times. */
export const Entry = Schema.Struct(entry)
export type Entry = typeof Entry.Type

export const currentVersion = 2

export const StoredRecord = Schema.Struct({
  schemaVersion: Schema.Literal(currentVersion),
  ...entry,
  createdAt: Schema.Finite,
  updatedAt: Schema.Finite,
  lastUsedAt: Schema.Finite,
})
export type StoredRecord = typeof StoredRecord.Type

export const decodeRecord = Schema.decodeUnknownResult(StoredRecord)
export const encodeRecord = Schema.encodeResult(StoredRecord)

/** Whether a file says that it was written by a later version of this program. */
export const isNewer = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  "schemaVersion" in value &&
  typeof value.schemaVersion === "number" &&
  value.schemaVersion > currentVersion

/** A record holds what belongs together: its client and its tokens are its issuer's, its tokens its client's (CR-66). */
export const isConsistent = ({ issuer, client, grant }: Entry): boolean =>
  client.issuer === issuer && (grant === undefined || (grant.issuer === issuer && grant.clientId === client.clientId))

/** Secrets of a saved journal have no value any more. */
const hasSecrets = ({ client, grant }: Entry): boolean =>
  [client.clientSecret, client.registrationAccessToken, grant?.accessToken, grant?.refreshToken, grant?.dpopKey].every(
    (hidden) => hidden === undefined || reveal(hidden) !== undefined,
  )

/** Why a record may not be stored, or nothing. */
export const unfitness = (record: Entry): "mixed_up" | "secret_missing" | undefined => {
  if (!isConsistent(record)) return "mixed_up"
  return hasSecrets(record) ? undefined : "secret_missing"
}
