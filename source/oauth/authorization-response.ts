import { createHash, timingSafeEqual } from "node:crypto"
import * as Result from "effect/Result"
import { type Secret, secret } from "../text/secret.ts"
import type { Attempt } from "./authorization-request.ts"
import { type OAuthCode, type OAuthFailure, oauthFailure } from "./failure.ts"

/** The parts of an attempt that its response is held against. */
export type Expected = Pick<
  Attempt,
  "issuer" | "state" | "issParameterSupported" | "redirectUri" | "resource" | "scope"
>

/** Parameters that the standards define for the response; others are ignored (CR-52). */
const defined = ["state", "iss", "error", "error_description", "error_uri", "code"] as const

/** Takes the same time however many characters agree; hashing first makes lengths equal. */
const sameText = (left: string, right: string): boolean => {
  const digest = (text: string) => createHash("sha256").update(text).digest()
  return timingSafeEqual(digest(left), digest(right))
}

/** Whether a response carries our state, exactly once: what does not is none of our business (CR-48, CR-113). */
export const stateMatches = (attempt: Pick<Attempt, "state">, params: URLSearchParams): boolean => {
  const [state, ...more] = params.getAll("state")
  return state !== undefined && more.length === 0 && sameText(state, attempt.state)
}

/** Error codes of OAuth 2.1 §4.1.2.1 and RFC 8707 §2 that have advice of their own. */
const errorCodes: Readonly<Record<string, OAuthCode>> = {
  access_denied: "access_denied",
  invalid_scope: "scope_refused",
  invalid_target: "resource_refused",
  server_error: "authorization_unavailable",
  temporarily_unavailable: "authorization_unavailable",
}

const sentFor: Readonly<Partial<Record<OAuthCode, "scope" | "resource">>> = {
  scope_refused: "scope",
  resource_refused: "resource",
}

const longest = 500

/** The server's own words; only ever called once state and issuer hold (CR-50). */
const refusal = (attempt: Expected, error: string, params: URLSearchParams): OAuthFailure => {
  const code = (Object.hasOwn(errorCodes, error) ? errorCodes[error] : undefined) ?? "authorization_error"
  const words = [params.get("error_description"), params.get("error_uri")].filter(
    (word) => word !== null && word !== "",
  )
  const sent = sentFor[code]
  const asked = sent && attempt[sent]
  return oauthFailure(code, {
    url: attempt.redirectUri,
    received: error.slice(0, longest),
    ...(words.length === 0 ? {} : { detail: words.join(" · ").slice(0, longest) }),
    ...(asked === undefined ? {} : { expected: `${sent} as sent: ${asked}` }),
  })
}

/**
 * Checks an authorization response in the order of CR-51: repeated parameters, state, issuer, and only then error and
 * code. Fails with `parameter_repeated`, `state_mismatch`, `issuer_mismatch_in_response`, `issuer_missing_in_response`,
 * `access_denied`, `scope_refused`, `resource_refused`, `authorization_unavailable`, `authorization_error` or `code_missing`.
 */
export const checkResponse = (
  attempt: Expected,
  params: URLSearchParams,
): Result.Result<{ readonly code: Secret }, OAuthFailure> => {
  // Where the answer arrived, without its query: that may hold a code.
  const url = attempt.redirectUri
  const repeated = defined.filter((name) => params.getAll(name).length > 1)
  if (repeated.length > 0)
    return Result.fail(oauthFailure("parameter_repeated", { url, received: repeated.join(", ") }))
  if (!stateMatches(attempt, params)) return Result.fail(oauthFailure("state_mismatch", { url }))

  // Plain equality after the one form-decoding that URLSearchParams did; nothing is normalized (RFC 9207 §2.4).
  const iss = params.get("iss")
  if (iss !== null && iss !== attempt.issuer)
    return Result.fail(
      oauthFailure("issuer_mismatch_in_response", { url, expected: attempt.issuer, received: iss.slice(0, longest) }),
    )
  if (iss === null && attempt.issParameterSupported)
    return Result.fail(oauthFailure("issuer_missing_in_response", { url, expected: attempt.issuer }))

  // A parameter without a value counts as absent (OAuth 2.1 §3.1).
  const error = params.get("error")
  if (error !== null && error !== "") return Result.fail(refusal(attempt, error, params))
  const code = params.get("code")
  return code === null || code === ""
    ? Result.fail(oauthFailure("code_missing", { url }))
    : Result.succeed({ code: secret("code", code) })
}
