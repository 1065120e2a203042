import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** Whether the user is being asked something, on whichever stream: no server is slow for that long. */
export interface Attention {
  open: number
  /** Milliseconds since the epoch when the last question was settled. */
  settled: number
}

export const Attention = Context.Reference<Attention>("mcp-dcr-tui/mcp/Attention", {
  defaultValue: () => ({ open: 0, settled: 0 }),
})

/** Marks the time that asking takes. */
export const attending = <A, E, R>(asking: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Attention, (attention) =>
    Effect.suspend(() => {
      attention.open += 1
      return asking
    }).pipe(
      Effect.ensuring(
        Effect.map(Clock.currentTimeMillis, (now) => {
          attention.open -= 1
          attention.settled = now
        }),
      ),
    ),
  )
