import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Entropy } from "../text/entropy.ts"
import { Findings } from "../text/finding.ts"
import { reveal, type Secret } from "../text/secret.ts"
import type { WireFailure } from "../wire/failure.ts"
import { comeBack } from "../wire/retry.ts"
import type { Incoming, Wire } from "../wire/wire.ts"
import type { Attempt } from "./authorization-request.ts"
import { type Credentials, encodingMatters } from "./client-authentication.ts"
import { type OAuthCode, OAuthFailure, oauthFailure } from "./failure.ts"
import type { Grant } from "./grant.ts"
import { postForm } from "./post-form.ts"
import { readTokenAnswer, type TokenAnswer, type TokenError } from "./token-answer.ts"

/** Which failure an error code of the token endpoint stands for; it depends on the grant only for `invalid_grant`. */
const errorCodes: Readonly<Record<string, OAuthCode>> = {
  invalid_client: "client_dead",
  unauthorized_client: "client_dead",
  invalid_scope: "scope_refused",
  invalid_target: "resource_refused",
  server_error: "token_endpoint_failed",
  temporarily_unavailable: "token_endpoint_failed",
  unsupported_grant_type: "grant_type_refused",
  invalid_dpop_proof: "dpop_proof_refused",
  use_dpop_nonce: "dpop_proof_refused",
}

/** Reads a token endpoint's answer, reports what was noticed, and names the failure. */
export const tokenAnswer = Effect.fn("oauth.tokenAnswer")(function* (
  answer: Incoming,
  asked: {
    readonly client: Credentials
    /** What `invalid_grant` means for the grant that was sent. */
    readonly invalidGrant: OAuthCode
    readonly scope?: string | undefined
    readonly resource?: string | undefined
    /** Whether a proof of possession went along. */
    readonly proved?: boolean
    /** `token_type` to expect, where it is not that of an access token. */
    readonly tokenType?: "N_A"
  },
): Effect.fn.Return<TokenAnswer, OAuthFailure, Findings> {
  const findings = yield* Findings
  const accepted = asked.tokenType ? [asked.tokenType] : asked.proved ? ["DPoP", "Bearer"] : ["Bearer"]
  const reading = readTokenAnswer(answer, accepted, asked.scope)
  for (const finding of reading.findings) yield* findings.raise(finding)
  if (Result.isSuccess(reading.outcome)) return reading.outcome.success
  const refusal = reading.outcome.failure
  if (refusal instanceof OAuthFailure) return yield* refusal
  if (refusal.error === "invalid_client") yield* hintAboutEncoding(answer, asked.client)
  return yield* failureOf(answer, refusal, asked)
})

const failureOf = (
  answer: Incoming,
  refusal: TokenError,
  asked: {
    readonly invalidGrant: OAuthCode
    readonly scope?: string | undefined
    readonly resource?: string | undefined
  },
): OAuthFailure => {
  const known = Object.hasOwn(errorCodes, refusal.error) ? errorCodes[refusal.error] : undefined
  const busy = answer.status >= 500 || answer.status === 429
  const code =
    refusal.error === "invalid_grant"
      ? asked.invalidGrant
      : (known ?? (busy ? "token_endpoint_failed" : "token_refused"))
  const sent = code === "resource_refused" ? asked.resource : code === "scope_refused" ? asked.scope : undefined
  return oauthFailure(code, {
    exchange: answer.exchange,
    url: answer.url,
    received: `${refusal.error} (status ${answer.status})`,
    ...(sent === undefined ? {} : { expected: `as sent: ${sent}` }),
    ...(refusal.description === undefined ? {} : { detail: refusal.description }),
  })
}

/** Servers that skip the decoding of Basic credentials see another id or secret (CR-78). No other method is tried. */
const hintAboutEncoding = Effect.fn("oauth.hintAboutEncoding")(function* (answer: Incoming, client: Credentials) {
  const plain = client.clientSecret && reveal(client.clientSecret)
  if (client.tokenEndpointAuthMethod !== "client_secret_basic" || !encodingMatters(`${client.clientId}${plain ?? ""}`))
    return
  const findings = yield* Findings
  yield* findings.raise({
    severity: "note",
    rule: "RFC 6749 §2.3.1",
    text: "Id or secret hold characters that Basic must encode, which some servers forget to decode. client_secret_post may work.",
    exchange: answer.exchange,
  })
})

/** Reports how the granted scopes differ from those asked for (CR-82). */
export const compareScopes = Effect.fn("oauth.compareScopes")(function* (
  answer: Incoming,
  granted: string | undefined,
  requested: string | undefined,
) {
  if (granted === undefined || requested === undefined) return
  const findings = yield* Findings
  const has = new Set(granted.split(" "))
  const missing = requested.split(" ").filter((scope) => scope !== "" && !has.has(scope))
  yield* findings.raise({
    severity: missing.length === 0 ? "pass" : "warning",
    rule: "OAuth 2.1 §3.2.3",
    text: missing.length === 0 ? "All scopes asked for were granted." : `Not granted: ${missing.join(" ")}.`,
    exchange: answer.exchange,
  })
})

/** Binds an answer to issuer, client and resource. Lifetime counts from the receipt of the answer (CR-81). */
export const grantOf = (
  answer: Incoming,
  tokens: TokenAnswer,
  bound: Pick<Grant, "issuer" | "clientId"> & {
    readonly resource?: string | undefined
    readonly scope?: string | undefined
    readonly dpopKey?: Secret | undefined
  },
): Grant => {
  const scope = tokens.scope ?? bound.scope
  return {
    issuer: bound.issuer,
    clientId: bound.clientId,
    ...(bound.resource === undefined ? {} : { resource: bound.resource }),
    accessToken: tokens.accessToken,
    tokenType: tokens.tokenType,
    ...(tokens.refreshToken === undefined ? {} : { refreshToken: tokens.refreshToken }),
    // Kept with a bearer token as well: the refresh token beside it may be bound (RFC 9449 §5).
    ...(bound.dpopKey === undefined ? {} : { dpopKey: bound.dpopKey }),
    ...(scope === undefined ? {} : { scope }),
    scopeKnown: tokens.scope !== undefined,
    obtainedAt: answer.receivedAt,
    ...(tokens.expiresIn === undefined ? {} : { expiresAt: answer.receivedAt + tokens.expiresIn * 1000 }),
  }
}

/** A failure that passes under another code or the same, with the time that the server asks for among its words. */
export const withRetryAfter = (
  answer: Incoming,
  failure: OAuthFailure,
  code: "token_endpoint_failed" | "refresh_later",
): OAuthFailure => {
  const words = [failure.detail, comeBack(answer)].filter((word) => word !== undefined)
  return oauthFailure(code, {
    exchange: answer.exchange,
    url: answer.url,
    received: failure.received ?? `status ${answer.status}`,
    ...(words.length === 0 ? {} : { detail: words.join(" · ") }),
  })
}

/** Whether a request that failed in the network may have been carried out. A refused redirect is an answer of its own. */
const ambiguous = (failure: WireFailure): boolean => failure.sent && failure.code !== "redirect_refused"

/**
 * Redeems the code, once, at the token endpoint that the attempt recorded (CR-47, CR-53). After an ambiguous failure
 * the code is not sent again: `code_maybe_spent`. Other failures: `client_of_another_issuer`, `secret_not_in_memory`,
 * `auth_method_unsupported`, `signing_key_missing`, `dpop_key_missing`, `dpop_proof_refused`, `code_refused`,
 * `client_dead`, `scope_refused`, `resource_refused`, `grant_type_refused`, `token_*`.
 */
export const exchangeCode = Effect.fn("oauth.exchangeCode")(function* (request: {
  readonly attempt: Attempt
  readonly client: Credentials
  readonly code: Secret
}): Effect.fn.Return<Grant, OAuthFailure | WireFailure, Wire | Findings | Entropy> {
  const { attempt, client } = request
  if (client.issuer !== attempt.issuer || client.clientId !== attempt.clientId)
    return yield* oauthFailure("client_of_another_issuer", { expected: attempt.issuer, received: client.issuer })
  const code = reveal(request.code)
  const verifier = reveal(attempt.verifier)
  if (code === undefined || verifier === undefined)
    return yield* oauthFailure("secret_not_in_memory", { received: code === undefined ? "code" : "code_verifier" })

  const answer = yield* postForm({
    leg: "token",
    endpoint: attempt.tokenEndpoint,
    client,
    form: {
      grant_type: "authorization_code",
      code,
      // OAuth 2.1 dropped it, RFC 6749 §4.1.3 needs it, and no server may mind (CR-54).
      redirect_uri: attempt.redirectUri,
      code_verifier: verifier,
      ...(attempt.resource === undefined ? {} : { resource: attempt.resource }),
    },
    dpopKey: attempt.dpopKey,
  }).pipe(
    Effect.catchTag("WireFailure", (failure) =>
      Effect.fail(
        ambiguous(failure)
          ? oauthFailure("code_maybe_spent", {
              ...(failure.exchange === undefined ? {} : { exchange: failure.exchange }),
              url: attempt.tokenEndpoint,
              detail: failure.detail ?? failure.what,
            })
          : failure,
      ),
    ),
  )
  const { issuer, clientId, resource, scope, dpopKey } = attempt
  const proved = dpopKey !== undefined
  const tokens = yield* tokenAnswer(answer, { client, invalidGrant: "code_refused", scope, resource, proved }).pipe(
    Effect.mapError((failure) =>
      failure.code === "token_endpoint_failed" ? withRetryAfter(answer, failure, "token_endpoint_failed") : failure,
    ),
  )
  yield* compareScopes(answer, tokens.scope, scope)
  return grantOf(answer, tokens, { issuer, clientId, resource, scope, dpopKey })
})
