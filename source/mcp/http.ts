import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Findings } from "../text/finding.ts"
import { reveal, type Secret, secret } from "../text/secret.ts"
import type { WireFailure } from "../wire/failure.ts"
import { header, type IncomingHead, Wire } from "../wire/wire.ts"
import { ClientIdentity, RequestIds } from "./client.ts"
import { type Conversation, makeConversation, type Notification, type Progress } from "./conversation.ts"
import { type AuthorizationRequired, type McpFailure, mcpFailure } from "./failure.ts"
import { forEachMessage, readText } from "./incoming.ts"
import { type JsonObject, notificationText, requestText } from "./json-rpc.ts"
import { courtesyMillis, lingerMillis, Patience } from "./limits.ts"
import { refusalOf } from "./refusal.ts"
import { requestHeaders, requestLabel } from "./request-headers.ts"
import { withMeta } from "./request-meta.ts"
import { revisions } from "./revisions.ts"
import type { Endpoint } from "./session.ts"

export type { Notification, Progress } from "./conversation.ts"

export type ExchangeFailure = McpFailure | AuthorizationRequired | WireFailure

export interface Connection {
  readonly session: Endpoint
  readonly token?: Secret | undefined
}

export interface ExchangeRequest extends Connection {
  readonly method: string
  readonly params?: JsonObject | undefined
  /** `Mcp-Param-*` fields (mirrored-headers.ts). */
  readonly mirrored?: Readonly<Record<string, string>> | undefined
  /** Called for each progress of this request; asking for it sends a progress token. */
  readonly onProgress?: ((progress: Progress) => Effect.Effect<void>) | undefined
  /** Called for every other notification that comes with the answer. */
  readonly onNotification?: ((notification: Notification) => Effect.Effect<void>) | undefined
}

export interface Answer {
  /** As received; unknown members are kept. */
  readonly result: JsonObject
  readonly exchange: number
  /** HTTP status; always 2xx. */
  readonly status: number
  /** The session id that came with this answer; only the one of `initialize` counts (MR-27). */
  readonly sessionId?: Secret
}

const bearerOf = (token: Secret | undefined): string | undefined => (token === undefined ? undefined : reveal(token))

/** One POST of one message (MR-20), with the token on every single one (CR-99). */
const post = Effect.fnUntraced(function* (
  { session, token }: Connection,
  message: {
    readonly method: string
    readonly params?: JsonObject | undefined
    readonly mirrored?: Readonly<Record<string, string>> | undefined
    readonly body: string
    readonly headersMillis: number
  },
) {
  const wire = yield* Wire
  return yield* wire.open({
    leg: "mcp",
    method: "POST",
    url: session.url,
    label: requestLabel(message),
    typed: true,
    headers: requestHeaders({
      protocolVersion: session.protocolVersion,
      method: message.method,
      params: message.params,
      mirrored: message.mirrored,
      sessionId: session.sessionId === undefined ? undefined : reveal(session.sessionId),
      bearer: bearerOf(token),
    }),
    body: message.body,
    headersMillis: message.headersMillis,
  })
})

/** Sends a message that has no answer: a notification, or our answer to a request of the server (MR-22). */
export const sendOneWay = Effect.fn("mcp.sendOneWay")(function* (
  connection: Connection,
  message: { readonly method: string; readonly body: string },
): Effect.fn.Return<{ readonly exchange: number }, ExchangeFailure, Wire> {
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const { soft } = yield* Patience
      const incoming = yield* post(connection, { ...message, headersMillis: soft })
      if (incoming.status >= 200 && incoming.status < 300) {
        // 202 has no body; whatever comes instead is drained, but not waited for.
        yield* readText(incoming).pipe(Effect.ignore, Effect.timeoutOption(lingerMillis))
        return { exchange: incoming.exchange }
      }
      const body = yield* readText(incoming)
      return yield* refusalOf(incoming, body, { token: connection.token, inSession: inSession(connection) })
    }),
  )
})

export const notify = (
  connection: Connection,
  method: string,
  params?: JsonObject,
): Effect.Effect<{ readonly exchange: number }, ExchangeFailure, Wire> =>
  sendOneWay(connection, { method, body: notificationText(method, params) })

const inSession = ({ session }: Connection): boolean =>
  session.sessionId !== undefined && revisions[session.protocolVersion].sessions

/** Fails when nothing came for too long; progress moves the soft limit, never the hard one (MR-59). */
const watchdog = (conversation: Conversation, began: number, { soft, hard }: Patience, url: string) =>
  Effect.gen(function* () {
    for (;;) {
      const now = yield* Clock.currentTimeMillis
      const end = Math.min(conversation.lastProgress() + soft, began + hard)
      if (now >= end)
        return yield* mcpFailure("request_timed_out", { url, received: `nothing for ${Math.round(soft / 1000)} s` })
      yield* Effect.sleep(end - now)
    }
  })

/** Where the server assigned one, the session id of an answer. */
const assignedSession = (head: IncomingHead, { session }: Connection): { readonly sessionId?: Secret } => {
  const value = revisions[session.protocolVersion].sessions ? header(head, "mcp-session-id") : undefined
  return value === undefined ? {} : { sessionId: secret("mcp-session-id", value) }
}

/**
 * One request and its answer over Streamable HTTP, JSON or events, in any revision. Fails with AuthorizationRequired on
 * 401 or a challenged 403, with McpFailure for every other refusal, and with WireFailure when no answer came. Interrupting
 * it closes the stream, and in the revisions with `initialize` also sends `notifications/cancelled` (MR-33, MR-42).
 */
export const exchange = Effect.fn("mcp.exchange")(function* (
  request: ExchangeRequest,
): Effect.fn.Return<Answer, ExchangeFailure, Wire | Findings> {
  const { session, token, method } = request
  const revision = revisions[session.protocolVersion]
  const id = yield* (yield* RequestIds).next
  const patience = yield* Patience
  const params = withMeta(request.params ?? {}, {
    protocolVersion: session.protocolVersion,
    identity: yield* ClientIdentity,
    progressToken: request.onProgress === undefined ? undefined : id,
  })
  const began = yield* Clock.currentTimeMillis
  const outcome = yield* Deferred.make<Answer, ExchangeFailure>()

  const conversation = makeConversation(
    {
      id,
      method,
      revision,
      onProgress: request.onProgress,
      onNotification: request.onNotification,
      reply: (body) =>
        sendOneWay(request, { method: "response", body }).pipe(Effect.ignore, Effect.timeoutOption(courtesyMillis)),
    },
    began,
  )

  const converse = Effect.scoped(
    Effect.gen(function* () {
      const incoming = yield* post(request, {
        method,
        params,
        mirrored: request.mirrored,
        body: requestText(id, method, params),
        headersMillis: patience.soft,
      })
      if (incoming.status < 200 || incoming.status >= 300) {
        const body = yield* readText(incoming)
        return yield* refusalOf(incoming, body, { id, token, inSession: inSession(request) })
      }
      const read = forEachMessage(incoming, revision.batches, (message) =>
        Effect.flatMap(conversation.hear(incoming, message), (heard) =>
          heard === undefined
            ? Effect.void
            : Deferred.completeWith(
                outcome,
                Effect.map(heard, (result) => ({
                  result,
                  exchange: incoming.exchange,
                  status: incoming.status,
                  ...assignedSession(incoming, request),
                })),
              ),
        ),
      ).pipe(
        // What goes wrong after the response does not spoil it.
        Effect.catch((failure) => Deferred.completeWith(outcome, Effect.fail(failure))),
      )
      const linger = Deferred.await(outcome).pipe(Effect.exit, Effect.andThen(Effect.sleep(lingerMillis)))
      yield* Effect.raceFirst(read, linger)
      if (!(yield* Deferred.isDone(outcome)))
        return yield* mcpFailure(
          "no_response",
          { exchange: incoming.exchange, url: session.url, expected: `a response with id ${id}` },
          { status: incoming.status },
        )
      return yield* Deferred.await(outcome)
    }),
  )

  const cancel =
    revision.cancelByNotification && method !== "initialize"
      ? notify(request, "notifications/cancelled", { requestId: id, reason: "no longer wanted" }).pipe(
          Effect.ignore,
          Effect.timeoutOption(courtesyMillis),
        )
      : Effect.void

  return yield* Effect.raceFirst(
    Effect.onInterrupt(converse, () => cancel),
    watchdog(conversation, began, patience, session.url),
  )
})
