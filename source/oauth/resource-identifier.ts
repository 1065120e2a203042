/** Names of protected resources: their canonical form, where their metadata lies, and when two of them are the same. */

/** Scheme, authority, path, query, fragment as written; a parsed URL no longer shows how it was spelled. */
const written = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/i

const split = (uri: string): { authority: string; path: string; query: string; fragment: string } | undefined => {
  const parts = written.exec(uri)
  if (!parts) return undefined
  const [, authority = "", path = "", query = "", fragment = ""] = parts
  return { authority: authority.toLowerCase(), path: path === "/" ? "" : path, query, fragment }
}

/**
 * The canonical server URI of MCP authorization (CR-29): scheme and host in lower case, no fragment, no slash after a
 * bare host. Sent as `resource` only where no metadata says better. Everything else stays as the user wrote it.
 */
export const canonicalResource = (serverUrl: string): string => {
  const parts = split(serverUrl)
  return parts ? `${parts.authority}${parts.path}${parts.query}` : serverUrl
}

/** A place to look at, and the identifier that a document found there must carry (RFC 9728 §3.3). */
export interface ResourceCandidate {
  readonly url: string
  readonly identifier: string
  /** Why this place is asked: by RFC 9728 §3.1, as a kindness to servers that lose a slash, or as MCP's fallback. */
  readonly form: "path" | "without-slash" | "root"
}

/**
 * Where protected resource metadata may lie, in order (CR-4, CR-5): inserted between host and path with the path's own
 * trailing slash and the query kept, then without that slash, then at the root. `serverUrl` must be an absolute URL.
 */
export const resourceMetadataUrls = (serverUrl: string): ReadonlyArray<ResourceCandidate> => {
  const { origin, pathname, search } = new URL(serverUrl)
  const path = pathname === "/" ? "" : pathname
  const at = (form: ResourceCandidate["form"], rest: string): ResourceCandidate => ({
    url: `${origin}/.well-known/oauth-protected-resource${rest}`,
    identifier: `${origin}${rest}`,
    form,
  })
  if (path === "" && search === "") return [at("root", "")]
  const bare = path.replace(/\/+$/, "")
  return [
    at("path", `${path}${search}`),
    ...(bare !== path && bare !== "" ? [at("without-slash", `${bare}${search}`)] : []),
    at("root", ""),
  ]
}

/** How a document's `resource` relates to the server: the same, a parent that covers it, or something else. */
export type ResourceMatch = "exact" | "parent" | "foreign"

/** Code point by code point; only scheme and host ignore case, and a bare host may end in a slash (CR-9). */
export const sameResource = (one: string, other: string): boolean =>
  one === other ||
  (written.test(one) &&
    written.test(other) &&
    !one.includes("#") &&
    canonicalResource(one) === canonicalResource(other))

const segments = (path: string): ReadonlyArray<string> => path.split("/").filter((segment) => segment !== "")

/**
 * Compares `resource` with the server's URL and with the identifier that its place was built from (CR-8). `parent` is
 * the same origin with a path whose segments begin the server's path (rulebook X-2).
 */
export const matchResource = (resource: string, serverUrl: string, identifier: string): ResourceMatch => {
  if (sameResource(resource, serverUrl) || sameResource(resource, identifier)) return "exact"
  const parts = split(resource)
  const server = split(serverUrl)
  if (!parts || !server || parts.query !== "" || parts.fragment !== "" || !URL.canParse(resource)) return "foreign"
  if (parts.authority.includes("@") || new URL(resource).origin !== new URL(serverUrl).origin) return "foreign"
  const path = segments(server.path)
  return segments(parts.path).every((segment, index) => segment === path[index]) ? "parent" : "foreign"
}
