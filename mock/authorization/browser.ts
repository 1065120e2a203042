import type { Exchange } from "../http/exchange.ts"
import { digest, opaque, type Randomness, sameText } from "../randomness.ts"
import type { User } from "../users.ts"
import type { World } from "../world.ts"

const LIFETIME = 60 * 60 * 1000

/** One browser, signed in or not. */
export interface BrowserSession {
  /** Goes into every form; a page of another origin cannot read it (RFC 6749 §10.12). */
  readonly csrf: string
  readonly expiresAt: number
  user?: User
  /** Authorization requests that wait for a decision: one-time id to query string. */
  readonly waiting: Map<string, string>
}

/** The browsers that have been here, by the digest of their cookie. */
export interface BrowserSessions {
  get(cookie: string, now: number): BrowserSession | undefined
  /** Starts a session and returns its cookie value. */
  start(now: number, user?: User): { cookie: string; session: BrowserSession }
  end(cookie: string): void
  clear(): void
}

/** No browsers yet. */
export function createBrowserSessions(random: Randomness): BrowserSessions {
  const sessions = new Map<string, BrowserSession>()
  return {
    get(cookie, now) {
      const session = sessions.get(digest(cookie))
      return session && now < session.expiresAt ? session : undefined
    },
    start(now, user) {
      const cookie = opaque(random)
      const session = { csrf: opaque(random), expiresAt: now + LIFETIME, waiting: new Map(), ...(user ? { user } : {}) }
      if (sessions.size > 10_000) sessions.clear()
      sessions.set(digest(cookie), session)
      return { cookie, session }
    },
    end: (cookie) => void sessions.delete(digest(cookie)),
    clear: () => sessions.clear(),
  }
}

// Cookies do not know ports, so two mocks on one host need two names. The __Host- prefix would need https.
const cookieName = (world: World) => `mcp_mock_${new URL(world.origin).port}`

/** The cookie and session of the browser that sent this request. */
export function currentSession(
  world: World,
  exchange: Exchange,
): { cookie: string; session: BrowserSession } | undefined {
  const name = cookieName(world)
  const pairs = (exchange.header("cookie") ?? "").split(";").map((pair) => pair.trim().split("="))
  for (const [key, value] of pairs) {
    const session = key === name && value !== undefined ? world.browsers.get(value, world.clock.now()) : undefined
    if (session && value !== undefined) return { cookie: value, session }
  }
  return undefined
}

/** The header that gives the browser its cookie. Lax: the cookie must come along when a client opens the browser here. */
export const setCookie = (world: World, cookie: string) => ({
  "set-cookie": `${cookieName(world)}=${cookie}; HttpOnly; SameSite=Lax; Path=${world.settings.issuerPath || "/"}`,
})

/** Puts an authorization request aside until the user has decided; returns its one-time id. */
export function putAside(world: World, session: BrowserSession, query: string): string {
  const id = opaque(world.random)
  const oldest = session.waiting.size >= 20 ? session.waiting.keys().next().value : undefined
  if (oldest !== undefined) session.waiting.delete(oldest)
  session.waiting.set(id, query)
  return id
}

/** Whether a form came from a page that this browser session was shown. */
export const csrfMatches = (session: BrowserSession | undefined, sent: string | undefined): boolean =>
  session !== undefined && sent !== undefined && sameText(session.csrf, sent)
