import type { Event } from "./event.ts"
import { withoutText } from "./exchanges.ts"
import type { Fact } from "./facts.ts"
import { bodyRing } from "./flow-state.ts"

/** Events kept in memory. The fold goes on; what is saved to a file (`--journal`) is whole. */
export const eventRing = 20_000
/** How many results, the newest, are kept with what they contain: one may be as large as 16 MB. */
export const resultRing = 50

/** Ring that a bulky event belongs to, how many of its kind stay whole, and what is left of an older one. */
interface Bulk {
  readonly ring: "bodies" | "results"
  readonly most: number
  readonly thin: Event
}

/** What is left of a result: which exchange it came with. */
const thinFact = ({ name, value }: Fact): Fact | undefined => {
  if (name === "result")
    return { name, value: { content: [], isError: value.isError, raw: {}, exchange: value.exchange } }
  return name === "answer" ? { name, value: { result: {}, exchange: value.exchange } } : undefined
}

const bulkOf = (event: Event): Bulk | undefined => {
  switch (event._tag) {
    case "RequestSent":
      return event.request.body === undefined
        ? undefined
        : { ring: "bodies", most: 2 * bodyRing, thin: { ...event, request: withoutText(event.request) } }
    case "ExchangeFinished":
      return event.response.body === undefined
        ? undefined
        : { ring: "bodies", most: 2 * bodyRing, thin: { ...event, response: withoutText(event.response) } }
    case "Notified":
      return { ring: "bodies", most: 2 * bodyRing, thin: { ...event, params: {} } }
    case "FactLearned": {
      const thin = thinFact(event.fact)
      return thin && { ring: "results", most: resultRing, thin: { ...event, fact: thin } }
    }
    default:
      return undefined
  }
}

/** A list of events that stops growing: the oldest leave it, and older ones lose their bulk before that. */
export const makeEventList = () => {
  const events: Array<Event> = []
  const bulky: Record<Bulk["ring"], Array<{ readonly at: number; readonly thin: Event }>> = { bodies: [], results: [] }
  let dropped = 0
  return {
    all: (): ReadonlyArray<Event> => events,
    push: (event: Event): void => {
      events.push(event)
      const bulk = bulkOf(event)
      if (bulk !== undefined) {
        const ring = bulky[bulk.ring]
        ring.push({ at: dropped + events.length - 1, thin: bulk.thin })
        const eldest = ring.length > bulk.most ? ring.shift() : undefined
        if (eldest !== undefined && eldest.at >= dropped) events[eldest.at - dropped] = eldest.thin
      }
      // A quarter at a time, so that not every event moves all others.
      if (events.length > eventRing) {
        events.splice(0, eventRing / 4)
        dropped += eventRing / 4
      }
    },
  }
}
