import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberHandle from "effect/FiberHandle"
import type { Connection, ExchangeFailure } from "../mcp/connection.ts"
import { exchange } from "../mcp/exchange.ts"
import { AuthorizationRequired } from "../mcp/failure.ts"
import { isObject, type JsonObject } from "../mcp/json-rpc.ts"
import { courtesyMillis } from "../mcp/limits.ts"
import { revisions } from "../mcp/revisions.ts"
import type { Session } from "../mcp/session.ts"
import { openStandingStream } from "../mcp/standing-stream.ts"
import { type SubscriptionFilter, subscribe } from "../mcp/subscription.ts"
import type { Findings } from "../text/finding.ts"
import type { Wire } from "../wire/wire.ts"
import { CurrentStep } from "./current-step.ts"
import { type FlowFailure, flowFailure } from "./failure.ts"
import type { Journal } from "./journal.ts"
import { presenting } from "./presenting.ts"
import { problemOf } from "./problem-of.ts"
import type { StepServices } from "./step.ts"

type Connected = Connection & { readonly session: Session }
type Opened = (granted: JsonObject) => Effect.Effect<void>

/** Which capability each switch of a filter is about. */
const lists = { toolsListChanged: "tools", promptsListChanged: "prompts", resourcesListChanged: "resources" } as const

/** Whether nothing is wanted: such a filter ends the listening. */
export const isEmptyFilter = ({ resourceSubscriptions = [], ...switches }: SubscriptionFilter): boolean =>
  resourceSubscriptions.length === 0 && !Object.values(switches).includes(true)

/** What of a filter a server before 2026-07-28 says that it will tell of. */
const declared = (filter: SubscriptionFilter, capabilities: unknown): JsonObject => {
  const changes = (name: string): boolean => {
    const capability = isObject(capabilities) ? capabilities[name] : undefined
    return isObject(capability) && capability.listChanged === true
  }
  const switches = Object.entries(lists).filter(([name, list]) => Object(filter)[name] === true && changes(list))
  const { resourceSubscriptions = [] } = filter
  return {
    ...Object.fromEntries(switches.map(([name]) => [name, true])),
    ...(resourceSubscriptions.length === 0 ? {} : { resourceSubscriptions }),
  }
}

/** Listens until it ends; gives why. */
type Way = (
  connection: Connected,
  filter: SubscriptionFilter,
  opened: Opened,
) => Effect.Effect<string, ExchangeFailure | FlowFailure, Wire | Findings>

/** `subscriptions/listen`; the bystander hears what comes, like everything else that a server says unasked. */
const listenModern: Way = (connection, filter, opened) =>
  subscribe({ ...connection, filter, onAcknowledged: opened, onNotification: () => Effect.void }).pipe(
    Effect.as("the server has ended it"),
  )

/** The stream that belongs to no request, and one `resources/subscribe` for each address. */
const listenLegacy: Way = Effect.fnUntraced(function* (connection, filter, opened) {
  const standing = yield* openStandingStream(connection)
  if (standing === "not-offered") return yield* flowFailure("no_listening", { url: connection.session.url })
  const uris = filter.resourceSubscriptions ?? []
  for (const uri of uris) yield* exchange({ ...connection, method: "resources/subscribe", params: { uri } })
  yield* opened(declared(filter, connection.session.capabilities))
  const unsubscribe = (uri: string) =>
    exchange({ ...connection, method: "resources/unsubscribe", params: { uri } }).pipe(
      Effect.ignore,
      Effect.timeoutOption(courtesyMillis),
    )
  return yield* Effect.onInterrupt(Effect.never, () => Effect.forEach(uris, unsubscribe, { discard: true }))
}, Effect.scoped)

/**
 * Listens, beside the steps, to what changes at the server. What is heard becomes events (`Notified`). One filter at a time;
 * an empty one ends it, and so does the end of the session.
 */
export const makeListeningDesk = Effect.fnUntraced(function* (
  journal: Journal["Service"],
  services: Context.Context<StepServices>,
) {
  const slot = yield* FiberHandle.make<void, never>()
  const context = yield* Effect.context<never>()
  const ended = (reason: string, problem?: ReturnType<typeof problemOf>) =>
    journal.append({ _tag: "ListeningEnded", reason, ...(problem === undefined ? {} : { problem }) })
  const failed = (cause: Cause.Cause<unknown>) => {
    const error = Cause.squash(cause)
    const problem = problemOf(
      error instanceof AuthorizationRequired
        ? flowFailure("no_listening", { url: error.url, exchange: error.exchange, detail: error.message })
        : error,
    )
    return ended(problem.what, problem)
  }

  /** With the token of now; one that was renewed meanwhile is tried before it is given up. */
  const listenWith = (
    filter: SubscriptionFilter,
    session: Session,
    opened: Opened,
  ): Effect.Effect<string, ExchangeFailure | FlowFailure, StepServices> =>
    Effect.gen(function* () {
      const { grant } = journal.state().facts
      const connection = { session, ...(yield* presenting(grant)) }
      const way = revisions[session.protocolVersion].era === "modern" ? listenModern : listenLegacy
      return yield* way(connection, filter, opened).pipe(
        Effect.catchTag("AuthorizationRequired", (failure) => {
          const { grant: now } = journal.state().facts
          return now === undefined || now === grant ? Effect.fail(failure) : listenWith(filter, session, opened)
        }),
      )
    })

  /** Gives when the server has granted something, or when it has come to nothing. */
  const listen = Effect.fn("flow.listen")(function* (filter: SubscriptionFilter): Effect.fn.Return<void> {
    yield* FiberHandle.clear(slot)
    const { facts, listening } = journal.state()
    if (listening !== undefined) yield* ended("no longer wanted")
    const { session } = facts
    if (session === undefined || isEmptyFilter(filter)) return
    const settled = yield* Deferred.make<void>()
    const opened: Opened = (granted) =>
      Effect.andThen(journal.append({ _tag: "ListeningGranted", granted }), Deferred.succeed(settled, undefined))
    yield* journal.append({ _tag: "ListeningStarted", filter: { ...filter } })
    const work = listenWith(filter, session, opened).pipe(
      Effect.provideContext(services),
      Effect.provideService(CurrentStep, "call"),
      Effect.matchCauseEffect({ onSuccess: (reason) => ended(reason), onFailure: failed }),
      Effect.ensuring(Deferred.succeed(settled, undefined)),
    )
    yield* FiberHandle.run(slot, work)
    yield* Deferred.await(settled)
  })

  // What was granted belongs to the session.
  const stop = journal.subscribe((_, { listening, facts }) => {
    if (listening !== undefined && facts.session === undefined) Effect.runForkWith(context)(listen({}))
  })
  yield* Effect.addFinalizer(() => Effect.sync(stop))
  return { listen }
})
