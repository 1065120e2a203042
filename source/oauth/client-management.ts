import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Findings } from "../text/finding.ts"
import type { JsonObject } from "../text/json.ts"
import { makeSecretBook } from "../text/redaction.ts"
import { reveal } from "../text/secret.ts"
import type { WireFailure } from "../wire/failure.ts"
import { comeBack } from "../wire/retry.ts"
import { type Incoming, Wire } from "../wire/wire.ts"
import { usesSecret } from "./auth-method.ts"
import type { Client } from "./client-identity.ts"
import { type OAuthCode, type OAuthFailure, oauthFailure } from "./failure.ts"
import { isString, parseJsonObject } from "./json-document.ts"
import { assigned, type ManagedRegistration, readManaged } from "./managed-registration.ts"
import { refusals, words } from "./registration.ts"
import { endpointFault } from "./server-metadata-document.ts"

export type { ManagedRegistration } from "./managed-registration.ts"

export interface ManagementRequest {
  readonly client: Client
  readonly allowInsecure?: boolean | undefined
}

/** What a status means for a registration that is managed (RFC 7592 §2.1 to §2.3). */
const codesByStatus: Readonly<Record<number, OAuthCode>> = {
  401: "registration_gone",
  403: "management_unsupported",
  405: "management_unsupported",
  501: "management_unsupported",
  429: "management_later",
}

/** One request to the client configuration endpoint, whose address is used as given (CR-72). */
const manage = Effect.fn("oauth.manageClient")(function* (
  { client, allowInsecure = false }: ManagementRequest,
  method: "GET" | "PUT" | "DELETE",
  body?: JsonObject,
): Effect.fn.Return<Incoming, OAuthFailure | WireFailure, Wire> {
  const wire = yield* Wire
  const { registrationClientUri: url, registrationAccessToken } = client
  if (url === undefined || registrationAccessToken === undefined)
    return yield* oauthFailure("management_unavailable", { url: client.issuer })
  const token = reveal(registrationAccessToken)
  if (token === undefined)
    return yield* oauthFailure("secret_not_in_memory", { received: registrationAccessToken.label })
  const fault = endpointFault(url, client.issuer, allowInsecure)
  if (fault !== undefined)
    return yield* oauthFailure("endpoint_invalid", { url, expected: "registration_client_uri", detail: fault })
  return yield* wire.send({
    leg: "client-management",
    method,
    url,
    headers: {
      accept: "application/json",
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
})

/** The server's words without anything that we sent it. */
const told = (answer: Incoming, client: Client): string => {
  const book = makeSecretBook()
  for (const hidden of [client.registrationAccessToken, client.clientSecret]) {
    const plain = hidden && reveal(hidden)
    if (hidden && plain !== undefined) book.keep(hidden.label, plain)
  }
  const document = Result.getOrUndefined(parseJsonObject(answer.body))
  return [words(answer, document, book), comeBack(answer)].filter(Boolean).join(" · ")
}

const refusalOf = (answer: Incoming, client: Client): OAuthFailure => {
  const { exchange, url, status } = answer
  const error = Result.getOrUndefined(parseJsonObject(answer.body))?.error
  const known = isString(error) && Object.hasOwn(refusals, error) ? refusals[error] : undefined
  const code = known ?? codesByStatus[status] ?? (status >= 500 ? "management_later" : "management_answer_invalid")
  return oauthFailure(code, { exchange, url, received: `status ${status}`, detail: told(answer, client) })
}

const readAnswer = Effect.fn("oauth.readManagedRegistration")(function* (
  answer: Incoming,
  { client, allowInsecure = false }: ManagementRequest,
): Effect.fn.Return<ManagedRegistration, OAuthFailure, Findings> {
  const { exchange, url, status } = answer
  if (status !== 200) return yield* refusalOf(answer, client)
  const parsed = parseJsonObject(answer.body)
  if (Result.isFailure(parsed))
    return yield* oauthFailure("management_answer_invalid", {
      exchange,
      url,
      expected: "a JSON object",
      received: parsed.failure,
    })
  const findings = yield* Findings
  const { findings: raised, ...managed } = yield* Effect.fromResult(
    readManaged({ document: parsed.success, client, allowInsecure, exchange, url }),
  )
  yield* Effect.forEach(raised, findings.raise, { discard: true })
  for (const [what, before, after] of [
    ["registration access token", client.registrationAccessToken, managed.client.registrationAccessToken],
    ["client secret", client.clientSecret, managed.client.clientSecret],
  ] as const)
    if (before !== undefined && after !== undefined && before.fingerprint !== after.fingerprint)
      yield* findings.raise({
        severity: "note",
        rule: "RFC 7592 §3",
        text: `The server gave a new ${what}; the old one is void.`,
        exchange,
      })
  return managed
})

/**
 * Reads a registration (RFC 7592 §2.1). The client that comes back replaces the stored one at once, for even a read may
 * rotate its token and secret. Fails with `management_unavailable`, `management_unsupported` (403, 405),
 * `registration_gone` (401: forget it), `management_later`, `management_answer_invalid`, `endpoint_invalid` or
 * `secret_not_in_memory`.
 */
export const readClient = Effect.fn("oauth.readClient")(function* (
  request: ManagementRequest,
): Effect.fn.Return<ManagedRegistration, OAuthFailure | WireFailure, Wire | Findings> {
  return yield* readAnswer(yield* manage(request, "GET"), request)
})

/**
 * Changes a registration (RFC 7592 §2.2). A member left out counts as deleted, so everything that {@link readClient}
 * returned goes back, with the changes; `undefined` drops a member. Fails as `readClient`, and with the refusals of a
 * registration such as `redirect_uri_refused` and `client_metadata_refused`.
 */
export const updateClient = Effect.fn("oauth.updateClient")(function* (
  request: ManagementRequest & ManagedRegistration & { readonly changes: JsonObject },
): Effect.fn.Return<ManagedRegistration, OAuthFailure | WireFailure, Wire | Findings> {
  const { client, metadata, changes } = request
  const merged = Object.entries({ ...metadata, ...changes }).filter(
    ([member, value]) => value !== undefined && !assigned.includes(member) && member !== "client_secret",
  )
  // The secret in force may be repeated, and must where leaving it out would delete it; another may not be chosen.
  const current = usesSecret(client.tokenEndpointAuthMethod) && client.clientSecret && reveal(client.clientSecret)
  const body = {
    ...Object.fromEntries(merged),
    client_id: client.clientId,
    ...(current ? { client_secret: current } : {}),
  }
  return yield* readAnswer(yield* manage(request, "PUT", body), request)
})

/**
 * What became of a registration: `deleted`; `gone` (it did not exist any more, or its token was void); `unsupported` (the
 * server does not do this, or gave no way to ask); `alive` (the server said no); `unknown` (no answer came).
 */
export const ClientDeletion = Schema.Struct({
  outcome: Schema.Literals(["deleted", "gone", "unsupported", "alive", "unknown"]),
  /** The reason, in the server's words where it gave any. */
  detail: Schema.optionalKey(Schema.String),
  exchange: Schema.optionalKey(Schema.Finite),
})
export type ClientDeletion = typeof ClientDeletion.Type

const outcomes: { readonly [Code in OAuthCode]?: ClientDeletion["outcome"] } = {
  registration_gone: "gone",
  management_unsupported: "unsupported",
  management_unavailable: "unsupported",
}

const deletionOf = (failure: OAuthFailure | WireFailure): ClientDeletion => ({
  // A request that never left changed nothing; one that got no answer may have.
  outcome: failure._tag === "WireFailure" ? (failure.sent ? "unknown" : "alive") : (outcomes[failure.code] ?? "alive"),
  detail: [failure.received ?? failure.what, failure.detail].filter(Boolean).join(": "),
  ...(failure.exchange === undefined ? {} : { exchange: failure.exchange }),
})

/**
 * Deletes a registration at the server (RFC 7592 §2.3). Never fails: whatever happens is an outcome, never a success that
 * was not one, and what is stored here may be forgotten in any case (CR-104).
 */
export const deleteClient = Effect.fn("oauth.deleteClient")(function* (
  request: ManagementRequest,
): Effect.fn.Return<ClientDeletion, never, Wire> {
  return yield* manage(request, "DELETE").pipe(
    Effect.map((answer): ClientDeletion => {
      const { status, exchange } = answer
      if (status === 204) return { outcome: "deleted", exchange }
      // Not what the standard says, but no other thing can be meant.
      if (status === 200) return { outcome: "deleted", exchange, detail: "status 200; it must be 204" }
      return deletionOf(refusalOf(answer, request.client))
    }),
    Effect.catch((failure) => Effect.succeed(deletionOf(failure))),
  )
})
