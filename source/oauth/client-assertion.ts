import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type Entropy, randomText } from "../text/entropy.ts"
import { type Secret, secret } from "../text/secret.ts"
import type { Client } from "./client-identity.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"
import { keyObjectOf, signJws } from "./signing-key.ts"

/** RFC 7521 §4.2, as a form parameter beside the assertion. */
export const clientAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/** Seconds: long enough for the way to the server, too short to be worth stealing. */
const lifetime = 60

/**
 * Proves who the client is with a signature (`private_key_jwt`, RFC 7523 §2.2, §3), fresh for every request. The issuer is
 * the only audience: an assertion made out to an endpoint could be replayed at another server that names the same one
 * (CR-77, rulebook X-7), unless the user names another. Fails with `signing_key_missing`.
 */
export const clientAssertion = Effect.fn("oauth.clientAssertion")(function* (
  client: Pick<Client, "issuer" | "clientId" | "signingKey">,
): Effect.fn.Return<Secret, OAuthFailure, Entropy> {
  const { issuer, clientId, signingKey } = client
  const key = signingKey && keyObjectOf(signingKey)
  if (signingKey === undefined || key === undefined)
    return yield* oauthFailure("signing_key_missing", { url: issuer, received: clientId })
  const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
  const { alg, kid } = signingKey
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: signingKey.audience ?? issuer,
    jti: yield* randomText(16),
    iat: now,
    nbf: now,
    exp: now + lifetime,
  }
  return secret("client_assertion", signJws(alg, { typ: "JWT", ...(kid === undefined ? {} : { kid }) }, claims, key))
})
