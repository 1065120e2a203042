import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import type * as Scope from "effect/Scope"
import type { Connection } from "./connection.ts"
import { type Conversation, type Listener, makeConversation } from "./conversation.ts"
import { answerRequest } from "./elicitation-answer.ts"
import { notificationText, type RequestId } from "./json-rpc.ts"
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
  return makeConversation(
    {
      ...listener,
      reply: (body) => sendOneWay(connection, { method: "response", body }),
      respond: (head, method, params) =>
        answerRequest({ ...connection, method: listener.method }, { method, params, head }),
      beside: (key, work) => Effect.asVoid(FiberMap.run(asked, key, work)),
      withdraw: (key) => FiberMap.remove(asked, key),
    },
    began,
  )
})
