import * as Duration from "effect/Duration"

/** Waits before attempt 2 and 3 of a safe read; there is no fourth. */
const delays: ReadonlyArray<Duration.Duration> = [Duration.millis(200), Duration.millis(600)]

const longest = Duration.seconds(60)

/**
 * How long to wait before the next attempt, or `undefined` when it was the last. `retryAfter` is the header field of
 * RFC 9110 §10.2.3: seconds or a date; it is obeyed up to a minute.
 */
export const retryDelay = (attempt: number, retryAfter?: string, nowMillis = 0): Duration.Duration | undefined => {
  const own = delays[attempt - 1]
  if (own === undefined || retryAfter === undefined) return own
  const millis = /^\d+$/.test(retryAfter.trim()) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - nowMillis
  return Number.isFinite(millis) && millis >= 0 ? Duration.min(Duration.millis(millis), longest) : own
}
