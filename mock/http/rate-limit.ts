import type { Clock } from "../clock.ts"
import { json, Refusal } from "./answer.ts"
import type { Exchange } from "./exchange.ts"

const WINDOW = 60_000

/** Counts per minute and name. */
export interface RateLimiter {
  /** Ends the request with 429 when the name has had its share of this minute; otherwise counts it unless told not to. */
  spend(exchange: Exchange, name: string, limit: number, count?: boolean): void
  count(name: string): void
  clear(): void
}

/** A limiter with fixed windows of one minute: crude, and easy to predict in a test. */
export function createRateLimiter(clock: Clock): RateLimiter {
  const windows = new Map<string, { start: number; used: number }>()
  const window = (name: string) => {
    const now = clock.now()
    const known = windows.get(name)
    if (known && now < known.start + WINDOW) return known
    if (windows.size > 10_000) for (const [old, { start }] of windows) if (now >= start + WINDOW) windows.delete(old)
    const fresh = { start: now, used: 0 }
    windows.set(name, fresh)
    return fresh
  }
  return {
    spend(exchange, name, limit, count = true) {
      if (!Number.isFinite(limit)) return
      const current = window(name)
      if (current.used >= limit) {
        exchange.note("rate-limit", false, name)
        const wait = Math.ceil((current.start + WINDOW - clock.now()) / 1000)
        // RFC 6585 §4; seconds rather than a date, because the date would be the real clock's.
        throw new Refusal(
          json(
            429,
            { error: "temporarily_unavailable", error_description: "too many requests" },
            { "retry-after": String(wait) },
          ),
        )
      }
      if (count) current.used += 1
    },
    count(name) {
      window(name).used += 1
    },
    clear: () => windows.clear(),
  }
}
