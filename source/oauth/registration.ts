import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { excerpt } from "../text/excerpt.ts"
import { Findings } from "../text/finding.ts"
import type { JsonObject } from "../text/json.ts"
import { makeSecretBook, redactBody, type SecretBook } from "../text/redaction.ts"
import { reveal, type Secret } from "../text/secret.ts"
import { comeBack } from "../wire/retry.ts"
import { type Incoming, Wire } from "../wire/wire.ts"
import type { Client } from "./client-identity.ts"
import { type OAuthCode, type OAuthFailure, oauthFailure } from "./failure.ts"
import { isString, parseJsonObject } from "./json-document.ts"
import { again, type RegistrationRefusal } from "./registration-again.ts"
import { readRegistration } from "./registration-answer.ts"
import type { RegistrationRequest } from "./registration-request.ts"
import type { ServerMetadata } from "./server-metadata.ts"
import { untilRead } from "./turned-away.ts"

export { type RegistrationRequest, type RegistrationWishes, registrationRequest } from "./registration-request.ts"

export interface RegistrationAttempt {
  readonly metadata: Pick<ServerMetadata, "issuer" | "registrationEndpoint" | "tokenEndpointAuthMethodsSupported">
  readonly request: RegistrationRequest
  /** For servers that register only those who were given one (RFC 7591 §3); sent with this request and no other. */
  readonly initialAccessToken?: Secret | undefined
  readonly allowInsecure?: boolean | undefined
}

export interface Registered {
  readonly client: Client
  /** The redirect URI that the server accepted: on `localhost` where it refused the literal address (rulebook X-9). */
  readonly redirectUri: string
}

/** Error codes of RFC 7591 §3.2.2. */
export const refusals: Readonly<Record<string, OAuthCode>> = {
  invalid_redirect_uri: "redirect_uri_refused",
  invalid_client_metadata: "client_metadata_refused",
  invalid_software_statement: "software_statement_refused",
  unapproved_software_statement: "software_statement_refused",
}

/** Refusals that come without such a code, by status. */
const refusalsByStatus: Readonly<Record<number, OAuthCode>> = {
  401: "registration_not_open",
  403: "registration_not_open",
  408: "registration_unavailable",
  429: "registration_unavailable",
}

/** The server's own words: its error and description, else the first characters of whatever it sent. */
export const words = (answer: Incoming, document: JsonObject | undefined, book: SecretBook): string => {
  const { error, error_description: description } = document ?? {}
  const told = [error, description].filter(isString)
  // The body was not asked for and may repeat what we sent; a secret must not come back in a message.
  return told.length > 0 ? book.conceal(told.join(": ")) : excerpt(redactBody(book, answer.mediaType, answer.body))
}

type Outcome = Result.Result<JsonObject, { readonly failure: OAuthFailure; readonly refusal: RegistrationRefusal }>

const outcomeOf = (answer: Incoming, request: RegistrationRequest, book: SecretBook): Outcome => {
  const { exchange, url, status } = answer
  const parsed = parseJsonObject(answer.body)
  const document = Result.isSuccess(parsed) ? parsed.success : undefined
  const error = isString(document?.error) ? document.error : undefined
  const description = isString(document?.error_description) ? document.error_description : undefined
  const fail = (code: OAuthCode, evidence: { expected?: string; received: string; detail?: string }): Outcome =>
    Result.fail({
      failure: oauthFailure(code, { exchange, url, ...evidence }),
      refusal: { error, description },
    })
  if (status >= 300 || error !== undefined) {
    const known = error === undefined ? undefined : refusals[error]
    const code =
      known ?? refusalsByStatus[status] ?? (status >= 500 ? "registration_unavailable" : "registration_refused")
    return fail(code, {
      ...(code === "redirect_uri_refused" ? { expected: `${request.redirect_uris[0]} to be accepted` } : {}),
      received: `status ${status}`,
      detail: [words(answer, document, book), comeBack(answer)].filter(Boolean).join(" · "),
    })
  }
  if (status !== 200 && status !== 201)
    return fail("registration_answer_invalid", { expected: "status 201", received: `status ${status}` })
  return Result.isSuccess(parsed)
    ? Result.succeed(parsed.success)
    : fail("registration_answer_invalid", {
        expected: "a JSON object",
        received: parsed.failure,
        detail: words(answer, undefined, book),
      })
}

/**
 * Registers this program (RFC 7591 §3). Sends one request, and a second one only when the redirect URI on 127.0.0.1
 * or the scopes were refused as such; either again only when it was turned away unread. Fails with `redirect_uri_refused`, `client_metadata_refused`, `software_statement_refused`,
 * `registration_not_open`, `registration_refused`, `registration_unavailable`, `registration_answer_invalid`,
 * `registration_unusable`, or `no_way_to_register` where the metadata has no registration endpoint.
 */
export const register = Effect.fn("oauth.register")(function* (attempt: RegistrationAttempt) {
  const wire = yield* Wire
  const findings = yield* Findings
  const { metadata, initialAccessToken, allowInsecure = false } = attempt
  const { registrationEndpoint, issuer } = metadata
  if (registrationEndpoint === undefined)
    return yield* oauthFailure("no_way_to_register", {
      url: issuer,
      detail: "dcr: the authorization server has no registration_endpoint",
    })
  const token = initialAccessToken && reveal(initialAccessToken)
  if (initialAccessToken && token === undefined)
    return yield* oauthFailure("secret_not_in_memory", { received: initialAccessToken.label })

  const book = makeSecretBook()
  if (token !== undefined) book.keep("initial_access_token", token)

  const post = Effect.fn("oauth.postRegistration")(function* (request: RegistrationRequest) {
    const answer = yield* wire
      .send({
        leg: "registration",
        method: "POST",
        url: registrationEndpoint,
        headers: {
          "content-type": "application/json",
          accept: "application/json",
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(request),
      })
      .pipe(untilRead)
    return { request, answer, outcome: outcomeOf(answer, request, book) }
  })

  let result = yield* post(attempt.request)
  const second = Result.isFailure(result.outcome) ? again(attempt.request, result.outcome.failure.refusal) : undefined
  if (second !== undefined) {
    const { rule, text, request } = second
    yield* findings.raise({ severity: "warning", rule, text, exchange: result.answer.exchange })
    result = yield* post(request)
  }
  const { request, answer, outcome } = result
  if (Result.isFailure(outcome)) return yield* outcome.failure.failure
  const { exchange, url, status } = answer
  yield* findings.raise({
    severity: status === 201 ? "pass" : "warning",
    rule: "RFC 7591 §3.2.1",
    text:
      status === 201
        ? "The server answered 201 Created."
        : `The server answered ${status}; 201 Created is the status for a registration.`,
    exchange,
  })
  const { client, findings: raised } = yield* Effect.fromResult(
    readRegistration({
      document: outcome.success,
      request,
      issuer,
      authMethodsSupported: metadata.tokenEndpointAuthMethodsSupported,
      allowInsecure,
      exchange,
      url,
      now: yield* Clock.currentTimeMillis,
    }),
  )
  yield* Effect.forEach(raised, findings.raise, { discard: true })
  const registered: Registered = { client, redirectUri: request.redirect_uris[0] }
  return registered
})
