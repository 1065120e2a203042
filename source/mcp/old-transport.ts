import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { Wire } from "../wire/wire.ts"
import type { Connection } from "./connection.ts"
import { openHttp } from "./http-request.ts"
import { courtesyMillis } from "./limits.ts"
import type { Target } from "./opened.ts"
import { makeSseParser } from "./sse.ts"

/** Whether the first event that came is the one with which HTTP+SSE begins; `undefined` while there is none. */
const beginsLikeIt = (chunk: Uint8Array, parser: ReturnType<typeof makeSseParser>): boolean | undefined => {
  const events = parser.feed(chunk)
  return Result.isFailure(events) ? false : events.success[0] && events.success[0].type === "endpoint"
}

/**
 * Asks once whether a server that refuses POST speaks the old HTTP+SSE transport (MR-35): a GET whose first event is
 * `endpoint`, or that wants authorization where POST is not even allowed. Gives the number of that exchange, or nothing. What was found is only told: that transport is not used by itself.
 */
export const oldTransportAt = (
  { url, token, authorize }: Target,
  /** The status that the POST was answered with. */
  refused: number | undefined,
): Effect.Effect<number | undefined, never, Wire> => {
  const connection: Connection = { session: { url, protocolVersion: "2024-11-05" }, token, authorize }
  return Effect.gen(function* () {
    const { incoming } = yield* openHttp(connection, { verb: "GET", method: "GET", headersMillis: courtesyMillis })
    // Whoever takes no POST and asks for a token on GET has something to say there.
    if (refused === 405 && incoming.status === 401) return incoming.exchange
    if (incoming.status !== 200 || incoming.mediaType !== "text/event-stream") return undefined
    const parser = makeSseParser(64 * 1024)
    const first = yield* incoming.chunks.pipe(
      Stream.map((chunk) => beginsLikeIt(chunk, parser)),
      Stream.filter((known) => known !== undefined),
      Stream.runHead,
    )
    return Option.getOrElse(first, () => false) ? incoming.exchange : undefined
  }).pipe(
    Effect.scoped,
    Effect.timeoutOption(courtesyMillis),
    Effect.map(Option.getOrUndefined),
    Effect.catch(() => Effect.succeed(undefined)),
  )
}
