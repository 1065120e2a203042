import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Entropy } from "../text/entropy.ts"
import type { Secret } from "../text/secret.ts"
import type { WireFailure } from "../wire/failure.ts"
import { type Incoming, Wire } from "../wire/wire.ts"
import { clientAssertion } from "./client-assertion.ts"
import { authenticate, type Credentials } from "./client-authentication.ts"
import { dpopProof, learnNonce } from "./dpop.ts"
import type { OAuthFailure } from "./failure.ts"
import { parseJsonObject } from "./json-document.ts"

export const formType = "application/x-www-form-urlencoded"

/** A refusal before anything was looked at, for the only reason that the proof holds no nonce or an old one. */
const wantsNonce = (answer: Incoming): boolean =>
  answer.status === 400 && Result.getOrUndefined(parseJsonObject(answer.body))?.error === "use_dpop_nonce"

/**
 * POSTs a form with the client's authentication (OAuth 2.1 §3.2.2), and a proof of possession where there is a key. Leaves
 * status and body to the caller. The one answer after which a form is sent again, and once only, is the server's wish for
 * its nonce: nothing was redeemed then (RFC 9449 §8).
 */
export const postForm = Effect.fn("oauth.postForm")(function* (request: {
  readonly leg: "token" | "revocation" | "introspection"
  readonly endpoint: string
  readonly client: Credentials
  readonly form: Readonly<Record<string, string>>
  readonly dpopKey?: Secret | undefined
  /** Whether the user named the endpoint, and not a server. */
  readonly typed?: boolean
}): Effect.fn.Return<Incoming, OAuthFailure | WireFailure, Wire | Entropy> {
  const wire = yield* Wire
  const { client, dpopKey, endpoint: url } = request
  // Assertion and proof are good for one request: each attempt gets its own.
  const post = Effect.gen(function* () {
    const assertion = client.tokenEndpointAuthMethod === "private_key_jwt" ? yield* clientAssertion(client) : undefined
    const { headers, form } = yield* Effect.fromResult(authenticate(client, request.form, assertion))
    const proof = dpopKey && (yield* dpopProof({ key: dpopKey, method: "POST", url }))
    return yield* wire.send({
      leg: request.leg,
      method: "POST",
      url,
      headers: {
        accept: "application/json",
        "content-type": formType,
        ...headers,
        ...(proof === undefined ? {} : { dpop: proof }),
      },
      body: new URLSearchParams(form).toString(),
      ...(request.typed === undefined ? {} : { typed: request.typed }),
    })
  })
  const answer = yield* post
  if (dpopKey === undefined || !learnNonce(dpopKey, answer) || !wantsNonce(answer)) return answer
  const again = yield* post
  learnNonce(dpopKey, again)
  return again
})
