import { currentSession } from "./authorization/browser.ts"
import { type Answer, Refusal } from "./http/answer.ts"
import type { Exchange } from "./http/exchange.ts"
import { document, html, type Markup } from "./http/html.ts"
import { tell } from "./mcp/changes.ts"
import { opaque, type Randomness } from "./randomness.ts"
import type { World } from "./world.ts"

/** Something a person has to do in a browser, where the MCP client cannot look over the shoulder (MCP elicitation, URL Mode). */
export interface Errand {
  readonly id: string
  readonly url: string
  /** User and client that were sent here. */
  readonly owner: string
  /** The user alone; undefined without authorization. */
  readonly sub: string | undefined
  done: boolean
}

/** The errands, one for each user and client. */
export interface Errands {
  /** The errand of that owner, new or old. */
  of(owner: string, sub: string | undefined): Errand
  get(id: string): Errand | undefined
  clear(): void
}

const PATH = "/errands/"

/** Where the pages of the errands are. */
export const errandsPath = (world: World): string => `${world.settings.issuerPath}${PATH}`

/** No errands yet. */
export function createErrands(random: Randomness, base: string): Errands {
  const byOwner = new Map<string, Errand>()
  const byId = new Map<string, Errand>()
  return {
    of(owner, sub) {
      const known = byOwner.get(owner)
      if (known) return known
      const id = opaque(random)
      const errand = { id, url: `${base}${PATH}${id}`, owner, sub, done: false }
      if (byId.size > 10_000) for (const store of [byOwner, byId]) store.clear()
      byOwner.set(owner, errand)
      byId.set(id, errand)
      return errand
    },
    get: (id) => byId.get(id),
    clear() {
      for (const store of [byOwner, byId]) store.clear()
    },
  }
}

const page = (status: number, body: Markup) => document(status, "Connect your calendar", body)

/** GET: the page that was opened. Opening it does nothing yet: previews and prefetching open pages too. */
export function showErrand(world: World, exchange: Exchange): Answer {
  const errand = errandOf(world, exchange)
  return errand.done
    ? page(200, html`<p>Your calendar is connected. You can close this window and go back to your client.</p>`)
    : page(
        200,
        html`<p>The mcp-dcr-tui mock server would like to read your (invented) calendar.</p>
<form method="post"><button>Connect</button></form>`,
      )
}

/** POST: the person has done it. Clients of 2025-11-25 are told; others ask again. */
export function finishErrand(world: World, exchange: Exchange): Answer {
  const errand = errandOf(world, exchange)
  errand.done = true
  for (const session of world.sessions.all()) {
    if (session.owner === errand.owner && session.revision === "2025-11-25")
      tell(session, "notifications/elicitation/complete", { elicitationId: errand.id })
  }
  return showErrand(world, exchange)
}

/**
 * The errand of this address, for its own user only: whoever is lured here must not connect an account for somebody
 * else (MCP elicitation, Identifying the User). Where everybody is let in, there is nobody to tell apart.
 */
function errandOf(world: World, exchange: Exchange): Errand {
  const errand = world.errands.get(exchange.path.slice(errandsPath(world).length))
  if (!errand) throw new Refusal(page(404, html`<p>There is nothing to do here.</p>`))
  const { noAuth, autoApprove, authorizationServers } = world.settings
  if (noAuth || autoApprove !== false || !authorizationServers.includes("self")) return errand
  const user = currentSession(world, exchange)?.session.user
  exchange.enforce(
    "errand-owner",
    user !== undefined && user.sub === errand.sub,
    () => new Refusal(page(403, html`<p>Open this in the browser in which you signed in.</p>`)),
    user?.sub,
  )
  return errand
}
