import type { JsonObject } from "../json.ts"
import type { World } from "../world.ts"
import type { McpSession } from "./sessions.ts"

/** What a client may have kept and should fetch again: a whole list, or one resource. */
export type Change = { readonly list: "tools" | "prompts" | "resources" } | { readonly uri: string }

/** A subscription of 2026-07-28: its stream, as the hub sees it. */
export interface Subscription {
  hear(change: Change, method: string, params: JsonObject): void
  /** Ends the subscription in the orderly way, with a result. */
  end(): void
}

/** The notification that tells of a change (MCP tools, prompts and resources: List Changed, Subscriptions). */
const notificationOf = (change: Change): { readonly method: string; readonly params: JsonObject } =>
  "uri" in change
    ? { method: "notifications/resources/updated", params: { uri: change.uri } }
    : { method: `notifications/${change.list}/list_changed`, params: {} }

/** Tells every client that wants to know, in the way of its revision. */
export function announce(world: World, change: Change): void {
  const { method, params } = notificationOf(change)
  for (const subscription of world.subscriptions) subscription.hear(change, method, params)
  for (const session of world.sessions.all()) {
    if ("uri" in change && !session.subscriptions.has(change.uri)) continue
    tell(session, method, params)
  }
}

/** A notification that belongs to no request: it goes on one stand-alone stream only (MCP streamable HTTP). */
export function tell(session: McpSession, method: string, params: JsonObject): void {
  const streams = [...session.standAlone]
  // Nobody listens now: the newest stream keeps it for a client that comes back.
  const stream = streams.findLast(({ connected }) => connected) ?? streams.at(-1)
  stream?.send({ jsonrpc: "2.0", method, params })
}
