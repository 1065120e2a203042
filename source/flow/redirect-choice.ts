import * as Effect from "effect/Effect"
import { listenForCallback } from "../oauth/callback.ts"
import type { Client } from "../oauth/client-identity.ts"
import { defaultRedirectUri, isLoopbackRedirect, reserveRedirectUri } from "../oauth/redirect-uri.ts"
import { Findings } from "../text/finding.ts"
import { flowFailure } from "./failure.ts"
import type { Target } from "./target.ts"

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

type Wish = Pick<Target, "redirectUri" | "browser">

/** The redirect URI for a client that asks nobody, with a port where that is free to choose. */
export const redirectFor = Effect.fn("flow.redirectFor")(function* (client: Client, { redirectUri: wanted }: Wish) {
  const redirectUri = registeredRedirect(client, wanted)
  if (redirectUri === undefined)
    return yield* flowFailure("redirect_unregistered", {
      expected: client.redirectUris.join(", "),
      ...(wanted === undefined ? {} : { received: wanted }),
    })
  return yield* reserveRedirectUri({ wanted: redirectUri })
})

/** Why nobody could listen there now. Who follows redirects listens nowhere. */
const obstacle = Effect.fnUntraced(function* (redirectUri: string, browser: Target["browser"]) {
  if (browser === "follow" || !isLoopbackRedirect(redirectUri)) return undefined
  return yield* Effect.scoped(listenForCallback(redirectUri)).pipe(
    Effect.as(undefined),
    Effect.catch((failure) => Effect.succeed(failure.detail ?? failure.what)),
  )
})

/**
 * Whether the answer can come back to a client of an earlier run: to a redirect URI that it is registered with and that is
 * wanted now, on a port that is free (CR-71).
 */
export const canComeBack = Effect.fn("flow.canComeBack")(function* (
  client: Client,
  { redirectUri: wanted, browser }: Wish,
) {
  const findings = yield* Findings
  const redirectUri = registeredRedirect(client, wanted)
  const taken = redirectUri === undefined ? undefined : yield* obstacle(redirectUri, browser)
  if (redirectUri !== undefined && taken === undefined) return true
  yield* findings.raise({
    severity: "note",
    rule: "RFC 8252 §7.3",
    text:
      redirectUri === undefined
        ? `stored: it is registered with ${client.redirectUris.join(", ")}, not with ${wanted}`
        : `stored: its redirect URI ${redirectUri} cannot be used now (${taken})`,
  })
  return false
})
