import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { randomText } from "../text/entropy.ts"
import { Secret } from "../text/secret.ts"
import { dpopKeyPair, thumbprint } from "./dpop-key.ts"
import { oauthFailure } from "./failure.ts"
import { safeToOpen } from "./openable-url.ts"
import { makePkce } from "./pkce.ts"
import type { ServerMetadata } from "./server-metadata.ts"

/**
 * Everything about one authorization attempt, recorded before the browser opens (CR-47). Response and token request are
 * held against this record, never against metadata that may have changed meanwhile.
 */
export const Attempt = Schema.Struct({
  /** Validated issuer of the server metadata; `iss` of the response must equal it. */
  issuer: Schema.String,
  authorizationEndpoint: Schema.String,
  tokenEndpoint: Schema.String,
  clientId: Schema.String,
  redirectUri: Schema.String,
  /** Sent byte for byte in every request of this grant (CR-31, CR-32). */
  resource: Schema.optionalKey(Schema.String),
  scope: Schema.optionalKey(Schema.String),
  /** 256 random bits, single use (CR-48). */
  state: Schema.String,
  verifier: Secret,
  /** Where the tokens are to be bound to a key (RFC 9449). */
  dpopKey: Schema.optionalKey(Secret),
  /** Whether the server promised to send `iss` (RFC 9207 §3). */
  issParameterSupported: Schema.Boolean,
  /** Milliseconds since the epoch. */
  createdAt: Schema.Finite,
  /** The address for the browser. */
  url: Schema.String,
})
export type Attempt = typeof Attempt.Type

/** What of the server metadata an attempt needs. */
export type AuthorizationServer = Pick<
  ServerMetadata,
  "issuer" | "authorizationEndpoint" | "tokenEndpoint" | "issParameterSupported"
>

export interface AttemptRequest {
  readonly metadata: AuthorizationServer
  readonly client: { readonly issuer: string; readonly clientId: string }
  readonly redirectUri: string
  readonly resource?: string | undefined
  /** Blank-separated; absent leaves the parameter out. */
  readonly scope?: string | undefined
  readonly prompt?: string | undefined
  /** Binds code and tokens to this key (`--dpop`). */
  readonly dpopKey?: Secret | undefined
}

const nameOf = (pair: string): string => new URLSearchParams(pair).keys().next().value ?? ""

/**
 * Adds our parameters to the endpoint's own query, which is kept as it is spelled (CR-37). A parameter of ours that is in
 * it already gives way: none may come twice (OAuth 2.1 §3.1).
 */
const withParameters = (endpoint: string, parameters: Readonly<Record<string, string>>): string => {
  const [base = "", query = ""] = endpoint.split(/\?(.*)/s, 2)
  const kept = query.split("&").filter((pair) => pair !== "" && !Object.hasOwn(parameters, nameOf(pair)))
  // %20 and not + for blanks: it means the same in a query to those who do not decode forms, too.
  const ours = new URLSearchParams(parameters).toString().replaceAll("+", "%20")
  return `${base}?${[...kept, ours].join("&")}`
}

/**
 * Draws code verifier and state and builds the authorization URL (OAuth 2.1 §4.1.1).
 * Fails with `client_of_another_issuer`, `authorization_endpoint_missing`, `endpoint_invalid`, `unsafe_authorization_url` or
 * `dpop_key_missing`.
 */
export const startAttempt = Effect.fn("oauth.startAttempt")(function* (request: AttemptRequest) {
  const { metadata, client, redirectUri, resource, scope, prompt, dpopKey } = request
  const { issuer, authorizationEndpoint, tokenEndpoint } = metadata
  if (client.issuer !== issuer)
    return yield* oauthFailure("client_of_another_issuer", { expected: issuer, received: client.issuer })
  if (authorizationEndpoint === undefined) return yield* oauthFailure("authorization_endpoint_missing", { url: issuer })
  for (const endpoint of [authorizationEndpoint, tokenEndpoint])
    if (endpoint.includes("#"))
      return yield* oauthFailure("endpoint_invalid", { url: endpoint, detail: "it has a fragment" })

  const keyPair = dpopKey && dpopKeyPair(dpopKey)
  if (dpopKey && !keyPair) return yield* oauthFailure("dpop_key_missing", { url: issuer })

  const { verifier, challenge } = yield* makePkce
  const state = yield* randomText(32)
  const url = yield* Effect.fromResult(
    safeToOpen(
      withParameters(authorizationEndpoint, {
        response_type: "code",
        client_id: client.clientId,
        redirect_uri: redirectUri,
        code_challenge: challenge,
        code_challenge_method: "S256",
        state,
        ...(scope === undefined || scope === "" ? {} : { scope }),
        ...(resource === undefined ? {} : { resource }),
        ...(prompt === undefined ? {} : { prompt }),
        // A stolen code is then of no use without the key (RFC 9449 §10).
        ...(keyPair === undefined ? {} : { dpop_jkt: thumbprint(keyPair) }),
      }),
    ),
  )
  const attempt: Attempt = {
    issuer,
    authorizationEndpoint,
    tokenEndpoint,
    clientId: client.clientId,
    redirectUri,
    ...(resource === undefined ? {} : { resource }),
    ...(scope === undefined || scope === "" ? {} : { scope }),
    state,
    verifier,
    ...(dpopKey === undefined ? {} : { dpopKey }),
    issParameterSupported: metadata.issParameterSupported,
    createdAt: yield* Clock.currentTimeMillis,
    url,
  }
  return attempt
})
