import { setTimeout as wait } from "node:timers/promises"

/** Time as the server sees it: every expiry and every delay goes through one of these. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after the given milliseconds, or rejects when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => wait(milliseconds, undefined, signal ? { signal } : {}),
}

/** A clock that moves only when told to, for tests. Sleepers wake when time passes their moment. */
export interface ManualClock extends Clock {
  advance(milliseconds: number): void
  /** How many sleepers are waiting. */
  readonly waiting: number
}

/** Makes a clock that stands still at the given moment until it is advanced. */
export function manualClock(start = Date.UTC(2026, 7, 1)): ManualClock {
  let time = start
  const sleepers = new Set<{ until: number; wake: () => void }>()
  return {
    now: () => time,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const sleeper = {
          until: time + milliseconds,
          wake: () => {
            sleepers.delete(sleeper)
            signal?.removeEventListener("abort", cancel)
            resolve()
          },
        }
        const cancel = () => {
          sleepers.delete(sleeper)
          reject(signal?.reason)
        }
        signal?.addEventListener("abort", cancel, { once: true })
        if (milliseconds <= 0) sleeper.wake()
        else sleepers.add(sleeper)
      }),
    advance(milliseconds) {
      time += milliseconds
      for (const sleeper of [...sleepers].sort((a, b) => a.until - b.until)) if (sleeper.until <= time) sleeper.wake()
    },
    get waiting() {
      return sleepers.size
    },
  }
}
