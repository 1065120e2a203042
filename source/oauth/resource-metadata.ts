import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Finding, Findings } from "../text/finding.ts"
import type { Challenge } from "./challenge.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"
import { isString, isStringList, jsonType } from "./json-document.ts"
import {
  type DocumentRequest,
  type FoundDocument,
  faultyAddress,
  faultyAnswer,
  fetchDocument,
  type Miss,
  mostTelling,
  triedAddresses,
} from "./metadata-document.ts"
import {
  canonicalResource,
  matchResource,
  type ResourceCandidate,
  resourceMetadataUrls,
  sameResource,
} from "./resource-identifier.ts"

export { canonicalResource, resourceMetadataUrls } from "./resource-identifier.ts"

/** What a protected resource says about itself, checked (RFC 9728 §2). */
export const ResourceMetadata = Schema.Struct({
  /** Where the document was found; absent when there is none and the values were assumed. */
  url: Schema.optionalKey(Schema.String),
  /** Byte for byte as published; sent like that as the `resource` parameter (CR-31). */
  resource: Schema.String,
  authorizationServers: Schema.Array(Schema.String),
  scopesSupported: Schema.optionalKey(Schema.Array(Schema.String)),
  document: Schema.Unknown,
})
export type ResourceMetadata = typeof ResourceMetadata.Type

export interface ResourceDiscovery {
  readonly serverUrl: string
  readonly challenge?: Pick<Challenge, "resourceMetadata"> | undefined
  /** Take only an exact `resource` (`--strict`, rulebook X-2). */
  readonly strict: boolean
  /** Whether we can prove possession of a key (`--dpop`). */
  readonly dpop?: boolean | undefined
  readonly protocolVersion?: string | undefined
}

/** The values to go on with where the server publishes none and the user named the issuer, or asked for revision 2025-03-26. */
export const assumedResource = (serverUrl: string, issuer: string): ResourceMetadata => ({
  resource: canonicalResource(serverUrl),
  authorizationServers: [issuer],
  document: {},
})

type Read = { readonly metadata: ResourceMetadata; readonly findings: ReadonlyArray<Finding> }

const readResourceMetadata = (
  { url, exchange, document }: FoundDocument,
  { serverUrl, strict }: ResourceDiscovery,
  identifier: string,
): Result.Result<Read, OAuthFailure> => {
  const { resource, authorization_servers: servers, scopes_supported: scopes } = document
  const invalid = (expected: string, received: string) =>
    Result.fail(oauthFailure("resource_metadata_invalid", { exchange, url, expected, received }))
  if (!isString(resource)) return invalid("resource: string", jsonType(resource))
  if (resource.includes("#")) return invalid("resource without fragment", resource)
  const match = matchResource(resource, serverUrl, identifier)
  // At the root of the host, as MCP allows to look, lies what a strict reader of RFC 9728 takes for another resource's.
  const misplaced = match === "exact" && !sameResource(resource, identifier)
  if (match === "foreign" || (strict && match === "parent"))
    return Result.fail(
      oauthFailure("resource_mismatch", { exchange, url, expected: canonicalResource(serverUrl), received: resource }),
    )
  if (servers === undefined || servers === null || (Array.isArray(servers) && servers.length === 0))
    return Result.fail(
      oauthFailure("no_authorization_server", {
        exchange,
        url,
        received: `authorization_servers: ${Array.isArray(servers) ? "[]" : jsonType(servers)}`,
      }),
    )
  if (!isStringList(servers))
    return invalid(
      "authorization_servers: list of strings",
      Array.isArray(servers) ? "a list with other values" : jsonType(servers),
    )
  const findings: Array<Finding> = [
    misplaced
      ? {
          severity: "note",
          rule: "RFC 9728 §3.3",
          text: `The metadata is for ${resource}, but was found where that of ${identifier} belongs. It was used; clients that keep to the letter do not.`,
          exchange,
        }
      : match === "exact"
        ? { severity: "pass", rule: "RFC 9728 §3.3", text: `The metadata is for ${resource}.`, exchange }
        : {
            severity: "warning",
            rule: "RFC 9728 §3.3",
            text: `The metadata is for ${resource}, which covers ${serverUrl} but is not the same; accepted, --strict refuses it.`,
            exchange,
          },
  ]
  if (scopes !== undefined && !isStringList(scopes))
    findings.push({
      severity: "warning",
      rule: "RFC 9728 §2",
      text: `scopes_supported is not a list of strings (${jsonType(scopes)}) and was left aside.`,
      exchange,
    })
  return Result.succeed({
    metadata: {
      url,
      resource,
      authorizationServers: servers,
      ...(isStringList(scopes) ? { scopesSupported: scopes } : {}),
      document,
    },
    findings,
  })
}

/** What the document demands and we cannot do (CR-21). */
const refusal = ({ document, exchange, url }: FoundDocument, dpop: boolean): OAuthFailure | undefined => {
  if (dpop) return undefined
  if (document.dpop_bound_access_tokens_required === true) return oauthFailure("dpop_required", { exchange, url })
  const methods = document.bearer_methods_supported
  return isStringList(methods) && !methods.includes("header")
    ? oauthFailure("bearer_header_unsupported", {
        exchange,
        url,
        received: `bearer_methods_supported: [${methods.join(", ")}]`,
      })
    : undefined
}

const ask = Effect.fn("oauth.askResourceMetadata")(function* (
  url: string,
  identifier: string,
  discovery: ResourceDiscovery,
  survivable: DocumentRequest["survivable"],
) {
  const found = yield* fetchDocument({
    leg: "resource-metadata",
    url,
    protocolVersion: discovery.protocolVersion,
    survivable,
  })
  if (Result.isFailure(found)) return Result.fail<Miss>(found.failure)
  const read = readResourceMetadata(found.success, discovery, identifier)
  if (Result.isFailure(read)) return Result.fail<Miss>(read.failure)
  const refused = refusal(found.success, discovery.dpop ?? false)
  if (refused) return yield* refused
  const findings = yield* Findings
  yield* Effect.forEach(read.success.findings, findings.raise, { discard: true })
  return Result.succeed(read.success.metadata)
})

/** The address in the challenge, made absolute. RFC 9728 §5.1 asks for a URL; some servers send only its path. */
const advertisedUrl = (value: string, serverUrl: string): { url: string; relative: boolean } => {
  if (URL.canParse(value) || !URL.canParse(value, serverUrl)) return { url: value, relative: false }
  return { url: new URL(value, serverUrl).href, relative: true }
}

const missed = ({ form }: ResourceCandidate, miss: Miss): Finding => ({
  severity: miss.code === "resource_metadata_missing" ? "note" : "warning",
  rule: form === "without-slash" ? "mcp-dcr-tui (interoperability)" : "RFC 9728 §3.1",
  text: `${miss.url ?? "The address"}: ${miss.received ?? miss.what}`,
  ...(miss.exchange === undefined ? {} : { exchange: miss.exchange }),
})

/**
 * Finds the metadata of the resource behind `serverUrl`: at the address that the challenge names and nowhere else
 * (CR-3), or at the well-known ones in turn (CR-4). An advertised address that fails is reported as the server's fault;
 * then the well-known ones are asked once (CR-6). Fails with `resource_metadata_missing`, `resource_metadata_invalid`,
 * `resource_mismatch`, `no_authorization_server`, `dpop_required`, `bearer_header_unsupported`, `discovery_unavailable`.
 */
export const discoverResource = Effect.fn("oauth.discoverResource")(function* (discovery: ResourceDiscovery) {
  const findings = yield* Findings
  const { serverUrl, challenge } = discovery
  const misses: Array<Miss> = []
  const advertised = challenge?.resourceMetadata
  const asked = new Set<string>()
  if (advertised !== undefined) {
    const { url, relative } = advertisedUrl(advertised, serverUrl)
    if (relative)
      yield* findings.raise({
        severity: "warning",
        rule: "RFC 9728 §5.1",
        text: `resource_metadata is relative (${advertised}); it was read as ${url}.`,
      })
    const result = yield* ask(url, serverUrl, discovery, faultyAddress)
    if (Result.isSuccess(result)) return result.success
    asked.add(url)
    misses.push(result.failure)
    yield* findings.raise({
      severity: "error",
      rule: "RFC 9728 §5.1",
      text: `The advertised address ${url} gave no usable metadata (${result.failure.received ?? result.failure.what}). The well-known addresses were asked instead.`,
      ...(result.failure.exchange === undefined ? {} : { exchange: result.failure.exchange }),
    })
  }
  for (const candidate of resourceMetadataUrls(serverUrl)) {
    if (asked.has(candidate.url)) continue
    const result = yield* ask(candidate.url, candidate.identifier, discovery, faultyAnswer)
    if (Result.isSuccess(result)) {
      if (candidate.form === "without-slash")
        yield* findings.raise({
          severity: "warning",
          rule: "RFC 9728 §3.1",
          text: `The metadata was found only without the slash at the end of the path: ${candidate.url}`,
        })
      return result.success
    }
    misses.push(result.failure)
    yield* findings.raise(missed(candidate, result.failure))
  }
  const worst = mostTelling(misses)
  if (worst && worst.code !== "resource_metadata_missing") return yield* worst
  return yield* oauthFailure("resource_metadata_missing", {
    url: worst?.url ?? serverUrl,
    ...(worst?.exchange === undefined ? {} : { exchange: worst.exchange }),
    detail: triedAddresses(misses),
  })
})
