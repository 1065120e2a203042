import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { StreamPlace } from "./incoming.ts"

/** Attempts in a row that brought nothing, after which a stream is given up (rulebook 1.14). */
export const mostReconnects = 2
/** Milliseconds of the first wait where the server names none, its growth, and its limit. */
const base = 1000
const factor = 1.5
const longest = 30_000
/** A server that wants to be asked again at once is not asked in a tight loop. */
const shortest = 100

/**
 * Milliseconds before a stream is asked for again. What the server said with `retry` is a minimum (2025-11-25 Streamable
 * HTTP, Sending Messages: MUST); after a failure our own growing wait counts as well. `spread` between 0 and 1 is chance.
 */
export const reconnectMillis = (retryMillis: number | undefined, failures: number, spread: number): number => {
  const own = Math.min(longest, base * factor ** failures * (0.8 + 0.4 * spread))
  if (retryMillis === undefined) return own
  return Math.max(shortest, retryMillis, failures === 0 ? 0 : own)
}

/** Waits before a stream is asked for again. */
export const beforeReconnect = ({ retryMillis }: StreamPlace, failures: number): Effect.Effect<void> =>
  Effect.flatMap(Random.next, (spread) => Effect.sleep(reconnectMillis(retryMillis, failures, spread)))
