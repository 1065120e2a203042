import * as Effect from "effect/Effect"
import { excerpt } from "../text/excerpt.ts"
import { makeSecretBook, redactBody } from "../text/redaction.ts"
import type { WireFailure } from "../wire/failure.ts"
import { header, headerAll, type Incoming, Wire } from "../wire/wire.ts"
import type { Attempt } from "./authorization-request.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"

const mostRedirects = 10
const excerptLength = 200

/** Cookies of this one chain, by origin; a server that redirects to itself may insist on them. */
type Cookies = Map<string, Map<string, string>>

const keepCookies = (cookies: Cookies, origin: string, answer: Incoming): void => {
  const own = cookies.get(origin) ?? new Map<string, string>()
  for (const field of headerAll(answer, "set-cookie")) {
    const [, name, value] = /^\s*([^=;\s]+)=([^;]*)/.exec(field) ?? []
    if (name !== undefined && value !== undefined) own.set(name, value.trim())
  }
  cookies.set(origin, own)
}

const cookieHeader = (cookies: Cookies, origin: string): Readonly<Record<string, string>> => {
  const own = [...(cookies.get(origin) ?? [])]
  return own.length === 0 ? {} : { cookie: own.map(([name, value]) => `${name}=${value}`).join("; ") }
}

/** The page instead of a redirect: a form for a person, or the error that is not sent back to us (OAuth 2.1 §4.1.2.1). */
const pageFailure = (answer: Incoming): OAuthFailure => {
  const evidence = {
    exchange: answer.exchange,
    url: answer.url,
    received: `status ${answer.status}, ${answer.mediaType || "no media type"}`,
  }
  if (answer.status < 400) return oauthFailure("sign_in_needs_a_person", evidence)
  const words = excerpt(redactBody(makeSecretBook(), answer.mediaType, answer.body), excerptLength)
  return oauthFailure("authorization_page_failed", { ...evidence, ...(words === "" ? {} : { detail: words }) })
}

/**
 * `--browser follow`: plays the browser for a server that approves without asking, by following its redirects to our
 * redirect URI. The wire checks every hop; at most ten. Fails with `sign_in_needs_a_person`, `authorization_page_failed` or
 * `authorization_redirects_too_many`.
 */
export const followAuthorization = Effect.fn("oauth.followAuthorization")(function* (
  attempt: Pick<Attempt, "url" | "redirectUri">,
): Effect.fn.Return<URLSearchParams, OAuthFailure | WireFailure, Wire> {
  const wire = yield* Wire
  const home = new URL(attempt.redirectUri)
  const cookies: Cookies = new Map()
  let url = new URL(attempt.url)
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const answer = yield* wire.send({
      leg: "authorization",
      method: "GET",
      url: url.href,
      headers: { accept: "text/html", ...cookieHeader(cookies, url.origin) },
    })
    keepCookies(cookies, url.origin, answer)
    const location = header(answer, "location")
    if (answer.status < 300 || answer.status > 399 || location === undefined) return yield* pageFailure(answer)
    if (!URL.canParse(location, url.href)) return yield* pageFailure(answer)
    url = new URL(location, url)
    if (url.origin === home.origin && url.pathname === home.pathname) return url.searchParams
  }
  return yield* oauthFailure("authorization_redirects_too_many", { url: attempt.url })
})
