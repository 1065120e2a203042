/** Why a redirect URI cannot be registered; `undefined` when it can. */
export function redirectUriFault(uri: string): string | undefined {
  // WHATWG parsing forgives white space, backslashes and more; what is registered must have one spelling only.
  if (!/^[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]+$/.test(uri))
    return "it has characters that a URI may not have"
  if (!URL.canParse(uri)) return "it is not an absolute URI"
  if (uri.length > 2000) return "it is too long"
  if (uri.includes("*")) return "it has a wildcard"
  if (uri.includes("#")) return "it has a fragment"
  const url = new URL(uri)
  if (url.username !== "" || url.password !== "") return "it has user information"
  if (url.protocol === "https:") return url.hostname === "" ? "it has no host" : undefined
  if (url.protocol === "http:") return loopback(uri) ? undefined : "http is for loopback addresses only"
  // RFC 8252 §7.1: a private-use scheme is a reversed domain name, which keeps javascript:, data: and file: out as well.
  return url.protocol.includes(".") ? undefined : `the scheme ${url.protocol.slice(0, -1)} is not allowed`
}

interface Loopback {
  readonly host: string
  readonly rest: string
}

/** Host and everything behind the port, of an http URI on a loopback name; read from the text, without any normalizing. */
function loopback(uri: string): Loopback | undefined {
  const match = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::\d{1,5})?(|[/?].*)$/.exec(uri)
  // A port beyond 65535 looks right and is none.
  const whole = match !== null && URL.canParse(uri)
  return whole && match[1] !== undefined && match[2] !== undefined ? { host: match[1], rest: match[2] } : undefined
}

/** Whether the URI leads to a program on the user's own machine. */
export const isLoopback = (uri: string): boolean => loopback(uri) !== undefined

/**
 * Whether the requested URI is a registered one: the same text, or on a loopback host the same but for the port
 * (RFC 8252 §7.3). 127.0.0.1 and localhost are different hosts.
 */
export function redirectUriMatches(registered: readonly string[], requested: string): boolean {
  if (registered.includes(requested)) return true
  const wanted = loopback(requested)
  if (!wanted) return false
  return registered.some((uri) => {
    const known = loopback(uri)
    return known !== undefined && known.host === wanted.host && known.rest === wanted.rest
  })
}
