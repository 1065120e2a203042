import * as Schema from "effect/Schema"
import { Secret } from "../text/secret.ts"

/** Tokens as a token endpoint gave them out, bound to issuer, client and resource (CR-34, CR-98). */
export const Grant = Schema.Struct({
  issuer: Schema.String,
  clientId: Schema.String,
  resource: Schema.optionalKey(Schema.String),
  accessToken: Secret,
  /** As the server spelled it: some spelling of Bearer, or of DPoP where we proved possession of a key. */
  tokenType: Schema.String,
  refreshToken: Schema.optionalKey(Secret),
  /** Private JWK that the tokens are bound to, where a proof went with the request (RFC 9449 §5). */
  dpopKey: Schema.optionalKey(Secret),
  /** What was granted; absent when neither side named any. */
  scope: Schema.optionalKey(Schema.String),
  /** Whether the server said so itself; otherwise the scope is the one asked for (OAuth 2.1 §3.2.3). */
  scopeKnown: Schema.Boolean,
  /** Milliseconds since the epoch when the answer arrived. */
  obtainedAt: Schema.Finite,
  /** Milliseconds since the epoch; absent when the server does not say how long the token lives. */
  expiresAt: Schema.optionalKey(Schema.Finite),
})
export type Grant = typeof Grant.Type

const longestMargin = 60_000

/**
 * Whether the access token is so old that it should be renewed before use: less than 60 s or a tenth of its life is left,
 * whichever is shorter (CR-92). Unknown lifetime: not until the server says 401.
 */
export const needsRefresh = (grant: Pick<Grant, "obtainedAt" | "expiresAt">, nowMillis: number): boolean => {
  if (grant.expiresAt === undefined) return false
  const left = grant.expiresAt - nowMillis
  return left <= 0 || left < Math.min(longestMargin, (grant.expiresAt - grant.obtainedAt) / 10)
}
