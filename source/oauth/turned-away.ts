import * as Effect from "effect/Effect"
import { pause } from "../wire/pause.ts"
import { longestPause, retryAfterMillis } from "../wire/retry.ts"
import type { Incoming } from "../wire/wire.ts"

/** Pauses for one request; with the longest pause no more than a lock is waited for. */
const mostPauses = 2

/** Statuses under which nothing was done, when a time to come back goes with them (RFC 6585 §4; RFC 9110 §15.6.4). */
const unread = new Set([429, 503])

/** Milliseconds after which a request that was turned away unread may be sent again; nothing where it may not. */
const pauseAfter = (answer: Incoming): number | undefined => {
  const millis = unread.has(answer.status) ? retryAfterMillis(answer) : undefined
  return millis !== undefined && millis <= longestPause ? millis : undefined
}

/**
 * Sends what changes something. It is sent again only when the server says that it was too busy to look at it and when to
 * come back; the pause is in sight of everybody. Whoever wants more time than that gets its answer read.
 */
export const untilRead = <E, R>(
  send: Effect.Effect<Incoming, E, R>,
  pauses: number = mostPauses,
): Effect.Effect<Incoming, E, R> =>
  Effect.flatMap(send, (answer) => {
    const millis = pauses > 0 ? pauseAfter(answer) : undefined
    if (millis === undefined) return Effect.succeed(answer)
    const { exchange, status } = answer
    return Effect.andThen(pause({ exchange, millis, reason: `status ${status}` }), untilRead(send, pauses - 1))
  })
