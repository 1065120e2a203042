import * as Effect from "effect/Effect"
import { Entropy } from "../text/entropy.ts"
import { reveal } from "../text/secret.ts"
import type { IncomingHead } from "../wire/wire.ts"
import { dpopProof, learnNonce, wantsNonce } from "./dpop.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"
import type { Grant } from "./grant.ts"

/** A request to the resource, before its header fields are complete. */
export interface ResourceRequest {
  readonly method: string
  readonly url: string
}

type Presented = Pick<Grant, "accessToken" | "tokenType" | "dpopKey">

/**
 * The fields that present a token to the resource: `authorization`, and for a bound token a fresh proof in `dpop`
 * (RFC 6750 §2.1, RFC 9449 §7.1). Fails with `secret_not_in_memory` or `dpop_key_missing`.
 */
export const authorizationHeaders = Effect.fn("oauth.authorizationHeaders")(function* (
  grant: Presented,
  request: ResourceRequest,
): Effect.fn.Return<Readonly<Record<string, string>>, OAuthFailure, Entropy> {
  const accessToken = reveal(grant.accessToken)
  if (accessToken === undefined) return yield* oauthFailure("secret_not_in_memory", { received: "access_token" })
  if (grant.tokenType.toLowerCase() !== "dpop") return { authorization: `Bearer ${accessToken}` }
  // Sent as a bearer token it would show that the key is not needed, if the server forgot to look (RFC 9449 §7.2).
  if (grant.dpopKey === undefined) return yield* oauthFailure("dpop_key_missing", { url: request.url })
  const proof = yield* dpopProof({ key: grant.dpopKey, ...request, accessToken })
  return { authorization: `DPoP ${accessToken}`, dpop: proof }
})

/**
 * A token as those may use it who know nothing of tokens: fields for each request, and a look at each answer. `answered`
 * gives `true` when the request was refused only for want of a nonce, which it has noted: it was not carried out, and may
 * be sent once more with fresh fields.
 */
export interface Authorization {
  readonly headers: (request: ResourceRequest) => Effect.Effect<Readonly<Record<string, string>>>
  readonly answered: (answer: Pick<IncomingHead, "url" | "status" | "headers">) => Effect.Effect<boolean>
}

/** A token that cannot be presented is left out; the server's 401 then starts what is needed. */
export const authorizationOf = Effect.fn("oauth.authorizationOf")(function* (
  grant: Presented,
): Effect.fn.Return<Authorization, never, Entropy> {
  const entropy = yield* Entropy
  const { dpopKey } = grant
  return {
    headers: (request) =>
      authorizationHeaders(grant, request).pipe(
        Effect.catch(() => Effect.succeed({})),
        Effect.provideService(Entropy, entropy),
      ),
    answered: (answer) =>
      // The nonce of every answer counts; only a new one makes another attempt worth while.
      Effect.sync(() => dpopKey !== undefined && learnNonce(dpopKey, answer) && wantsNonce(answer)),
  }
})
