import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { formatMillis } from "../text/duration.ts"
import type { WireFailure } from "../wire/failure.ts"
import type { IncomingHead, IncomingStream } from "../wire/wire.ts"
import { type McpFailure, mcpFailure } from "./failure.ts"
import { type Message, readMessages } from "./json-rpc.ts"
import { longestBody } from "./limits.ts"
import { foreignAnswer, isJson } from "./refusal.ts"
import { makeSseParser, type SseEvent } from "./sse.ts"

const tooLarge = (head: IncomingHead): McpFailure =>
  mcpFailure("answer_too_large", { exchange: head.exchange, url: head.url }, { status: head.status })

const silent = ({ exchange, url }: IncomingHead, millis: number): McpFailure =>
  mcpFailure("no_response", { exchange, url, detail: `the stream was silent for ${formatMillis(millis)}` })

/** The whole body as text, without a byte order mark. */
export const readText = (incoming: IncomingStream): Effect.Effect<string, McpFailure | WireFailure> =>
  Effect.suspend(() => {
    const decoder = new TextDecoder("utf-8")
    let text = ""
    return Stream.runForEach(incoming.chunks, (chunk) => {
      text += decoder.decode(chunk, { stream: true })
      return text.length > longestBody ? Effect.fail(tooLarge(incoming)) : Effect.void
    }).pipe(Effect.map(() => text + decoder.decode()))
  })

const messagesOf = (
  head: IncomingHead,
  text: string,
  batches: boolean,
): Effect.Effect<ReadonlyArray<Message>, McpFailure> => {
  const messages = readMessages(text, batches)
  if (Result.isSuccess(messages)) return Effect.succeed(messages.success)
  const { code, detail } = messages.failure
  return Effect.fail(mcpFailure(code, { exchange: head.exchange, url: head.url, detail }, { status: head.status }))
}

/** An event that carries a message; priming events and other event types do not (MR-24). */
const carriesMessage = (event: SseEvent): boolean => event.type === "message" && event.data !== ""

/** How far a stream was read, and when its server wants to be asked again: what resuming needs (MR-32). */
export interface StreamPlace {
  lastEventId: string
  retryMillis: number | undefined
}

/** Hands on every message of a 2xx answer as it arrives: JSON or events, by media type (MR-21). */
export const forEachMessage = <E, R>(
  incoming: IncomingStream,
  batches: boolean,
  onMessage: (message: Message) => Effect.Effect<void, E, R>,
  options: {
    /** Kept up to date while the stream is read. */
    readonly place?: StreamPlace | undefined
    /** Milliseconds of silence after which a stream is given up; comments break it as well. */
    readonly idleMillis?: number | undefined
  } = {},
): Effect.Effect<void, E | McpFailure | WireFailure, R> => {
  if (incoming.mediaType === "text/event-stream") {
    return Effect.suspend(() => {
      const { place, idleMillis = Number.POSITIVE_INFINITY } = options
      const parser = makeSseParser()
      const chunks = Stream.timeoutOrElse(incoming.chunks, {
        duration: idleMillis,
        orElse: () => Stream.fail(silent(incoming, idleMillis)),
      })
      return Stream.runForEach(chunks, (chunk) => {
        const events = parser.feed(chunk)
        if (place !== undefined) {
          if (parser.lastEventId() !== "") place.lastEventId = parser.lastEventId()
          place.retryMillis = parser.retryMillis() ?? place.retryMillis
        }
        if (Result.isFailure(events)) return Effect.fail(tooLarge(incoming))
        return Effect.forEach(
          events.success.filter(carriesMessage),
          (event) =>
            Effect.flatMap(messagesOf(incoming, event.data, batches), (messages) =>
              Effect.forEach(messages, onMessage, { discard: true }),
            ),
          { discard: true },
        )
      })
    })
  }
  return Effect.flatMap(readText(incoming), (text) => {
    if (!isJson(incoming.mediaType) || text === "") return Effect.fail(foreignAnswer(incoming, text))
    return Effect.flatMap(messagesOf(incoming, text, batches), (messages) =>
      Effect.forEach(messages, onMessage, { discard: true }),
    )
  })
}
