import * as Result from "effect/Result"
import { reveal, type Secret } from "../text/secret.ts"
import { clientAssertionType } from "./client-assertion.ts"
import type { Client } from "./client-identity.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"

/** The part of a client that an endpoint sees. */
export type Credentials = Pick<
  Client,
  "issuer" | "clientId" | "clientSecret" | "clientSecretExpiresAt" | "signingKey" | "tokenEndpointAuthMethod"
>

/** Header fields and form parameters of a request to the token, revocation or introspection endpoint. */
export interface Authenticated {
  readonly headers: Readonly<Record<string, string>>
  readonly form: Readonly<Record<string, string>>
}

/** application/x-www-form-urlencoded in UTF-8 (RFC 6749 Appendix B). */
const formEncode = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1)

/** Whether encoding changes the credentials: servers that skip the decoding then see others (CR-78). */
export const encodingMatters = (text: string): boolean => formEncode(text) !== text

/**
 * Adds the client's authentication to a form: exactly one method (CR-76). Basic encodes id and secret before joining them
 * (RFC 6749 §2.3.1); `private_key_jwt` sends the ready `assertion`, whose subject names the client (RFC 7521 §4.2).
 * `namedTwice` puts `client_id` beside Basic as well, which RFC 6749 §3.2.1 leaves open.
 * Fails with `secret_not_in_memory` or `auth_method_unsupported`.
 */
export const authenticate = (
  client: Credentials,
  form: Readonly<Record<string, string>>,
  assertion?: Secret,
  namedTwice = false,
): Result.Result<Authenticated, OAuthFailure> => {
  const { clientId, clientSecret, tokenEndpointAuthMethod: method } = client
  const named = { ...form, client_id: clientId }
  if (method === "none") return Result.succeed({ headers: {}, form: named })
  const proof = method === "private_key_jwt" ? assertion : clientSecret
  if (proof === undefined) return Result.fail(oauthFailure("auth_method_unsupported", { received: method }))
  const plain = reveal(proof)
  if (plain === undefined) return Result.fail(oauthFailure("secret_not_in_memory", { received: proof.label }))
  if (method === "private_key_jwt")
    return Result.succeed({
      headers: {},
      form: { ...form, client_assertion_type: clientAssertionType, client_assertion: plain },
    })
  if (method === "client_secret_post") return Result.succeed({ headers: {}, form: { ...named, client_secret: plain } })
  const pair = Buffer.from(`${formEncode(clientId)}:${formEncode(plain)}`).toString("base64")
  return Result.succeed({ headers: { authorization: `Basic ${pair}` }, form: namedTwice ? named : form })
}
