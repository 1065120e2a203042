import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Entropy } from "../text/entropy.ts"
import { Findings } from "../text/finding.ts"
import { isObject } from "../text/json.ts"
import { decodeJwt } from "../text/jwt.ts"
import { reveal, type Secret } from "../text/secret.ts"
import type { WireFailure } from "../wire/failure.ts"
import type { Wire } from "../wire/wire.ts"
import { usesSecret } from "./auth-method.ts"
import type { Credentials } from "./client-authentication.ts"
import type { Client } from "./client-identity.ts"
import { type OAuthCode, type OAuthFailure, oauthFailure } from "./failure.ts"
import type { Grant } from "./grant.ts"
import { isStringList } from "./json-document.ts"
import { postForm } from "./post-form.ts"
import type { ServerMetadata } from "./server-metadata.ts"
import { checkSigningAlg } from "./signing-key.ts"
import { compareScopes, grantOf, tokenAnswer } from "./token.ts"

export const clientCredentialsGrantType = "client_credentials"
export const jwtBearerGrantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"

/** What of the server metadata a grant without a user needs. */
export type MachineServer = Pick<
  ServerMetadata,
  "issuer" | "tokenEndpoint" | "tokenEndpointAuthSigningAlgValuesSupported" | "document"
>

export interface MachineRequest {
  readonly metadata: MachineServer
  readonly client: Credentials
  /** Sent byte for byte (CR-31). */
  readonly resource?: string | undefined
  /** Blank-separated; absent leaves the parameter out. */
  readonly scope?: string | undefined
  /** Binds the token to this key (`--dpop`). */
  readonly dpopKey?: Secret | undefined
}

type GrantEffect = Effect.Effect<Grant, OAuthFailure | WireFailure, Wire | Findings | Entropy>

/** The list is the server's own word, where it gives one; silence stands for the grants of a browser (RFC 8414 §2). */
const announce = Effect.fn("oauth.announceGrantType")(function* ({ document }: MachineServer, grantType: string) {
  const listed = isObject(document) ? document.grant_types_supported : undefined
  if (!isStringList(listed)) return
  const findings = yield* Findings
  const offered = listed.includes(grantType)
  yield* findings.raise({
    severity: offered ? "pass" : "warning",
    rule: "RFC 8414 §2",
    text: offered
      ? `The server announces the grant ${grantType}.`
      : `The server does not announce the grant ${grantType}; it was asked all the same.`,
  })
})

/** One request, one answer: neither another attempt nor another grant follows a failure. */
const requestGrant = Effect.fn("oauth.requestGrant")(function* (
  request: MachineRequest & {
    readonly grantType: string
    readonly form: Readonly<Record<string, string>>
    readonly invalidGrant: OAuthCode
  },
): Effect.fn.Return<Grant, OAuthFailure | WireFailure, Wire | Findings | Entropy> {
  const { metadata, client, grantType, form, invalidGrant, resource, scope, dpopKey } = request
  const { issuer } = metadata
  if (client.issuer !== issuer)
    return yield* oauthFailure("client_of_another_issuer", { expected: issuer, received: client.issuer })
  if (client.tokenEndpointAuthMethod === "private_key_jwt" && client.signingKey)
    yield* Effect.fromResult(checkSigningAlg(client.signingKey, metadata))
  yield* announce(metadata, grantType)
  const answer = yield* postForm({
    leg: "token",
    endpoint: metadata.tokenEndpoint,
    client,
    form: {
      grant_type: grantType,
      ...form,
      ...(scope === undefined || scope === "" ? {} : { scope }),
      ...(resource === undefined ? {} : { resource }),
    },
    dpopKey,
  })
  const proved = dpopKey !== undefined
  const { refreshToken, ...tokens } = yield* tokenAnswer(answer, { client, invalidGrant, scope, resource, proved })
  yield* compareScopes(answer, tokens.scope, scope)
  if (refreshToken !== undefined) {
    const findings = yield* Findings
    yield* findings.raise({
      severity: "warning",
      rule: "RFC 6749 §4.4.3; RFC 7521 §4.1",
      text: "A refresh token came with a grant that can be asked for again at any time; it was dropped.",
      exchange: answer.exchange,
    })
  }
  return grantOf(answer, tokens, { issuer, clientId: client.clientId, resource, scope, dpopKey })
})

const isConfidential = ({ tokenEndpointAuthMethod: method, clientSecret, signingKey }: Credentials): boolean =>
  (method === "private_key_jwt" && signingKey !== undefined) || (usesSecret(method) && clientSecret !== undefined)

/**
 * A token for the client itself (RFC 6749 §4.4; MCP extension OAuth Client Credentials), with `resource` (CR-105). Only for
 * a client that the operator set up. Fails with `client_not_confidential`, `client_of_another_issuer`,
 * `signing_alg_unsupported`, and what {@link tokenAnswer} and {@link postForm} fail with.
 */
export const clientCredentialsGrant = (
  request: MachineRequest & { readonly client: Pick<Client, "source"> },
): GrantEffect => {
  const { client } = request
  return client.source === "dcr" || !isConfidential(client)
    ? Effect.fail(
        oauthFailure("client_not_confidential", {
          url: request.metadata.issuer,
          received: client.source === "dcr" ? "a client that registered itself" : client.tokenEndpointAuthMethod,
        }),
      )
    : requestGrant({ ...request, grantType: clientCredentialsGrantType, form: {}, invalidGrant: "token_refused" })
}

/** The text of a JWT that somebody else signed. Whether it is right is for the server to say. */
export const assertionText = Effect.fn("oauth.assertionText")(function* (
  assertion: Secret,
): Effect.fn.Return<string, OAuthFailure, Findings> {
  const text = reveal(assertion)
  if (text === undefined) return yield* oauthFailure("secret_not_in_memory", { received: assertion.label })
  const jwt = decodeJwt(text)
  if (jwt === undefined) return yield* oauthFailure("assertion_unusable", { received: `${text.length} characters` })
  const { exp } = jwt.claims
  if (typeof exp === "number" && exp * 1000 <= (yield* Clock.currentTimeMillis)) {
    const findings = yield* Findings
    yield* findings.raise({
      severity: "warning",
      rule: "RFC 7519 §4.1.4",
      text: `By the clock of this machine the ${assertion.label} has expired; it was sent all the same.`,
    })
  }
  return text
})

/**
 * A token in exchange for an assertion that somebody else made, such as a workload's identity (RFC 7523 §2.1, §4). A public
 * client does not authenticate. Fails with `assertion_unusable`, `assertion_refused` (no retry, no other grant follows) and
 * as {@link clientCredentialsGrant}, for public clients too.
 */
export const jwtBearerGrant = Effect.fn("oauth.jwtBearerGrant")(function* (
  request: MachineRequest & { readonly assertion: Secret },
): Effect.fn.Return<Grant, OAuthFailure | WireFailure, Wire | Findings | Entropy> {
  const assertion = yield* assertionText(request.assertion)
  return yield* requestGrant({
    ...request,
    grantType: jwtBearerGrantType,
    form: { assertion },
    invalidGrant: "assertion_refused",
  })
})
