import * as Result from "effect/Result"
import { excerpt } from "../text/excerpt.ts"
import type { Finding } from "../text/finding.ts"
import type { JsonObject } from "../text/json.ts"
import { makeSecretBook, redactBody } from "../text/redaction.ts"
import { type Secret, secret } from "../text/secret.ts"
import type { Incoming } from "../wire/wire.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"
import { parseJsonObject } from "./json-document.ts"

/** A token endpoint's success, before it is bound to issuer and client. */
export interface TokenAnswer {
  readonly accessToken: Secret
  readonly tokenType: string
  readonly refreshToken?: Secret
  readonly scope?: string
  /** Seconds from the receipt of the answer. */
  readonly expiresIn?: number
  /** What kind of token came out of a token exchange (RFC 8693 §2.2.1). */
  readonly issuedTokenType?: string
}

/** A token endpoint's refusal in its own words (OAuth 2.1 §3.2.4). */
export interface TokenError {
  readonly error: string
  readonly description?: string
}

/** What an answer says, with the tolerances that were needed to read it. */
export interface TokenReading {
  readonly outcome: Result.Result<TokenAnswer, TokenError | OAuthFailure>
  readonly findings: ReadonlyArray<Finding>
}

const excerptLength = 200
const tenYears = 10 * 365 * 24 * 3600

/** Visible ASCII without blanks: whatever else would end the header field or forge another (CR-84). */
const headerSafe = /^[\x21-\x7e]+$/
/** b64token of RFC 6750 §2.1. Cloudflare's provider joins the parts of its tokens with colons. */
const wellFormed = /^[A-Za-z0-9\-._~+/]+=*$/

/** `accepted`: token types that can be used, the one hoped for first (CR-80). */
export const readTokenAnswer = (
  answer: Incoming,
  accepted: ReadonlyArray<string>,
  requestedScope?: string,
): TokenReading => {
  const findings: Array<Finding> = []
  const raise = (severity: Finding["severity"], rule: string, text: string) =>
    findings.push({ severity, rule, text, exchange: answer.exchange })
  const evidence = { exchange: answer.exchange, url: answer.url }
  const done = (outcome: TokenReading["outcome"]): TokenReading => ({ outcome, findings })

  const members = membersOf(answer, raise)
  if (members === undefined)
    return done(
      Result.fail(
        oauthFailure(
          answer.status >= 500 || answer.status === 429 ? "token_endpoint_failed" : "token_answer_unreadable",
          {
            ...evidence,
            expected: "a JSON object",
            received: `status ${answer.status}, ${answer.mediaType || "no media type"}`,
            ...(answer.body === "" ? {} : { detail: excerptOf(answer) }),
          },
        ),
      ),
    )

  if (typeof members.error === "string" && members.error !== "") {
    if (answer.status < 400)
      raise("error", "OAuth 2.1 §3.2.4", `An error came under status ${answer.status}; it must be 400 or 401.`)
    const description = members.error_description
    return done(
      Result.fail({
        error: members.error.slice(0, excerptLength),
        ...(typeof description === "string" ? { description: description.slice(0, 2 * excerptLength) } : {}),
      }),
    )
  }
  if (answer.status !== 200)
    return done(
      Result.fail(
        oauthFailure(answer.status >= 500 || answer.status === 429 ? "token_endpoint_failed" : "token_refused", {
          ...evidence,
          expected: "200",
          received: `status ${answer.status}`,
          detail: Object.keys(members).join(", ").slice(0, excerptLength),
        }),
      ),
    )

  const token = members.access_token
  const type = members.token_type
  if (typeof token !== "string" || token === "" || typeof type !== "string" || type === "")
    return done(
      Result.fail(
        oauthFailure("token_missing", {
          ...evidence,
          expected: "access_token and token_type",
          received: Object.keys(members).join(", ").slice(0, excerptLength),
        }),
      ),
    )
  const known = accepted.find((name) => name.toLowerCase() === type.toLowerCase())
  if (known === undefined)
    return done(
      Result.fail(
        oauthFailure("token_type_unsupported", {
          ...evidence,
          expected: accepted.join(" or "),
          received: type.slice(0, 40),
        }),
      ),
    )
  if (!headerSafe.test(token)) return done(Result.fail(oauthFailure("token_unusable", evidence)))
  if (!wellFormed.test(token))
    raise(
      "warning",
      "RFC 6750 §2.1",
      "The token holds characters that the syntax of bearer tokens leaves out; accepted.",
    )
  raise("pass", "OAuth 2.1 §3.2.3", `The answer carries a usable token of type ${known}.`)
  if (known !== accepted[0])
    raise("warning", "RFC 9449 §5", "The server took no notice of the proof: whoever holds this token can use it.")
  if (typeof members.id_token === "string")
    raise("note", "OpenID Connect Core §3.1.3.3", "An ID token came along; it is not used and not sent anywhere.")

  const refresh = members.refresh_token
  const scope = scopeOf(members.scope, requestedScope, raise)
  const expiresIn = lifetimeOf(members.expires_in, raise)
  const issuedTokenType = members.issued_token_type
  return done(
    Result.succeed({
      accessToken: secret("access_token", token),
      tokenType: type,
      ...(typeof refresh === "string" && refresh !== "" ? { refreshToken: secret("refresh_token", refresh) } : {}),
      ...(scope === undefined ? {} : { scope }),
      ...(expiresIn === undefined ? {} : { expiresIn }),
      ...(typeof issuedTokenType === "string" ? { issuedTokenType } : {}),
    }),
  )
}

/** The first characters. Even an answer that cannot be read may hold a token. */
const excerptOf = (answer: Incoming): string =>
  excerpt(redactBody(makeSecretBook(), answer.mediaType, answer.body), excerptLength)

type Raise = (severity: Finding["severity"], rule: string, text: string) => void

/** JSON, or what some servers send in its place: a form, or JSON under another media type. */
const membersOf = (answer: Incoming, raise: Raise): JsonObject | undefined => {
  if (answer.mediaType === "application/x-www-form-urlencoded") {
    raise("warning", "OAuth 2.1 §3.2.3", "The answer is a form; it must be JSON.")
    const form = Object.fromEntries(new URLSearchParams(answer.body))
    return "access_token" in form || "error" in form ? form : undefined
  }
  const members = parseJsonObject(answer.body)
  if (Result.isFailure(members)) return undefined
  if (answer.mediaType !== "application/json" && !answer.mediaType.endsWith("+json"))
    raise("warning", "OAuth 2.1 §3.2.3", `The answer is JSON, but its media type is ${answer.mediaType || "missing"}.`)
  return members.success
}

/** Absent stays absent; an array or a list with commas is taken for what it means. */
const scopeOf = (scope: unknown, requested: string | undefined, raise: Raise): string | undefined => {
  if (typeof scope === "string") {
    // A comma is a legal character of a scope, so it separates only where we did not ask for one ourselves.
    if (!scope.includes(",") || scope.includes(" ") || requested?.includes(",") === true) return scope
    raise("warning", "OAuth 2.1 §1.4.1", "The granted scopes are separated by commas; they must be by blanks.")
    return scope
      .split(",")
      .filter((part) => part !== "")
      .join(" ")
  }
  if (Array.isArray(scope) && scope.every((part) => typeof part === "string")) {
    raise("warning", "OAuth 2.1 §1.4.1", "The granted scopes are an array; they must be one text with blanks.")
    return scope.join(" ")
  }
  if (scope !== undefined && scope !== null)
    raise("warning", "OAuth 2.1 §1.4.1", "The granted scopes are no text; they were ignored.")
  return undefined
}

/** Seconds, or undefined for an unknown lifetime (CR-81). */
const lifetimeOf = (value: unknown, raise: Raise): number | undefined => {
  if (value === undefined) return undefined
  const numeric = typeof value === "string" && /^\d+(\.\d+)?$/.test(value.trim())
  if (numeric) raise("warning", "OAuth 2.1 §3.2.3", "expires_in is text; it must be a number.")
  const seconds = numeric ? Number(value) : value
  if (typeof seconds !== "number" || !Number.isFinite(seconds) || seconds < 0) {
    raise("warning", "OAuth 2.1 §3.2.3", "expires_in is not a number of seconds; the lifetime counts as unknown.")
    return undefined
  }
  if (seconds === 0) raise("note", "OAuth 2.1 §3.2.3", "expires_in is 0: the token is good for one use at most.")
  if (seconds > tenYears)
    raise("warning", "OAuth 2.1 §3.2.3", "expires_in says more than ten years; it was cut to that.")
  return Math.min(seconds, tenYears)
}
