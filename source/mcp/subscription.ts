import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { Findings } from "../text/finding.ts"
import type { Wire } from "../wire/wire.ts"
import { RequestIds } from "./client.ts"
import type { Credentials } from "./connection.ts"
import { type ExchangeFailure, exchange, type Notification } from "./exchange.ts"
import { mcpFailure } from "./failure.ts"
import { isObject, type JsonObject, type RequestId } from "./json-rpc.ts"
import { IdleLimit, Patience } from "./limits.ts"
import { beforeReconnect, mostReconnects } from "./resume.ts"
import type { Session } from "./session.ts"

/** What is wanted to be told of (2026-07-28 subscriptions). */
export interface SubscriptionFilter {
  readonly toolsListChanged?: boolean
  readonly promptsListChanged?: boolean
  readonly resourcesListChanged?: boolean
  readonly resourceSubscriptions?: ReadonlyArray<string>
}

export interface SubscriptionRequest extends Credentials {
  readonly session: Session
  readonly filter: SubscriptionFilter
  /** What of the filter the server grants; once for every connection. */
  readonly onAcknowledged?: ((granted: JsonObject) => Effect.Effect<void>) | undefined
  readonly onNotification: (notification: Notification) => Effect.Effect<void>
}

const subscriptionId = "io.modelcontextprotocol/subscriptionId"
const acknowledged = "notifications/subscriptions/acknowledged"
const rule = "MCP 2026-07-28 subscriptions"
/** The longest that a timer can be set to: a quiet subscription is a good one. */
const forever = 2 ** 31 - 1

/** What the server grants although it was not asked for, and what it does not although it was. */
const compare = (filter: SubscriptionFilter, granted: JsonObject) => {
  const { resourceSubscriptions: uris = [], ...switches } = filter
  const given = Array.isArray(granted.resourceSubscriptions) ? granted.resourceSubscriptions : []
  const wanted = Object.entries(switches).flatMap(([name, on]) => (on ? [name] : []))
  const on = Object.keys(granted).filter((name) => granted[name] === true)
  return {
    missing: [...wanted.filter((name) => !on.includes(name)), ...uris.filter((uri) => !given.includes(uri))],
    extra: [...on.filter((name) => !wanted.includes(name)), ...given.filter((uri) => !uris.includes(uri)).map(String)],
  }
}

/** One connection; ends when the server ended it in an orderly way. `stood` tells whether it ever was acknowledged. */
const listenOnce = Effect.fnUntraced(function* (request: SubscriptionRequest, stood: Deferred.Deferred<void>) {
  const findings = yield* Findings
  const { soft } = yield* Patience
  const id: RequestId = yield* (yield* RequestIds).next
  const withdrawn = yield* Deferred.make<void>()
  const raise = (severity: "warning" | "error", text: string) => findings.raise({ severity, rule, text })

  const acknowledge = Effect.fnUntraced(function* ({ params }: Notification) {
    const granted = isObject(params.notifications) ? params.notifications : {}
    const { missing, extra } = compare(request.filter, granted)
    if (missing.length > 0) yield* raise("warning", `The server does not grant: ${missing.join(", ")}.`)
    if (extra.length > 0) yield* raise("error", `The server grants what was not asked for: ${extra.join(", ")}.`)
    yield* Deferred.succeed(stood, undefined)
    if (request.onAcknowledged !== undefined) yield* request.onAcknowledged(granted)
  })

  const hear = Effect.fnUntraced(function* (notification: Notification) {
    const { method, params } = notification
    // Over stdio a server may end a subscription in this way as well.
    if (method === "notifications/cancelled" && params.requestId === id)
      return yield* Effect.asVoid(Deferred.succeed(withdrawn, undefined))
    const tag = isObject(params._meta) ? params._meta[subscriptionId] : undefined
    if (tag !== id)
      return yield* raise("error", `${method} came with the subscription id ${JSON.stringify(tag)}; ours is ${id}.`)
    if (method === acknowledged) return yield* acknowledge(notification)
    if (!(yield* Deferred.isDone(stood)))
      yield* raise("error", `${method} came before the subscription was acknowledged.`)
    yield* request.onNotification(notification)
  })

  const listening = exchange({
    ...request,
    id,
    method: "subscriptions/listen",
    params: { notifications: { ...request.filter } },
    onNotification: hear,
    idleMillis: yield* IdleLimit,
  }).pipe(Effect.provideService(Patience, { soft: forever, hard: forever }), Effect.asVoid)

  const unheard = Effect.gen(function* () {
    yield* Effect.sleep(soft)
    if (yield* Deferred.isDone(stood)) return yield* Effect.never
    return yield* mcpFailure("request_timed_out", { url: request.session.url, expected: acknowledged })
  })
  yield* Effect.raceFirst(Effect.raceFirst(listening, Deferred.await(withdrawn)), unheard)
})

/** A local server that ended is started anew by the next message, and has to be told again what is wanted (MR-63). */
const broken: ReadonlySet<string> = new Set(["no_response", "connection_lost", "server_exited"])

const brokeOff = (failure: ExchangeFailure): boolean =>
  failure._tag !== "AuthorizationRequired" && broken.has(failure.code)

/**
 * Listens to what changes at a modern server (MR-60), until the server ends it or the fiber is interrupted. A connection
 * that breaks is made anew with a new id; three in a row that were never acknowledged are the end.
 */
export const subscribe = Effect.fn("mcp.subscribe")(function* (
  request: SubscriptionRequest,
): Effect.fn.Return<void, ExchangeFailure, Wire | Findings> {
  for (let failures = 0; ; failures++) {
    const stood = yield* Deferred.make<void>()
    const ended = yield* Effect.result(listenOnce(request, stood))
    if (ended._tag === "Success") return
    if (yield* Deferred.isDone(stood)) failures = 0
    if (!brokeOff(ended.failure) || failures === mostReconnects) return yield* Effect.fail(ended.failure)
    yield* beforeReconnect({ lastEventId: "", retryMillis: undefined }, failures)
  }
})
