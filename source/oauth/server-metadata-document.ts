import * as Result from "effect/Result"
import type { Finding } from "../text/finding.ts"
import type { JsonObject } from "../text/json.ts"
import { checkUrl, locationOfUrl } from "../wire/address.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"
import { isString, isStringList, jsonType } from "./json-document.ts"
import type { FoundDocument } from "./metadata-document.ts"
import type { ServerMetadata } from "./server-metadata.ts"

/** What is asked of the server, which decides what its metadata has to offer. */
export interface ServerNeeds {
  /** OAuth name of the grant type; `authorization_code` also needs the endpoint, `code` and PKCE. */
  readonly grant: string
  /** `false` in revision 2025-03-26, which knows PKCE but not its announcement (CR-46). */
  readonly pkceAnnounced: boolean
  /** http to hosts that are not this machine (`--allow-insecure`). */
  readonly allowInsecure: boolean
}

/** Why an endpoint must not be used, or nothing (CR-35, CR-37, CR-40). */
export const endpointFault = (endpoint: string, issuer: string, allowInsecure: boolean): string | undefined => {
  if (/[\s\\]/.test(endpoint)) return "It holds blanks or backslashes."
  if (endpoint.includes("#")) return "It has a fragment."
  const checked = checkUrl(endpoint, { allowInsecure, trusted: locationOfUrl(new URL(issuer)) })
  return Result.isFailure(checked) ? checked.failure.what : undefined
}

const requirements: ReadonlyArray<{
  readonly fails: (document: JsonObject, metadata: ServerMetadata, needs: ServerNeeds) => string | undefined
  readonly code: "code_flow_unsupported" | "pushed_request_required" | "pkce_unsupported"
}> = [
  {
    code: "code_flow_unsupported",
    fails: (_, { responseTypesSupported: types }) =>
      types && !types.includes("code") ? `response_types_supported: [${types.join(", ")}]` : undefined,
  },
  {
    code: "code_flow_unsupported",
    fails: (_, { grantTypesSupported: types }) =>
      types.includes("authorization_code") ? undefined : `grant_types_supported: [${types.join(", ")}]`,
  },
  {
    code: "pushed_request_required",
    fails: (document) =>
      document.require_pushed_authorization_requests === true
        ? "require_pushed_authorization_requests: true"
        : undefined,
  },
  {
    code: "pkce_unsupported",
    fails: (document, { codeChallengeMethodsSupported: methods }, { pkceAnnounced }) => {
      if (methods.includes("S256") || (!pkceAnnounced && document.code_challenge_methods_supported === undefined))
        return undefined
      return `code_challenge_methods_supported: ${methods.length > 0 ? `[${methods.join(", ")}]` : jsonType(document.code_challenge_methods_supported)}`
    },
  },
]

/** Collects what is usable of a document member by member; what is not is named (CR-22). */
const reader = ({ document, exchange, url }: FoundDocument, issuer: string, { allowInsecure }: ServerNeeds) => {
  const findings: Array<Finding> = []
  const dropped = (member: string, reason: string): undefined => {
    findings.push({ severity: "warning", rule: "RFC 8414 §2", text: `${member} was left aside: ${reason}`, exchange })
  }
  return {
    findings,
    names: (member: string): ReadonlyArray<string> | undefined => {
      const value = document[member]
      if (value === undefined) return undefined
      return isStringList(value) ? value : dropped(member, `it must be a list of strings, not ${jsonType(value)}.`)
    },
    flag: (member: string): boolean => {
      const value = document[member]
      if (value !== undefined && typeof value !== "boolean")
        dropped(member, `it must be true or false, not ${jsonType(value)}; it counts as false.`)
      return value === true
    },
    optionalEndpoint: (member: string): string | undefined => {
      const value = document[member]
      if (value === undefined) return undefined
      if (!isString(value)) return dropped(member, `it must be a string, not ${jsonType(value)}.`)
      const fault = endpointFault(value, issuer, allowInsecure)
      return fault === undefined ? value : dropped(member, `${value} must not be used. ${fault}`)
    },
    requiredEndpoint: (member: string): Result.Result<string, OAuthFailure> => {
      const value = document[member]
      if (!isString(value) || value === "")
        return Result.fail(
          oauthFailure("server_metadata_invalid", {
            exchange,
            url,
            expected: `${member}: string`,
            received: jsonType(value),
          }),
        )
      const fault = endpointFault(value, issuer, allowInsecure)
      return fault === undefined
        ? Result.succeed(value)
        : Result.fail(oauthFailure("endpoint_invalid", { exchange, url: value, expected: member, detail: fault }))
    },
  }
}

type Defined<A> = { [Member in keyof A]?: Exclude<A[Member], undefined> }

/** Leaves out members that are undefined; the assertion is about our own object, not about what came from outside. */
const withDefined = <A extends object>(members: A): Defined<A> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<A>

export interface ReadServerMetadata {
  readonly metadata: ServerMetadata
  readonly findings: ReadonlyArray<Finding>
}

/**
 * Reads a document whose `issuer` was found right. Fails with `server_metadata_invalid`, `endpoint_invalid`,
 * `code_flow_unsupported`, `pushed_request_required` or `pkce_unsupported` (CR-21, CR-22, CR-35, CR-37, CR-45).
 */
export const readServerMetadata = (
  found: FoundDocument,
  issuer: string,
  needs: ServerNeeds,
): Result.Result<ReadServerMetadata, OAuthFailure> => {
  const { document, exchange, url } = found
  const { findings, names, flag, optionalEndpoint, requiredEndpoint } = reader(found, issuer, needs)
  const codeFlow = needs.grant === "authorization_code"
  const tokenEndpoint = requiredEndpoint("token_endpoint")
  if (Result.isFailure(tokenEndpoint)) return Result.fail(tokenEndpoint.failure)
  const authorizationEndpoint = codeFlow ? requiredEndpoint("authorization_endpoint") : undefined
  if (authorizationEndpoint && Result.isFailure(authorizationEndpoint))
    return Result.fail(authorizationEndpoint.failure)
  const metadata: ServerMetadata = {
    issuer,
    url,
    tokenEndpoint: tokenEndpoint.success,
    ...withDefined({
      authorizationEndpoint: authorizationEndpoint?.success ?? optionalEndpoint("authorization_endpoint"),
      registrationEndpoint: optionalEndpoint("registration_endpoint"),
      revocationEndpoint: optionalEndpoint("revocation_endpoint"),
      introspectionEndpoint: optionalEndpoint("introspection_endpoint"),
      jwksUri: optionalEndpoint("jwks_uri"),
      scopesSupported: names("scopes_supported"),
      responseTypesSupported: names("response_types_supported"),
      tokenEndpointAuthMethodsSupported: names("token_endpoint_auth_methods_supported"),
      tokenEndpointAuthSigningAlgValuesSupported: names("token_endpoint_auth_signing_alg_values_supported"),
    }),
    grantTypesSupported: names("grant_types_supported") ?? ["authorization_code", "implicit"],
    codeChallengeMethodsSupported: names("code_challenge_methods_supported") ?? [],
    issParameterSupported: flag("authorization_response_iss_parameter_supported"),
    clientIdMetadataDocumentSupported: flag("client_id_metadata_document_supported"),
    document,
  }
  if (codeFlow) {
    for (const { fails, code } of requirements) {
      const received = fails(document, metadata, needs)
      if (received !== undefined) return Result.fail(oauthFailure(code, { exchange, url, received }))
    }
    findings.push(
      metadata.codeChallengeMethodsSupported.includes("S256")
        ? {
            severity: "pass",
            rule: "MCP authorization, Authorization Code Protection",
            text: "PKCE with S256 is announced.",
            exchange,
          }
        : unverifiedPkce(exchange),
    )
  }
  return Result.succeed({ metadata, findings })
}

/** Revision 2025-03-26 demands PKCE without a way to announce it (CR-46). */
export const unverifiedPkce = (exchange?: number): Finding => ({
  severity: "warning",
  rule: "MCP authorization 2025-03-26, PKCE",
  text: "PKCE support is unverified: the request uses S256, but nothing says that the server will check it.",
  ...(exchange === undefined ? {} : { exchange }),
})
