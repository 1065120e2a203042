import { readFileSync, statSync } from "node:fs"
import path from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import type { ConfiguredClient } from "../flow/own-client.ts"
import { TokenEndpointAuthMethod } from "../oauth/auth-method.ts"
import { checkIssuer } from "../oauth/issuer.ts"
import { checkRedirectUri } from "../oauth/redirect-uri.ts"
import { signingKey } from "../oauth/signing-key.ts"
import { secret } from "../text/secret.ts"
import { usageFailure } from "./failure.ts"

const Text = Schema.NonEmptyString

/** A client that somebody registered by hand, with the names of RFC 7591. Published as docs/schemas/config.json. */
const ClientEntry = Schema.Struct({
  issuer: Text,
  client_id: Text,
  client_secret: Schema.optionalKey(Text),
  client_secret_file: Schema.optionalKey(Text),
  client_secret_env: Schema.optionalKey(Text),
  private_key_file: Schema.optionalKey(Text),
  signing_alg: Schema.optionalKey(Text),
  kid: Schema.optionalKey(Text),
  assertion_aud: Schema.optionalKey(Text),
  token_endpoint_auth_method: Schema.optionalKey(TokenEndpointAuthMethod),
  redirect_uri: Schema.optionalKey(Text),
})
type ClientEntry = typeof ClientEntry.Type

const Configuration = Schema.Struct({
  $schema: Schema.optionalKey(Schema.String),
  clients: Schema.optionalKey(Schema.Array(ClientEntry)),
})
const decode = Schema.decodeUnknownResult(Configuration, { onExcessProperty: "error" })

const secretNames = ["client_secret", "client_secret_file", "client_secret_env"] as const

/** What a schema cannot say of an entry, with the member it is about. */
const faultOf = (entry: ClientEntry, before: ReadonlyArray<ClientEntry>): string | undefined => {
  const issuer = checkIssuer(entry.issuer, false)
  if (Result.isFailure(issuer)) return `issuer: ${issuer.failure.detail ?? issuer.failure.what}`
  if (before.some((other) => other.issuer === entry.issuer)) return "issuer: an entry before this one has the same"
  const given = secretNames.filter((name) => entry[name] !== undefined)
  if (given.length > 1) return `${given[1]}: there is ${given[0]} already`
  const redirect = entry.redirect_uri === undefined ? undefined : checkRedirectUri(entry.redirect_uri)
  if (redirect !== undefined && Result.isFailure(redirect))
    return `redirect_uri: ${redirect.failure.detail ?? redirect.failure.what}`
  const method = entry.token_endpoint_auth_method
  if (method?.startsWith("client_secret") === true && given.length === 0)
    return `token_endpoint_auth_method: ${method} needs a secret`
  if (method === "private_key_jwt" && entry.private_key_file === undefined)
    return `token_endpoint_auth_method: ${method} needs private_key_file`
  return undefined
}

/** `clients[0].issuer`, for a person to find. */
const placeOf = (segments: ReadonlyArray<PropertyKey>): string =>
  segments
    .map((each) => (typeof each === "number" ? `[${each}]` : `.${String(each)}`))
    .join("")
    .replace(/^\./, "")

const describe = SchemaIssue.makeFormatterStandardSchemaV1()

/** Relative files are meant from where the configuration lies. */
const textOf = (file: string, base: string): Result.Result<string, string> => {
  try {
    return Result.succeed(readFileSync(path.resolve(base, file), "utf8").replace(/\r?\n$/, ""))
  } catch (error) {
    return Result.fail(error instanceof Error ? error.message : String(error))
  }
}

/** Secret and key of an entry. What cannot be had is kept as the reason, and told when the client is needed. */
const clientOf = (entry: ClientEntry, base: string): ConfiguredClient => {
  const faults: Array<string> = []
  const got = (name: string, text: Result.Result<string, string>): string | undefined => {
    const value = Result.isSuccess(text) ? text.success : ""
    if (value === "") faults.push(`${name}: ${Result.isFailure(text) ? text.failure : "empty"}`)
    return value === "" ? undefined : value
  }
  const variable = entry.client_secret_env
  const hidden =
    entry.client_secret ??
    (entry.client_secret_file === undefined
      ? undefined
      : got("client_secret_file", textOf(entry.client_secret_file, base))) ??
    (variable === undefined
      ? undefined
      : got(`client_secret_env ${variable}`, Result.succeed(process.env[variable] ?? "")))
  const pem =
    entry.private_key_file === undefined ? undefined : got("private_key_file", textOf(entry.private_key_file, base))
  const key = pem === undefined ? undefined : signingKey(pem, entry.signing_alg, entry.kid)
  if (key !== undefined && Result.isFailure(key)) faults.push(`private_key_file: ${key.failure.what}`)
  return {
    issuer: entry.issuer,
    clientId: entry.client_id,
    ...(hidden === undefined ? {} : { clientSecret: secret("client_secret", hidden) }),
    ...(key !== undefined && Result.isSuccess(key)
      ? {
          signingKey: {
            ...key.success,
            ...(entry.assertion_aud === undefined ? {} : { audience: entry.assertion_aud }),
          },
        }
      : {}),
    ...(entry.token_endpoint_auth_method === undefined
      ? {}
      : { tokenEndpointAuthMethod: entry.token_endpoint_auth_method }),
    ...(entry.redirect_uri === undefined ? {} : { redirectUris: [entry.redirect_uri] }),
    ...(faults.length === 0 ? {} : { unusable: faults.join("; ") }),
  }
}

/** The document in the file. What is wrong with it is said without quoting it: it may hold a secret. */
const read = (text: string): Result.Result<typeof Configuration.Type, string> => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const place = /line \d+ column \d+/.exec(error instanceof Error ? error.message : "")?.[0]
    return Result.fail(`not JSON${place === undefined ? "" : `, ${place}`}`)
  }
  const decoded = decode(value)
  if (Result.isSuccess(decoded)) return Result.succeed(decoded.success)
  const [first] = describe(decoded.failure.issue).issues
  const segments = (first?.path ?? []).map((each) => (typeof each === "object" ? each.key : each))
  return Result.fail(`${placeOf(segments) || "the document"}: ${first?.message ?? "not as expected"}`)
}

const isExposed = (file: string, { clients = [] }: typeof Configuration.Type): boolean =>
  process.platform !== "win32" &&
  clients.some((entry) => entry.client_secret !== undefined) &&
  (statSync(file).mode & 0o077) !== 0

/** The clients of one file. Fails with `file_unreadable`, `config_invalid` or `config_exposed`. */
export const clientsIn = Effect.fn("commands.clientsIn")(function* (file: string) {
  const text = textOf(file, "")
  if (Result.isFailure(text))
    return yield* usageFailure("file_unreadable", { received: `--config ${file}`, detail: text.failure })
  const document = read(text.success)
  if (Result.isFailure(document))
    return yield* usageFailure("config_invalid", { received: file, detail: document.failure })
  const { clients = [] } = document.success
  for (const [index, entry] of clients.entries()) {
    const fault = faultOf(entry, clients.slice(0, index))
    if (fault !== undefined)
      return yield* usageFailure("config_invalid", { received: file, detail: `clients[${index}].${fault}` })
  }
  if (isExposed(file, document.success)) return yield* usageFailure("config_exposed", { received: file })
  return clients.map((entry) => clientOf(entry, path.dirname(file)))
})
