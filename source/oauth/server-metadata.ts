import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Findings } from "../text/finding.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"
import { checkIssuer, compareIssuers } from "./issuer.ts"
import { isString, jsonType } from "./json-document.ts"
import {
  type FoundDocument,
  faultyAnswer,
  fetchDocument,
  type Miss,
  mostTelling,
  triedAddresses,
} from "./metadata-document.ts"
import { readServerMetadata, type ServerNeeds, unverifiedPkce } from "./server-metadata-document.ts"

export { chooseIssuer, compareIssuers } from "./issuer.ts"

const Names = Schema.Array(Schema.String)

/** What an authorization server says about itself, checked (RFC 8414 §2, OpenID Connect Discovery §3). */
export const ServerMetadata = Schema.Struct({
  /** Byte for byte as published; the key under which clients and tokens are kept. */
  issuer: Schema.String,
  /** Where the document was found; absent for the default endpoints of revision 2025-03-26. */
  url: Schema.optionalKey(Schema.String),
  /** Present whenever the authorization code flow was asked for; a machines-only server has none. */
  authorizationEndpoint: Schema.optionalKey(Schema.String),
  tokenEndpoint: Schema.String,
  registrationEndpoint: Schema.optionalKey(Schema.String),
  revocationEndpoint: Schema.optionalKey(Schema.String),
  introspectionEndpoint: Schema.optionalKey(Schema.String),
  jwksUri: Schema.optionalKey(Schema.String),
  scopesSupported: Schema.optionalKey(Names),
  /** `authorization_code` and `implicit` where the document is silent (RFC 8414 §2). */
  grantTypesSupported: Names,
  responseTypesSupported: Schema.optionalKey(Names),
  /** Empty where the document is silent. */
  codeChallengeMethodsSupported: Names,
  tokenEndpointAuthMethodsSupported: Schema.optionalKey(Names),
  tokenEndpointAuthSigningAlgValuesSupported: Schema.optionalKey(Names),
  /** True only for a literal `true` (CR-22). */
  issParameterSupported: Schema.Boolean,
  clientIdMetadataDocumentSupported: Schema.Boolean,
  document: Schema.Unknown,
})
export type ServerMetadata = typeof ServerMetadata.Type

export interface ServerDiscovery {
  readonly issuer: string
  /** Take no other spelling of the issuer, not even one that was accepted before. */
  readonly strict: boolean
  /** The issuer's other spelling that the user accepted for this server (rulebook X-1). */
  readonly acceptIssuer?: string | undefined
  /** OAuth name of the grant type wanted; `authorization_code` by default. */
  readonly grant?: string | undefined
  /** `--allow-insecure` */
  readonly allowInsecure?: boolean | undefined
  readonly protocolVersion?: string | undefined
}

/**
 * Where to ask for the metadata of an issuer, in order (CR-11): with a path the OAuth form, the OpenID form with the
 * path after and before it; without one the two at the root. The root is never asked for an issuer with a path.
 */
export const serverMetadataUrls = (issuer: string): ReadonlyArray<string> => {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, "")
  const oauth = `${origin}/.well-known/oauth-authorization-server${path}`
  const openid = `${origin}/.well-known/openid-configuration${path}`
  return path === "" ? [oauth, openid] : [oauth, openid, `${origin}${path}/.well-known/openid-configuration`]
}

/** The issuer to go on with: the document's own, once it is the expected one or the one accepted for it (CR-14). */
const issuerOf = (
  { document, exchange, url }: FoundDocument,
  expected: string,
  accepted: string | undefined,
): Result.Result<string, OAuthFailure> => {
  const { issuer } = document
  if (!isString(issuer))
    return Result.fail(
      oauthFailure("server_metadata_invalid", {
        exchange,
        url,
        expected: "issuer: string",
        received: jsonType(issuer),
      }),
    )
  const relation = compareIssuers(expected, issuer)
  if (relation === "same" || (relation === "slash" && issuer === accepted)) return Result.succeed(issuer)
  return Result.fail(
    oauthFailure(relation === "slash" ? "issuer_slash_mismatch" : "issuer_mismatch", {
      exchange,
      url,
      expected,
      received: issuer,
    }),
  )
}

/** Asks the addresses in turn for a document of this issuer; what is wrong with the others is reported as it is found. */
const findDocument = Effect.fn("oauth.findServerMetadata")(function* (
  urls: ReadonlyArray<string>,
  expected: string,
  accepted: string | undefined,
  protocolVersion: string | undefined,
) {
  const findings = yield* Findings
  const misses: Array<Miss> = []
  for (const url of urls) {
    const found = yield* fetchDocument({ leg: "server-metadata", url, protocolVersion, survivable: faultyAnswer })
    const issuer = Result.isSuccess(found) ? issuerOf(found.success, expected, accepted) : undefined
    if (Result.isSuccess(found) && issuer && Result.isSuccess(issuer)) {
      const { exchange } = found.success
      yield* findings.raise(
        issuer.success === expected
          ? {
              severity: "pass",
              rule: "RFC 8414 §3.3",
              text: `The metadata names the issuer it was asked for: ${expected}`,
              exchange,
            }
          : {
              severity: "warning",
              rule: "RFC 8414 §3.3",
              text: `The metadata names ${issuer.success} instead of ${expected}; this spelling was accepted for this server.`,
              exchange,
            },
      )
      return Result.succeed({ found: found.success, issuer: issuer.success })
    }
    const miss = Result.isFailure(found)
      ? found.failure
      : issuer && Result.isFailure(issuer)
        ? issuer.failure
        : undefined
    if (!miss) continue
    misses.push(miss)
    yield* findings.raise({
      severity: severities[miss.code] ?? "warning",
      rule: "rule" in miss ? miss.rule : "RFC 8414 §3",
      text: `${miss.url ?? url}: ${miss.received ?? miss.what}`,
      ...(miss.exchange === undefined ? {} : { exchange: miss.exchange }),
    })
  }
  return Result.fail(misses)
})

const severities: { readonly [code: string]: "note" | "error" } = {
  server_metadata_missing: "note",
  issuer_mismatch: "error",
  issuer_slash_mismatch: "error",
}

const reported = (misses: ReadonlyArray<Miss>, issuer: string): Miss => {
  const worst = mostTelling(misses)
  return worst && worst.code !== "server_metadata_missing"
    ? worst
    : oauthFailure("server_metadata_missing", { url: issuer, detail: triedAddresses(misses) })
}

const readFound = Effect.fn("oauth.readServerMetadata")(function* (
  found: FoundDocument,
  issuer: string,
  needs: ServerNeeds,
) {
  const findings = yield* Findings
  const { metadata, findings: raised } = yield* Effect.fromResult(readServerMetadata(found, issuer, needs))
  yield* Effect.forEach(raised, findings.raise, { discard: true })
  return metadata
})

/**
 * Finds the metadata of an issuer. Fails with `issuer_invalid`, `issuer_mismatch`, `issuer_slash_mismatch`,
 * `server_metadata_missing`, `server_metadata_invalid`, `endpoint_invalid`, `code_flow_unsupported`,
 * `pushed_request_required`, `pkce_unsupported` or `discovery_unavailable`.
 */
export const discoverServer = Effect.fn("oauth.discoverServer")(function* (discovery: ServerDiscovery) {
  const { strict, acceptIssuer, grant = "authorization_code", allowInsecure = false, protocolVersion } = discovery
  const issuer = yield* Effect.fromResult(checkIssuer(discovery.issuer, allowInsecure))
  const accepted = strict ? undefined : acceptIssuer
  const result = yield* findDocument(serverMetadataUrls(issuer), issuer, accepted, protocolVersion)
  if (Result.isFailure(result)) return yield* reported(result.failure, issuer)
  const { found, issuer: own } = result.success
  return yield* readFound(found, own, { grant, pkceAnnounced: true, allowInsecure })
})

export interface LegacyDiscovery {
  readonly serverUrl: string
  readonly allowInsecure?: boolean | undefined
  readonly protocolVersion?: string | undefined
}

/**
 * Revision 2025-03-26 (`--legacy-auth` only): the server's origin is the issuer (CR-16). Where it has no metadata at all
 * the default endpoints are assumed (CR-17); any other fault of it is reported like in {@link discoverServer}.
 */
export const legacyServer = Effect.fn("oauth.legacyServer")(function* (discovery: LegacyDiscovery) {
  const { allowInsecure = false, protocolVersion } = discovery
  const findings = yield* Findings
  const { origin } = new URL(discovery.serverUrl)
  const needs: ServerNeeds = { grant: "authorization_code", pkceAnnounced: false, allowInsecure }
  yield* Effect.fromResult(checkIssuer(origin, allowInsecure))
  // We made up this issuer from the address, so its slash was never anybody's spelling.
  const result = yield* findDocument(
    [`${origin}/.well-known/oauth-authorization-server`],
    origin,
    `${origin}/`,
    protocolVersion,
  )
  if (Result.isSuccess(result)) return yield* readFound(result.success.found, result.success.issuer, needs)
  const misses = result.failure
  if (misses.some(({ code }) => code !== "server_metadata_missing")) return yield* reported(misses, origin)
  yield* findings.raise({
    severity: "warning",
    rule: "MCP authorization 2025-03-26, Fallbacks for Servers without Metadata Discovery",
    text: `There is no metadata; the default endpoints at ${origin} were assumed.`,
  })
  yield* findings.raise(unverifiedPkce())
  const assumed: ServerMetadata = {
    issuer: origin,
    authorizationEndpoint: `${origin}/authorize`,
    tokenEndpoint: `${origin}/token`,
    registrationEndpoint: `${origin}/register`,
    grantTypesSupported: ["authorization_code", "implicit"],
    codeChallengeMethodsSupported: [],
    issParameterSupported: false,
    clientIdMetadataDocumentSupported: false,
    document: {},
  }
  return assumed
})
