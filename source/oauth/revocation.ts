import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Entropy } from "../text/entropy.ts"
import type { Findings } from "../text/finding.ts"
import { reveal, type Secret } from "../text/secret.ts"
import { comeBack } from "../wire/retry.ts"
import type { Incoming, Wire } from "../wire/wire.ts"
import type { Credentials } from "./client-authentication.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"
import type { Grant } from "./grant.ts"
import { postForm } from "./post-form.ts"

/**
 * What became of one token at the server: `revoked`; `alive` (the server says it could not, or there is no revocation
 * endpoint: valid until it expires); `unsupported` (this kind of token cannot be revoked there); `unknown` (no answer).
 */
export const Revocation = Schema.Struct({
  token: Schema.Literals(["refresh_token", "access_token"]),
  outcome: Schema.Literals(["revoked", "alive", "unsupported", "unknown"]),
  /** The reason, in the server's words where it gave any. */
  detail: Schema.optionalKey(Schema.String),
  exchange: Schema.optionalKey(Schema.Finite),
})
export type Revocation = typeof Revocation.Type

const ErrorBody = Schema.fromJsonString(Schema.Struct({ error: Schema.String }))
const errorIn = Schema.decodeUnknownOption(ErrorBody)

/** Any 200 is a success, for a token that the server does not know as well (RFC 7009 §2.2). */
const outcomeOf = (answer: Incoming): Pick<Revocation, "outcome" | "detail"> => {
  if (answer.status === 200) return { outcome: "revoked" }
  const error = Option.getOrUndefined(errorIn(answer.body))?.error.slice(0, 100)
  const detail = [`status ${answer.status}`, error, comeBack(answer)].filter((word) => word !== undefined).join(", ")
  return { outcome: error === "unsupported_token_type" ? "unsupported" : "alive", detail }
}

/**
 * Revokes one token (RFC 7009 §2.1, CR-103). Whatever the server or the network does is an outcome, never a success that
 * was not one. Fails only when nothing could be sent: `secret_not_in_memory`, `auth_method_unsupported`,
 * `signing_key_missing`.
 */
export const revoke = Effect.fn("oauth.revoke")(function* (request: {
  readonly endpoint: string
  readonly client: Credentials
  readonly token: Secret
  readonly hint: Revocation["token"]
}): Effect.fn.Return<Revocation, OAuthFailure, Wire | Findings | Entropy> {
  const token = reveal(request.token)
  if (token === undefined) return yield* oauthFailure("secret_not_in_memory", { received: request.hint })
  return yield* postForm({
    leg: "revocation",
    endpoint: request.endpoint,
    client: request.client,
    form: { token, token_type_hint: request.hint },
  }).pipe(
    Effect.map((answer): Revocation => ({ token: request.hint, ...outcomeOf(answer), exchange: answer.exchange })),
    // The secret has expired: there is no way to ask for it.
    Effect.catchIf(
      (failure) => failure.code === "client_dead",
      (failure) =>
        Effect.succeed<Revocation>({ token: request.hint, outcome: "alive", detail: failure.received ?? failure.what }),
    ),
    Effect.catchTag("WireFailure", (failure) =>
      Effect.succeed<Revocation>({
        token: request.hint,
        // What never left this machine changed nothing there.
        outcome: failure.sent ? "unknown" : "alive",
        detail: failure.detail ?? failure.what,
        ...(failure.exchange === undefined ? {} : { exchange: failure.exchange }),
      }),
    ),
  )
})

/**
 * Revokes what a grant holds, the refresh token first: it could otherwise renew the access token meanwhile. Without an
 * endpoint the tokens stay valid until they expire, and the outcome says so (CR-104).
 */
export const revokeGrant = Effect.fn("oauth.revokeGrant")(function* (request: {
  readonly endpoint?: string | undefined
  readonly client: Credentials
  readonly grant: Pick<Grant, "issuer" | "clientId" | "accessToken" | "refreshToken">
}): Effect.fn.Return<ReadonlyArray<Revocation>, OAuthFailure, Wire | Findings | Entropy> {
  const { endpoint, client, grant } = request
  if (client.issuer !== grant.issuer || client.clientId !== grant.clientId)
    return yield* oauthFailure("client_of_another_issuer", { expected: grant.issuer, received: client.issuer })
  const tokens = [
    ...(grant.refreshToken === undefined ? [] : [["refresh_token", grant.refreshToken] as const]),
    ["access_token", grant.accessToken] as const,
  ]
  return yield* Effect.forEach(tokens, ([hint, token]) =>
    endpoint === undefined
      ? Effect.succeed<Revocation>({ token: hint, outcome: "alive", detail: "The server has no revocation endpoint." })
      : revoke({ endpoint, client, token, hint }),
  )
})
