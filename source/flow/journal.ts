import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Findings } from "../text/finding.ts"
import { Recorder } from "../wire/exchange.ts"
import type { Event } from "./event.ts"
import { type FlowState, initialState, transition } from "./state.ts"

export type Listener = (event: Event, state: FlowState) => void

type WithoutTime<E> = E extends { readonly at: number } ? Omit<E, "at"> : never

/**
 * The append-only list of events and its fold. Reading and subscribing are plain and synchronous, so that a screen, a
 * transcript and a file see each event once, in order, before the next one is made.
 */
export class Journal extends Context.Service<
  Journal,
  {
    readonly append: (event: WithoutTime<Event>) => Effect.Effect<void>
    readonly state: () => FlowState
    readonly events: () => ReadonlyArray<Event>
    /** Calls the listener for every event from now on; gives the way to stop it. */
    readonly subscribe: (listener: Listener) => () => void
  }
>()("mcp-dcr-tui/flow/Journal") {
  static readonly layer = Layer.effect(
    Journal,
    Effect.sync(() => {
      const events: Array<Event> = []
      const listeners = new Set<Listener>()
      let state = initialState
      return Journal.of({
        append: (partial) =>
          Effect.map(Clock.currentTimeMillis, (at) => {
            const event = { ...partial, at } as Event
            events.push(event)
            state = transition(state, event)
            for (const listener of listeners) listener(event, state)
          }),
        state: () => state,
        events: () => events,
        subscribe: (listener) => {
          listeners.add(listener)
          return () => void listeners.delete(listener)
        },
      })
    }),
  )
}

/** The wire and the checks report into the journal. */
export const reporting: Layer.Layer<Recorder | Findings, never, Journal> = Layer.mergeAll(
  Layer.effect(
    Recorder,
    Effect.gen(function* () {
      const journal = yield* Journal
      let count = 0
      return Recorder.of({
        next: Effect.sync(() => {
          count += 1
          return count
        }),
        sending: (request) => journal.append({ _tag: "RequestSent", request }),
        finished: (response) => journal.append({ _tag: "ExchangeFinished", response }),
        waiting: ({ exchange, millis, reason }) => journal.append({ _tag: "RetryScheduled", exchange, millis, reason }),
      })
    }),
  ),
  Layer.effect(
    Findings,
    Effect.map(Journal, (journal) =>
      Findings.of({ raise: (finding) => journal.append({ _tag: "FindingRaised", finding }) }),
    ),
  ),
)
