import net from "node:net"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { zoneOfUrl } from "../wire/address.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"

/** What is used when the user asks for nothing else: the literal address, never a name (RFC 8252 §7.3, CR-108). */
export const defaultRedirectUri = "http://127.0.0.1:0/callback"

/** Whether we can wait for the answer ourselves; else it has to be pasted (CR-116). */
export const isLoopbackRedirect = (redirectUri: string): boolean => {
  if (!URL.canParse(redirectUri)) return false
  const url = new URL(redirectUri)
  return url.protocol === "http:" && zoneOfUrl(url) === "loopback"
}

/** Addresses to bind for a loopback redirect URI: both families for the name, as browsers may pick either (CR-109). */
export const bindAddresses = (redirectUri: URL): ReadonlyArray<string> => {
  const host = redirectUri.hostname.replace(/^\[|\]$/g, "")
  return host === "localhost" ? ["127.0.0.1", "::1"] : [host]
}

/** http on this machine or https anywhere, no fragment, no user name (OAuth 2.1 §2.3). Fails with `redirect_uri_invalid`. */
export const checkRedirectUri = (text: string): Result.Result<URL, OAuthFailure> => {
  const bad = (detail: string) => Result.fail(oauthFailure("redirect_uri_invalid", { received: text, detail }))
  if (!URL.canParse(text)) return bad("It is not an absolute URL.")
  const url = new URL(text)
  if (text.includes("#")) return bad("It has a fragment.")
  if (url.username !== "" || url.password !== "") return bad("It has a user name.")
  if (url.protocol === "https:") return Result.succeed(url)
  if (url.protocol !== "http:") return bad(`Its scheme is ${url.protocol}`)
  return zoneOfUrl(url) === "loopback" ? Result.succeed(url) : bad("It is plain http on another host.")
}

/** Binds and lets go again; gives the port, or the system's code of the refusal. */
const tryPort = (address: string, port: number): Effect.Effect<Result.Result<number, string>> =>
  Effect.callback((resume) => {
    const server = net.createServer()
    server.once("error", (error: NodeJS.ErrnoException) =>
      resume(Effect.succeed(Result.fail(error.code ?? error.message))),
    )
    server.listen({ host: address, port, exclusive: true }, () => {
      const bound = server.address()
      server.close(() => resume(Effect.succeed(Result.succeed(typeof bound === "object" && bound ? bound.port : port))))
    })
    return Effect.sync(() => server.close())
  })

const freePort = Effect.fn("oauth.freePort")(function* (redirectUri: URL): Effect.fn.Return<number, OAuthFailure> {
  const [first = "127.0.0.1", ...others] = bindAddresses(redirectUri)
  let refused = "no port"
  for (let tries = 0; tries < 20; tries++) {
    const port = yield* tryPort(first, 0)
    if (Result.isFailure(port)) {
      refused = port.failure
      continue
    }
    let taken = false
    for (const address of others) {
      const same = yield* tryPort(address, port.success)
      // A machine without IPv6 has nothing to take there.
      taken ||= Result.isFailure(same) && same.failure === "EADDRINUSE"
    }
    if (!taken) return port.success
  }
  return yield* oauthFailure("callback_port_refused", { url: redirectUri.href, detail: refused })
})

/**
 * Fixes the redirect URI before the client is registered with it. Port 0, or none, on this machine becomes a port that is
 * free now (CR-110); anything else stays as the user wrote it, because servers compare it byte for byte.
 * Fails with `redirect_uri_invalid` or `callback_port_refused`.
 */
export const reserveRedirectUri = Effect.fn("oauth.reserveRedirectUri")(function* (choice: {
  readonly wanted?: string | undefined
}): Effect.fn.Return<string, OAuthFailure> {
  const wanted = choice.wanted ?? defaultRedirectUri
  const url = yield* Effect.fromResult(checkRedirectUri(wanted))
  if (!isLoopbackRedirect(wanted) || (url.port !== "0" && url.port !== "")) return wanted
  const port = yield* freePort(url)
  return wanted.replace(/^(http:\/\/(?:\[[^\]]*\]|[^/:?]*))(?::0*)?(?=[/?]|$)/i, `$1:${port}`)
})
