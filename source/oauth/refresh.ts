import * as Effect from "effect/Effect"
import type { Entropy } from "../text/entropy.ts"
import type { Findings } from "../text/finding.ts"
import { reveal } from "../text/secret.ts"
import type { WireFailure } from "../wire/failure.ts"
import type { Wire } from "../wire/wire.ts"
import type { Credentials } from "./client-authentication.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"
import type { Grant } from "./grant.ts"
import { postForm } from "./post-form.ts"
import { compareScopes, grantOf, tokenAnswer, withRetryAfter } from "./token.ts"

/** Failures in the network that may pass; the others (policy, certificate) will be the same next time. */
const passing = new Set<WireFailure["code"]>([
  "name_not_found",
  "connection_refused",
  "connection_lost",
  "answer_malformed",
  "timed_out",
  "network_failed",
])

/**
 * Renews the access token (OAuth 2.1 §4.3): with `resource`, without `scope` (CR-97). A returned refresh token
 * replaces the old one, none keeps it (CR-93). The failure says what becomes of the stored tokens (CR-95, CR-96):
 * `refresh_token_dead` forget them, `client_dead` forget the client too, `refresh_later` keep all; `secret_not_in_memory`,
 * `dpop_key_missing`, `refresh_token_missing`, `client_of_another_issuer` and the rest of {@link tokenAnswer} keep all and are shown.
 */
export const refreshGrant = Effect.fn("oauth.refreshGrant")(function* (request: {
  readonly grant: Grant
  readonly client: Credentials
  readonly tokenEndpoint: string
}): Effect.fn.Return<Grant, OAuthFailure | WireFailure, Wire | Findings | Entropy> {
  const { grant, client, tokenEndpoint } = request
  if (client.issuer !== grant.issuer || client.clientId !== grant.clientId)
    return yield* oauthFailure("client_of_another_issuer", { expected: grant.issuer, received: client.issuer })
  if (grant.refreshToken === undefined) return yield* oauthFailure("refresh_token_missing", { url: grant.issuer })
  const refreshToken = reveal(grant.refreshToken)
  if (refreshToken === undefined) return yield* oauthFailure("secret_not_in_memory", { received: "refresh_token" })
  // The refresh token of a public client is bound to the same key (RFC 9449 §5).
  if (grant.dpopKey === undefined && grant.tokenType.toLowerCase() === "dpop")
    return yield* oauthFailure("dpop_key_missing", { url: tokenEndpoint })

  const answer = yield* postForm({
    leg: "token",
    endpoint: tokenEndpoint,
    client,
    form: {
      grant_type: "refresh_token",
      refresh_token: refreshToken,
      ...(grant.resource === undefined ? {} : { resource: grant.resource }),
    },
    dpopKey: grant.dpopKey,
  }).pipe(
    Effect.catchTag("WireFailure", (failure) =>
      Effect.fail(
        passing.has(failure.code)
          ? oauthFailure("refresh_later", {
              ...(failure.exchange === undefined ? {} : { exchange: failure.exchange }),
              url: tokenEndpoint,
              detail: failure.detail ?? failure.what,
            })
          : failure,
      ),
    ),
  )
  const tokens = yield* tokenAnswer(answer, {
    client,
    invalidGrant: "refresh_token_dead",
    scope: grant.scope,
    resource: grant.resource,
    proved: grant.dpopKey !== undefined,
  }).pipe(
    Effect.mapError((failure) =>
      failure.code === "token_endpoint_failed" ? withRetryAfter(answer, failure, "refresh_later") : failure,
    ),
  )
  yield* compareScopes(answer, tokens.scope, grant.scope)
  const renewed = grantOf(answer, tokens, {
    issuer: grant.issuer,
    clientId: grant.clientId,
    resource: grant.resource,
    scope: grant.scope,
    dpopKey: grant.dpopKey,
  })
  return {
    ...renewed,
    ...(renewed.refreshToken === undefined ? { refreshToken: grant.refreshToken } : {}),
    // Unsaid on refresh means unchanged (RFC 6749 §6): then what was known stays known.
    scopeKnown: renewed.scopeKnown || grant.scopeKnown,
  }
})
