import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { isObject, type JsonObject, type Message, type RequestId } from "./json-rpc.ts"

/** One message that came over a stream which many requests share, with its text for the record. */
export interface Came {
  readonly _tag: "message"
  readonly text: string
  readonly message: Message
}

/** Kept for the next request while none is under way. */
const mostStrays = 100

/** What a message names: the request it answers, or the one whose progress or subscription it is about. */
const keyOf = (message: Message): unknown => {
  if (message._tag === "response" || message._tag === "error") return message.id
  const params: JsonObject = message._tag === "notification" ? message.params : {}
  const meta = isObject(params._meta) ? params._meta : {}
  return params.progressToken ?? meta["io.modelcontextprotocol/subscriptionId"]
}

export interface Switchboard<Arrival> {
  /** A message to the request it belongs to; one that belongs to none goes to the latest. */
  readonly route: (came: Arrival & Came) => void
  /** To the request sent last; while there is none, to whoever listens beside them, else it is kept for the next one. */
  readonly toLatest: (arrival: Arrival) => void
  readonly toAll: (arrival: Arrival) => void
  /** Whether anybody listens now. */
  readonly attended: () => boolean
  /** Gives what arrives for one request to `use`, as long as that works. */
  readonly during: <A, E, R>(
    id: RequestId,
    use: (arrivals: Queue.Queue<Arrival>) => Effect.Effect<A, E, R>,
  ) => Effect.Effect<A, E, R>
  /** What belongs to no request, until the scope ends. */
  readonly beside: Effect.Effect<Queue.Queue<Arrival>, never, Scope.Scope>
}

/** Sorts what comes over one stream (a pipe, or the event stream of HTTP+SSE) to the requests that wait for it. */
export const makeSwitchboard = <Arrival>(): Switchboard<Arrival> => {
  const pending = new Map<RequestId, Queue.Queue<Arrival>>()
  const listening = new Set<Queue.Queue<Arrival>>()
  let strays: Array<Arrival> = []

  const toLatest = (arrival: Arrival): void => {
    const queue = [...pending.values()].at(-1) ?? [...listening].at(-1)
    if (queue !== undefined) Queue.offerUnsafe(queue, arrival)
    else strays = [...strays, arrival].slice(-mostStrays)
  }
  const takeOver = (queue: Queue.Queue<Arrival>): void => {
    for (const stray of strays) Queue.offerUnsafe(queue, stray)
    strays = []
  }

  return {
    toLatest,
    toAll: (arrival) => {
      for (const queue of [...pending.values(), ...listening]) Queue.offerUnsafe(queue, arrival)
    },
    route: (came) => {
      const key = keyOf(came.message)
      const queue = typeof key === "string" || typeof key === "number" ? pending.get(key) : undefined
      if (queue === undefined) toLatest(came)
      else Queue.offerUnsafe(queue, came)
    },
    attended: () => pending.size + listening.size > 0,
    during: (id, use) =>
      Effect.gen(function* () {
        const queue = yield* Queue.unbounded<Arrival>()
        takeOver(queue)
        pending.set(id, queue)
        return yield* use(queue).pipe(Effect.ensuring(Effect.sync(() => pending.delete(id))))
      }),
    beside: Effect.acquireRelease(
      Effect.map(Queue.unbounded<Arrival>(), (queue) => {
        takeOver(queue)
        listening.add(queue)
        return queue
      }),
      (queue) => Effect.sync(() => listening.delete(queue)),
    ),
  }
}
