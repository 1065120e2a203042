import type { Challenge } from "./challenge.ts"
import type { ResourceMetadata } from "./resource-metadata.ts"
import type { ServerMetadata } from "./server-metadata.ts"

/** Names in order of first occurrence, each once. Only spaces separate them (RFC 6749 §3.3). */
export const parseScope = (scope: string | undefined): ReadonlyArray<string> => [
  ...new Set((scope ?? "").split(" ").filter((name) => name !== "")),
]

const joined = (names: ReadonlyArray<string>): { readonly scope?: string } =>
  names.length === 0 ? {} : { scope: names.join(" ") }

/** Why a scope was asked for. */
export type ScopeSource = "override" | "challenge" | "resource-metadata" | "none"

export interface ChosenScope {
  /** Absent: send no `scope` parameter. */
  readonly scope?: string
  readonly source: ScopeSource
  /** Whether `offline_access` was added by us. */
  readonly offlineAccess: boolean
}

export interface ScopeSources {
  /** `--scope`; an empty string means: ask for none. */
  readonly override?: string | undefined
  readonly challenge?: Pick<Challenge, "scope"> | undefined
  readonly resourceMetadata?: Pick<ResourceMetadata, "scopesSupported"> | undefined
  readonly serverMetadata?: Pick<ServerMetadata, "scopesSupported"> | undefined
  readonly wantsRefresh: boolean
}

/**
 * Scope of the first authorization request: the user's, else the challenge's, else all that the resource lists, else
 * none (CR-85, CR-86). `offline_access` is added only where the authorization server lists it, and never to a scope that
 * the user chose or to none at all: alone it would replace the server's defaults (CR-87).
 */
export const initialScope = (from: ScopeSources): ChosenScope => {
  if (from.override !== undefined)
    return { ...joined(parseScope(from.override)), source: "override", offlineAccess: false }
  const challenged = parseScope(from.challenge?.scope)
  const supported = from.resourceMetadata?.scopesSupported ?? []
  const names = challenged.length > 0 ? challenged : [...new Set(supported)]
  if (names.length === 0) return { source: "none", offlineAccess: false }
  const offlineAccess =
    from.wantsRefresh &&
    from.serverMetadata?.scopesSupported?.includes("offline_access") === true &&
    !names.includes("offline_access")
  return {
    ...joined(offlineAccess ? [...names, "offline_access"] : names),
    source: challenged.length > 0 ? "challenge" : "resource-metadata",
    offlineAccess,
  }
}

/**
 * Scope of a step-up request: all that was asked for or granted before, and what is missing now (CR-88). Nothing is
 * dropped as implied by another name: what implies what is the server's business. `undefined`: send no `scope`.
 */
export const stepUpScope = (scopes: {
  readonly requested?: string | undefined
  readonly granted?: string | undefined
  readonly challenged?: string | undefined
}): string | undefined =>
  joined([...new Set([scopes.requested, scopes.granted, scopes.challenged].flatMap(parseScope))]).scope
