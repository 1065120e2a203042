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
