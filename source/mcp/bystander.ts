import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Notification } from "./conversation.ts"

/** Who hears what a server says beside its answers: changed lists and resources, log messages. Nobody, unless provided. */
export interface Bystander {
  readonly hear: (notification: Notification) => Effect.Effect<void>
}

export const Bystander = Context.Reference<Bystander>("mcp-dcr-tui/mcp/Bystander", {
  defaultValue: () => ({ hear: () => Effect.void }),
})

/** Notifications that steer a conversation, and tell a person nothing. */
const steering: ReadonlySet<string> = new Set([
  "notifications/progress",
  "notifications/cancelled",
  "notifications/subscriptions/acknowledged",
])

/** Tells the bystander, if it is something for one. */
export const tellBystander = Effect.fnUntraced(function* (notification: Notification) {
  if (!steering.has(notification.method)) yield* (yield* Bystander).hear(notification)
})
