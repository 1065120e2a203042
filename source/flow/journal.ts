import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Findings } from "../text/finding.ts"
import { keepSecrets, makeSecretBook } from "../text/secret-book.ts"
import { Recorder } from "../wire/exchange.ts"
import { CurrentStep } from "./current-step.ts"
import { discreet } from "./discretion.ts"
import type { Event } from "./event.ts"
import { makeEventList } from "./memory.ts"
import { type FlowState, initialState, transition } from "./state.ts"
import type { StepId } from "./step-id.ts"

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
    /** The newest events, oldest first; see memory.ts for how many. */
    readonly events: () => ReadonlyArray<Event>
    /** Calls the listener for every event from now on; gives the way to stop it. One that throws is not called again. */
    readonly subscribe: (listener: Listener) => () => void
    /** Keeps the secrets in a value out of everything that will be written down, before they are facts. */
    readonly keepSecret: (value: unknown) => Effect.Effect<void>
  }
>()("mcp-dcr-tui/flow/Journal") {
  static readonly layer = Layer.effect(
    Journal,
    Effect.sync(() => {
      const book = makeSecretBook()
      const events = makeEventList()
      const listeners = new Set<Listener>()
      const untold: Array<readonly [Event, FlowState]> = []
      let telling = false
      let state = initialState

      const tell = (listener: Listener, news: readonly [Event, FlowState]) => {
        try {
          listener(...news)
        } catch {
          // A face that is broken must not break the run.
          listeners.delete(listener)
        }
      }

      const write = (event: Event) => {
        events.push(event)
        state = transition(state, event)
        untold.push([event, state])
        // A listener may ask for something that appends at once: the others hear this event first.
        if (telling) return
        telling = true
        for (let news = untold.shift(); news !== undefined; news = untold.shift())
          for (const listener of [...listeners]) tell(listener, news)
        telling = false
      }

      return Journal.of({
        append: (partial) =>
          Effect.map(Clock.currentTimeMillis, (at) => write(discreet(book, { ...partial, at } as Event) as Event)),
        state: () => state,
        events: events.all,
        subscribe: (listener) => {
          listeners.add(listener)
          return () => void listeners.delete(listener)
        },
        keepSecret: (value) => Effect.sync(() => keepSecrets(book, value)),
      })
    }),
  )
}

const of = (step: StepId | undefined): { readonly step?: StepId } => (step === undefined ? {} : { step })

/** The wire and the checks report into the journal, in the name of the step they work for. */
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
        sending: (request) =>
          Effect.flatMap(CurrentStep, (step) => journal.append({ _tag: "RequestSent", ...of(step), request })),
        finished: (response) => journal.append({ _tag: "ExchangeFinished", response }),
        waiting: ({ exchange, millis, reason }) => journal.append({ _tag: "RetryScheduled", exchange, millis, reason }),
      })
    }),
  ),
  Layer.effect(
    Findings,
    Effect.map(Journal, (journal) =>
      Findings.of({
        raise: (finding) =>
          Effect.flatMap(CurrentStep, (step) => journal.append({ _tag: "FindingRaised", ...of(step), finding })),
      }),
    ),
  ),
)
