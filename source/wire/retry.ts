import * as Duration from "effect/Duration"
import { formatMillis } from "../text/duration.ts"
import { header, type IncomingHead } from "./wire.ts"

/** Waits before attempt 2 and 3 of a safe read; there is no fourth. */
const delays: ReadonlyArray<Duration.Duration> = [Duration.millis(200), Duration.millis(600)]

/** Milliseconds of the longest pause that a server is granted; one that wants more is not asked again in this run. */
export const longestPause = 30_000

const asked = (head: Pick<IncomingHead, "headers">) => header(head, "retry-after")?.trim()

/** Milliseconds that a `Retry-After` asks for: seconds or a date (RFC 9110 §10.2.3). Nothing where it makes no sense. */
export const retryAfterMillis = (head: Pick<IncomingHead, "headers" | "receivedAt">): number | undefined => {
  const value = asked(head)
  if (value === undefined) return undefined
  const millis = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - head.receivedAt
  return Number.isFinite(millis) && millis >= 0 ? millis : undefined
}

/** The `Retry-After` of an answer for a person: as it was sent, and when that is. */
export const comeBack = (head: Pick<IncomingHead, "headers" | "receivedAt">): string | undefined => {
  const value = asked(head)
  if (value === undefined) return undefined
  const millis = retryAfterMillis(head)
  const at = new Date(head.receivedAt + (millis ?? Number.NaN))
  return millis === undefined || Number.isNaN(at.valueOf())
    ? `Retry-After: ${value}`
    : `Retry-After: ${value} (come back in ${formatMillis(millis)}, at ${at.toISOString().slice(0, 19)}Z)`
}

/** How long to wait before the next attempt of a safe read, or `undefined` when it was the last or the server wants more. */
export const retryDelay = (
  attempt: number,
  head?: Pick<IncomingHead, "headers" | "receivedAt">,
): Duration.Duration | undefined => {
  const own = delays[attempt - 1]
  const millis = head && retryAfterMillis(head)
  if (own === undefined || millis === undefined) return own
  return millis <= longestPause ? Duration.millis(millis) : undefined
}
