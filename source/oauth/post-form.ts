import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Entropy } from "../text/entropy.ts"
import { Findings } from "../text/finding.ts"
import type { Secret } from "../text/secret.ts"
import type { WireFailure } from "../wire/failure.ts"
import { type Incoming, Wire } from "../wire/wire.ts"
import { usesSecret } from "./auth-method.ts"
import { clientAssertion } from "./client-assertion.ts"
import { authenticate, type Credentials } from "./client-authentication.ts"
import { secretExpired } from "./client-identity.ts"
import { dpopProof, learnNonce } from "./dpop.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"
import { parseJsonObject } from "./json-document.ts"
import { untilRead } from "./turned-away.ts"

const formType = "application/x-www-form-urlencoded"

/** A refusal before anything was looked at, for the only reason that the proof holds no nonce or an old one. */
const wantsNonce = (answer: Incoming): boolean =>
  answer.status === 400 && Result.getOrUndefined(parseJsonObject(answer.body))?.error === "use_dpop_nonce"

const missingId = /\bclient[_ ]?id\b/i
const missing = /\b(miss|requir|absent|not (found|given|present|provided|sent))/i

/**
 * A refusal before anything was looked at, because `client_id` stood in the Basic header only. Servers of the Python SDK
 * look for it in the body first. Others (Okta, Notion) refuse it there beside Basic, so it is not sent unasked.
 */
const wantsClientId = (answer: Incoming): boolean => {
  if (answer.status !== 400 && answer.status !== 401) return false
  const refusal = Result.getOrUndefined(parseJsonObject(answer.body))
  const words = refusal?.error_description
  return (
    (refusal?.error === "invalid_client" || refusal?.error === "invalid_request") &&
    typeof words === "string" &&
    missingId.test(words) &&
    missing.test(words)
  )
}

/**
 * POSTs a form with the client's authentication (OAuth 2.1 §3.2.2), and a proof of possession where there is a key. Leaves
 * status and body to the caller. A form is sent again after two answers only, and once: the server's wish for its nonce
 * (RFC 9449 §8), and for a `client_id` that it did not find. Nothing was redeemed then, nor where a token endpoint was too busy
 * to look (turned-away.ts). Fails with `client_dead` where the
 * client's secret has expired, and as {@link authenticate} does.
 */
export const postForm = Effect.fn("oauth.postForm")(function* (request: {
  readonly leg: "token" | "revocation" | "introspection"
  readonly endpoint: string
  readonly client: Credentials
  readonly form: Readonly<Record<string, string>>
  readonly dpopKey?: Secret | undefined
  /** Whether the user named the endpoint, and not a server. */
  readonly typed?: boolean
}): Effect.fn.Return<Incoming, OAuthFailure | WireFailure, Wire | Findings | Entropy> {
  const wire = yield* Wire
  const { client, dpopKey, endpoint: url } = request
  // The server would call the client dead; a secret that has ended need not go there to hear it (CR-63).
  if (usesSecret(client.tokenEndpointAuthMethod) && secretExpired(client, yield* Clock.currentTimeMillis))
    return yield* oauthFailure("client_dead", { url, received: "a client_secret past client_secret_expires_at" })
  // Assertion and proof are good for one request: each attempt gets its own.
  const once = Effect.fn(function* (namedTwice: boolean) {
    const assertion = client.tokenEndpointAuthMethod === "private_key_jwt" ? yield* clientAssertion(client) : undefined
    const { headers, form } = yield* Effect.fromResult(authenticate(client, request.form, assertion, namedTwice))
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
  // A revocation says honestly that a token lives on, rather than wait.
  const post = (namedTwice: boolean) => (request.leg === "token" ? untilRead(once(namedTwice)) : once(namedTwice))
  const answer = yield* post(false)
  if (client.tokenEndpointAuthMethod === "client_secret_basic" && wantsClientId(answer)) {
    const findings = yield* Findings
    yield* findings.raise({
      severity: "warning",
      rule: "RFC 6749 §2.3.1",
      text: "The server misses client_id in the body although it stands in the Basic header; it was sent in both.",
      exchange: answer.exchange,
    })
    return yield* post(true)
  }
  if (dpopKey === undefined || !learnNonce(dpopKey, answer) || !wantsNonce(answer)) return answer
  const again = yield* post(false)
  learnNonce(dpopKey, again)
  return again
})
