import type { RegistrationRequest } from "./registration-request.ts"

/** A refusal in the server's own words (RFC 7591 §3.2.2). */
export interface RegistrationRefusal {
  readonly error?: string | undefined
  readonly description?: string | undefined
}

/** Another request that may do what the first one could not, and why it is sent. */
export interface Again {
  readonly request: RegistrationRequest
  readonly rule: string
  readonly text: string
}

/** The same with `localhost` for the literal address, or nothing where that changes nothing (rulebook X-9). */
const onLocalhost = (request: RegistrationRequest): Again | undefined => {
  const [literal] = request.redirect_uris
  const named = literal.replace(/^http:\/\/127\.0\.0\.1(?=[:/?]|$)/i, "http://localhost")
  if (named === literal) return undefined
  return {
    request: { ...request, redirect_uris: [named] },
    rule: "RFC 8252 §7.3",
    text: `The server refuses ${literal}; the request was repeated once with ${named}.`,
  }
}

/**
 * The same without scopes, which a registration need not name (RFC 7591 §2). Keycloak publishes scopes that its policy
 * for anonymous clients then refuses, `openid` among them.
 */
const withoutScope = ({ scope, ...request }: RegistrationRequest): Again | undefined =>
  scope === undefined
    ? undefined
    : {
        request,
        rule: "RFC 7591 §2",
        text: `The server refuses the scopes "${scope}"; the request was repeated once without any.`,
      }

/** The one request that is worth sending after a refusal, if any. */
export const again = (request: RegistrationRequest, { error, description }: RegistrationRefusal): Again | undefined => {
  if (error === "invalid_redirect_uri") return onLocalhost(request)
  return error === "invalid_scope" || /scope/i.test(description ?? "") ? withoutScope(request) : undefined
}
