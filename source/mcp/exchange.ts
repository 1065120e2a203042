import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { formatMillis } from "../text/duration.ts"
import type { Findings } from "../text/finding.ts"
import { type Secret, secret } from "../text/secret.ts"
import { header, type IncomingHead, type Wire } from "../wire/wire.ts"
import { Attention } from "./attention.ts"
import { RequestIds } from "./client.ts"
import type { Answer, Connection, ExchangeFailure } from "./connection.ts"
import type { Conversation, Notification, Progress } from "./conversation.ts"
import { declaredIdentity } from "./elicitation.ts"
import { mcpFailure } from "./failure.ts"
import { isObject, type JsonObject, type RequestId } from "./json-rpc.ts"
import { courtesyMillis, Patience } from "./limits.ts"
import { notify, startConversation } from "./listening.ts"
import { WantedLogLevel } from "./log-level.ts"
import { withMeta } from "./request-meta.ts"
import { revisions } from "./revisions.ts"
import { Transport } from "./transport.ts"

export type { Answer, Connection, ExchangeFailure } from "./connection.ts"
export type { Notification, Progress } from "./conversation.ts"
export { notify, sendOneWay } from "./listening.ts"

export interface ExchangeRequest extends Connection {
  readonly method: string
  readonly params?: JsonObject | undefined
  /** Taken from RequestIds by whoever has to know it beforehand; never one that was used (MR-13). */
  readonly id?: RequestId | undefined
  /** `Mcp-Param-*` fields (mirrored-headers.ts). */
  readonly mirrored?: Readonly<Record<string, string>> | undefined
  /** Milliseconds that its event stream may be silent (only HTTP); otherwise Patience says how long it may take. */
  readonly idleMillis?: number | undefined
  /** Called for each progress of this request; asking for it sends a progress token. */
  readonly onProgress?: ((progress: Progress) => Effect.Effect<void>) | undefined
  /** Called for every other notification that comes with the answer. */
  readonly onNotification?: ((notification: Notification) => Effect.Effect<void>) | undefined
}

/** Fails when nothing came for too long; progress moves the soft limit, never the hard one (MR-59). */
const watchdog = (conversation: Conversation, began: number, { soft, hard }: Patience, url: string) =>
  Effect.gen(function* () {
    const attention = yield* Attention
    for (;;) {
      const now = yield* Clock.currentTimeMillis
      const since = attention.open > 0 ? now : Math.max(conversation.lastProgress(), attention.settled)
      const end = Math.min(since + soft, began + hard)
      if (now >= end)
        return yield* mcpFailure("request_timed_out", { url, received: `nothing for ${formatMillis(soft)}` })
      yield* Effect.sleep(end - now)
    }
  })

/** Where the server assigned one, the session id of an answer. */
const assignedSession = (head: IncomingHead, { session }: Connection): { readonly sessionId?: Secret } => {
  const value = revisions[session.protocolVersion].sessions ? header(head, "mcp-session-id") : undefined
  return value === undefined ? {} : { sessionId: secret("mcp-session-id", value) }
}

/**
 * One request and its answer, in any revision and over any transport. Fails with AuthorizationRequired on 401 or a
 * challenged 403, with McpFailure for every other refusal, and with WireFailure when no answer came. Interrupting it
 * closes the stream, and where the transport and the revision ask for it also sends `notifications/cancelled` (MR-33,
 * MR-42, MR-64).
 */
export const exchange = Effect.fn("mcp.exchange")(function* (
  request: ExchangeRequest,
): Effect.fn.Return<Answer, ExchangeFailure, Wire | Findings> {
  const { session, method } = request
  const revision = revisions[session.protocolVersion]
  const transport = yield* Transport
  const id = request.id ?? (yield* (yield* RequestIds).next)
  const patience = yield* Patience
  const params = withMeta(request.params ?? {}, {
    protocolVersion: session.protocolVersion,
    identity: yield* declaredIdentity(session.protocolVersion),
    progressToken: request.onProgress === undefined ? undefined : id,
    logLevel: yield* WantedLogLevel,
  })
  const began = yield* Clock.currentTimeMillis
  const outcome = yield* Deferred.make<Answer, ExchangeFailure>()
  const meta = isObject(params._meta) ? params._meta : {}

  const talk = Effect.scoped(
    Effect.gen(function* () {
      const conversation = yield* startConversation(
        request,
        {
          id,
          method,
          revision,
          logging: meta["io.modelcontextprotocol/logLevel"] !== undefined,
          onProgress: request.onProgress,
          onNotification: request.onNotification,
        },
        began,
      )
      const converse = transport.converse({
        ...request,
        id,
        params,
        headersMillis: patience.soft,
        answered: Deferred.isDone(outcome),
        settled: Deferred.await(outcome).pipe(Effect.exit, Effect.asVoid),
        hear: (head, message) =>
          Effect.flatMap(conversation.hear(head, message), (heard) =>
            heard === undefined
              ? Effect.void
              : Deferred.completeWith(
                  outcome,
                  Effect.map(heard, (result) => ({
                    result,
                    exchange: head.exchange,
                    status: head.status,
                    ...assignedSession(head, request),
                  })),
                ),
          ),
      })
      return yield* Effect.raceFirst(
        converse.pipe(
          Effect.catch((failure) => Effect.asVoid(Deferred.completeWith(outcome, Effect.fail(failure)))),
          Effect.andThen(Deferred.await(outcome)),
          Effect.onInterrupt(() => Effect.flatMap(Deferred.isDone(outcome), (done) => (done ? Effect.void : cancel))),
        ),
        watchdog(conversation, began, patience, session.url),
      )
    }),
  )

  const cancel =
    transport.cancelsByNotification(revision) && method !== "initialize"
      ? notify(request, "notifications/cancelled", { requestId: id, reason: "no longer wanted" }).pipe(
          Effect.ignore,
          Effect.timeoutOption(courtesyMillis),
        )
      : Effect.void

  return yield* talk
})
