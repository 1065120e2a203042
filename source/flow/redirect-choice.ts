import type { Client } from "../oauth/client-identity.ts"
import { defaultRedirectUri, isLoopbackRedirect } from "../oauth/redirect-uri.ts"

/** Scheme, host and path: what stays the same when only the port is free to choose. */
const portless = (redirectUri: string): string => {
  const { protocol, hostname, pathname, search } = new URL(redirectUri)
  return `${protocol}//${hostname}${pathname}${search}`
}

const anyPort = (redirectUri: string): boolean => {
  const { port } = new URL(redirectUri)
  return isLoopbackRedirect(redirectUri) && (port === "" || port === "0")
}

/**
 * The redirect URI to use with a client that exists already: one that it is registered with, as it is written there (CR-71).
 * Port 0 takes any of them that differs in nothing else. Nothing when none is what the user wants. A client whose
 * registration we cannot see takes whatever is wanted.
 */
export const registeredRedirect = (
  { redirectUris }: Pick<Client, "redirectUris">,
  wanted: string | undefined,
): string | undefined => {
  const [first] = redirectUris
  if (first === undefined) return wanted ?? defaultRedirectUri
  if (wanted === undefined) return first
  if (redirectUris.includes(wanted)) return wanted
  if (!URL.canParse(wanted) || !anyPort(wanted)) return undefined
  return redirectUris.find((candidate) => URL.canParse(candidate) && portless(candidate) === portless(wanted))
}
