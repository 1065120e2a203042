import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { Findings } from "../text/finding.ts"
import type { Wire } from "../wire/wire.ts"
import type { Connection } from "./connection.ts"
import type { Conversation, Notification } from "./conversation.ts"
import { openHttp } from "./http-request.ts"
import { forEachMessage, type StreamPlace } from "./incoming.ts"
import type { Message } from "./json-rpc.ts"
import { courtesyMillis, IdleLimit, Patience } from "./limits.ts"
import { startConversation } from "./listening.ts"
import { beforeReconnect, mostReconnects } from "./resume.ts"
import { revisions } from "./revisions.ts"
import { Transport } from "./transport.ts"

export type Standing = "open" | "not-offered"

export interface StandingRequest extends Connection {
  readonly onNotification?: ((notification: Notification) => Effect.Effect<void>) | undefined
}

/** One GET; gives whether the server offers such a stream at all. */
const listenOnce = Effect.fnUntraced(function* (
  request: StandingRequest,
  conversation: Conversation,
  place: StreamPlace,
  ready: Deferred.Deferred<Standing>,
) {
  const { soft } = yield* Patience
  const { incoming } = yield* openHttp(request, {
    verb: "GET",
    method: "GET",
    ...(place.lastEventId === "" ? {} : { headers: { "last-event-id": place.lastEventId } }),
    headersMillis: soft,
  })
  if (incoming.status !== 200 || incoming.mediaType !== "text/event-stream") return false
  yield* Deferred.succeed(ready, "open")
  const { batches } = revisions[request.session.protocolVersion]
  const hear = (message: Message) => Effect.asVoid(conversation.hear(incoming, message))
  yield* forEachMessage(incoming, batches, hear, { place, idleMillis: yield* IdleLimit })
  return true
}, Effect.scoped)

/** Nothing on such a stream can be the response to a request of ours (MR-31). */
const conversationFor = (request: StandingRequest) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    startConversation(
      request,
      {
        id: "standing stream",
        method: "standing stream",
        revision: revisions[request.session.protocolVersion],
        logging: false,
        onNotification: request.onNotification,
      },
      now,
    ),
  )

const listen = Effect.fnUntraced(function* (request: StandingRequest, ready: Deferred.Deferred<Standing>) {
  const conversation = yield* conversationFor(request)
  const place: StreamPlace = { lastEventId: "", retryMillis: undefined }
  let failures = 0
  while (failures <= mostReconnects) {
    const began = yield* Clock.currentTimeMillis
    const before = place.lastEventId
    const offered = yield* Effect.option(listenOnce(request, conversation, place, ready))
    if (Option.isSome(offered) && !offered.value) break
    const lived = (yield* Clock.currentTimeMillis) - began
    // A stream that stood for a while, or brought something, ended for reasons of its own.
    failures = place.lastEventId !== before || lived > longLived ? 0 : failures + 1
    yield* beforeReconnect(place, failures)
  }
  yield* Deferred.succeed(ready, "not-offered")
})

const longLived = 10_000

/**
 * Opens the stream on which a legacy server sends what belongs to no request of ours: notifications, and questions to the
 * user (MR-31). Waits until it stands, 2 s at most, and reads it until the scope ends. A server that answers otherwise
 * does not offer it, which is no error. Where one stream carries everything, it is listened to beside the requests. Modern
 * servers have no such stream.
 */
export const openStandingStream = Effect.fn("mcp.openStandingStream")(function* (
  request: StandingRequest,
): Effect.fn.Return<Standing, never, Wire | Findings | Scope.Scope> {
  const { overhear } = yield* Transport
  if (revisions[request.session.protocolVersion].era !== "legacy") return "not-offered"
  if (overhear !== undefined) {
    const conversation = yield* conversationFor(request)
    yield* overhear(request, (head, message) => Effect.asVoid(conversation.hear(head, message)))
    return "open"
  }
  const ready = yield* Deferred.make<Standing>()
  yield* Effect.forkScoped(Effect.scoped(listen(request, ready)))
  const standing = yield* Effect.timeoutOption(Deferred.await(ready), courtesyMillis)
  return Option.getOrElse(standing, (): Standing => "open")
})
