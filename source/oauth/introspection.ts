import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Entropy } from "../text/entropy.ts"
import type { Findings } from "../text/finding.ts"
import { reveal, type Secret } from "../text/secret.ts"
import type { WireFailure } from "../wire/failure.ts"
import type { Wire } from "../wire/wire.ts"
import type { Credentials } from "./client-authentication.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"
import { isString, parseJsonObject } from "./json-document.ts"
import { postForm } from "./post-form.ts"

/** What a server knows about a token (RFC 7662 §2.2). An inactive token tells nothing else. */
const Introspection = Schema.Struct({
  active: Schema.Boolean,
  scope: Schema.optionalKey(Schema.String),
  /** Seconds since the epoch. */
  expiresAt: Schema.optionalKey(Schema.Finite),
  /** Everything that the server said, to be shown. */
  document: Schema.Record(Schema.String, Schema.Unknown),
  exchange: Schema.Finite,
})
type Introspection = typeof Introspection.Type

/**
 * Asks a server about a token (RFC 7662 §2.1), for a person who wants to see. Fails with `introspection_refused`, and as
 * {@link postForm}.
 */
export const introspect = Effect.fn("oauth.introspect")(function* (request: {
  readonly endpoint: string
  readonly client: Credentials
  readonly token: Secret
  readonly hint: "access_token" | "refresh_token"
}): Effect.fn.Return<Introspection, OAuthFailure | WireFailure, Wire | Findings | Entropy> {
  const { endpoint, client, hint } = request
  const token = reveal(request.token)
  if (token === undefined) return yield* oauthFailure("secret_not_in_memory", { received: hint })
  const answer = yield* postForm({ leg: "introspection", endpoint, client, form: { token, token_type_hint: hint } })
  const { exchange, url, status } = answer
  const document = Result.getOrUndefined(parseJsonObject(answer.body))
  if (status !== 200 || typeof document?.active !== "boolean")
    return yield* oauthFailure("introspection_refused", {
      exchange,
      url,
      expected: "status 200 and active: true or false",
      received: isString(document?.error) ? `${document.error.slice(0, 100)} (status ${status})` : `status ${status}`,
    })
  const { active, scope, exp } = document
  return {
    active,
    ...(isString(scope) ? { scope } : {}),
    ...(typeof exp === "number" && Number.isFinite(exp) ? { expiresAt: exp } : {}),
    document,
    exchange,
  }
})
