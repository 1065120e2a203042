import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import type * as Scope from "effect/Scope"
import { Bystander, tellBystander } from "./bystander.ts"
import type { Connection } from "./connection.ts"
import { type Conversation, type Listener, makeConversation, type Notification } from "./conversation.ts"
import { Respondent } from "./elicitation.ts"
import { answerRequest } from "./elicitation-answer.ts"
import { notificationText, type RequestId } from "./json-rpc.ts"
import { passOn } from "./passing.ts"
import { dropStale, ResultCache } from "./result-cache.ts"
import { type OneWay, Transport } from "./transport.ts"

/** Sends a message that has no answer: a notification, or our answer to a request of the server (MR-22). */
export const sendOneWay = (connection: Connection, message: OneWay) =>
  Effect.flatMap(Transport, (transport) => transport.sendOneWay(connection, message))

/** Sends a notification. */
export const notify = (connection: Connection, method: string, params?: Parameters<typeof notificationText>[1]) =>
  sendOneWay(connection, { method, body: notificationText(method, params) })

/** A conversation that answers what the server asks; questions that are still open end with the scope. */
export const startConversation = Effect.fnUntraced(function* (
  connection: Connection,
  listener: Omit<Listener, "reply" | "respond" | "beside" | "withdraw">,
  began: number,
): Effect.fn.Return<Conversation, never, Scope.Scope> {
  const asked = yield* FiberMap.make<RequestId>()
  const { completed, passing } = yield* Respondent
  const bystander = yield* Bystander
  const cache = yield* ResultCache
  /** MR-52: whoever opened the page is told that what began there is complete, and ignores ids it does not know. */
  const onNotification = (notification: Notification): Effect.Effect<void> => {
    dropStale(cache, notification)
    const { elicitationId } = notification.params
    const tell =
      notification.method === "notifications/elicitation/complete" && typeof elicitationId === "string"
        ? completed?.(elicitationId)
        : undefined
    const told = Effect.provideService(tellBystander(notification), Bystander, bystander)
    return Effect.andThen(tell ?? told, listener.onNotification?.(notification) ?? Effect.void)
  }
  return makeConversation(
    {
      ...listener,
      onNotification,
      reply: (body) => sendOneWay(connection, { method: "response", body }),
      respond: (head, method, params) =>
        passOn(passing, method, params) ??
        answerRequest({ ...connection, method: listener.method }, { method, params, head }),
      beside: (key, work) => Effect.asVoid(FiberMap.run(asked, key, work)),
      withdraw: (key) => FiberMap.remove(asked, key),
    },
    began,
  )
})
