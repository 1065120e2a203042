import * as Duration from "effect/Duration"

/** Waits before attempt 2 and 3 of a safe read; there is no fourth. */
const delays: ReadonlyArray<Duration.Duration> = [Duration.millis(200), Duration.millis(600)]

const longest = Duration.seconds(60)

/** Milliseconds that a `Retry-After` asks for: seconds or a date (RFC 9110 §10.2.3). Nothing where it makes no sense. */
export const retryAfterMillis = (retryAfter: string | undefined, nowMillis: number): number | undefined => {
  if (retryAfter === undefined) return undefined
  const millis = /^\d+$/.test(retryAfter.trim()) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - nowMillis
  return Number.isFinite(millis) && millis >= 0 ? millis : undefined
}

/** How long to wait before the next attempt, or `undefined` when it was the last. `retryAfter` is obeyed up to a minute. */
export const retryDelay = (attempt: number, retryAfter?: string, nowMillis = 0): Duration.Duration | undefined => {
  const own = delays[attempt - 1]
  const asked = retryAfterMillis(retryAfter, nowMillis)
  return own === undefined || asked === undefined ? own : Duration.min(Duration.millis(asked), longest)
}
