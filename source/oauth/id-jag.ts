import * as Effect from "effect/Effect"
import type { Entropy } from "../text/entropy.ts"
import { Findings } from "../text/finding.ts"
import { reveal, type Secret, secret } from "../text/secret.ts"
import type { WireFailure } from "../wire/failure.ts"
import type { Wire } from "../wire/wire.ts"
import type { Credentials } from "./client-authentication.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"
import type { Grant } from "./grant.ts"
import { assertionText, jwtBearerGrant, type MachineRequest } from "./machine-grants.ts"
import { postForm } from "./post-form.ts"
import { tokenAnswer } from "./token.ts"

const tokenExchangeGrantType = "urn:ietf:params:oauth:grant-type:token-exchange"
const idJagTokenType = "urn:ietf:params:oauth:token-type:id-jag"
const idTokenType = "urn:ietf:params:oauth:token-type:id_token"

/** The identity provider of an enterprise, and who we are there. */
export interface IdentityProvider {
  /** `--idp-token-endpoint`: named by the user, not by a server. */
  readonly tokenEndpoint: string
  /** `--idp-client-id`: the client that the ID token was given to. */
  readonly clientId: string
  readonly clientSecret?: Secret | undefined
}

const clientAt = ({ tokenEndpoint, clientId, clientSecret }: IdentityProvider): Credentials => ({
  // The provider is known by this address only; neither method that is used here names an issuer.
  issuer: tokenEndpoint,
  clientId,
  ...(clientSecret === undefined
    ? { tokenEndpointAuthMethod: "none" }
    : { tokenEndpointAuthMethod: "client_secret_basic", clientSecret }),
})

/**
 * Trades an ID token for an identity assertion authorization grant (ID-JAG) that is good at one authorization server for
 * one resource (RFC 8693 §2). Fails with `assertion_unusable`, `id_token_refused`, `id_jag_missing`, and what
 * the token endpoint of the identity provider says.
 */
const exchangeIdToken = Effect.fn("oauth.exchangeIdToken")(function* (request: {
  readonly idp: IdentityProvider
  readonly idToken: Secret
  /** Issuer of the authorization server that is to accept the result. */
  readonly audience: string
  readonly resource: string
  readonly scope?: string | undefined
}): Effect.fn.Return<Secret, OAuthFailure | WireFailure, Wire | Findings | Entropy> {
  const { idp, audience, resource, scope } = request
  const client = clientAt(idp)
  const answer = yield* postForm({
    leg: "token",
    endpoint: idp.tokenEndpoint,
    client,
    form: {
      grant_type: tokenExchangeGrantType,
      requested_token_type: idJagTokenType,
      audience,
      resource,
      ...(scope === undefined || scope === "" ? {} : { scope }),
      subject_token: yield* assertionText(request.idToken),
      subject_token_type: idTokenType,
    },
    typed: true,
  })
  // What comes out is no access token, and must not be mistaken for one (RFC 8693 §2.2.1).
  const { accessToken, issuedTokenType } = yield* tokenAnswer(answer, {
    client,
    invalidGrant: "id_token_refused",
    scope,
    resource,
    tokenType: "N_A",
  })
  const assertion = reveal(accessToken)
  if (issuedTokenType !== idJagTokenType || assertion === undefined)
    return yield* oauthFailure("id_jag_missing", {
      exchange: answer.exchange,
      url: answer.url,
      expected: `issued_token_type: ${idJagTokenType}`,
      received: issuedTokenType?.slice(0, 100) ?? "missing",
    })
  const findings = yield* Findings
  yield* findings.raise({
    severity: "pass",
    rule: "Identity Assertion Authorization Grant",
    text: `The identity provider gave an ID-JAG for ${audience}.`,
    exchange: answer.exchange,
  })
  return secret("assertion", assertion)
})

/**
 * A token by way of an enterprise's identity provider (MCP extension Enterprise-Managed Authorization): ID token to ID-JAG
 * there, ID-JAG to access token here, with the authentication that the client has here. Fails as {@link exchangeIdToken} and
 * {@link jwtBearerGrant}.
 */
export const idJagGrant = Effect.fn("oauth.idJagGrant")(function* (
  request: MachineRequest & {
    readonly idp: IdentityProvider
    readonly idToken: Secret
    readonly resource: string
  },
): Effect.fn.Return<Grant, OAuthFailure | WireFailure, Wire | Findings | Entropy> {
  const { metadata, client, idp, idToken, resource, scope } = request
  // Found out after the exchange, it would have cost an ID-JAG.
  if (client.issuer !== metadata.issuer)
    return yield* oauthFailure("client_of_another_issuer", { expected: metadata.issuer, received: client.issuer })
  const assertion = yield* exchangeIdToken({ idp, idToken, audience: metadata.issuer, resource, scope })
  return yield* jwtBearerGrant({ ...request, assertion })
})
