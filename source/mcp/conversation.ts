import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Findings } from "../text/finding.ts"
import type { IncomingHead, Wire } from "../wire/wire.ts"
import type { ExchangeFailure } from "./connection.ts"
import { answerText } from "./elicitation-answer.ts"
import { type McpFailure, mcpFailure } from "./failure.ts"
import { isId, type JsonObject, type Message, type RequestId, rpcCodes } from "./json-rpc.ts"
import { courtesyMillis } from "./limits.ts"
import type { AskedAnswer } from "./passing.ts"
import { rpcFailure } from "./refusal.ts"
import type { Revision } from "./revisions.ts"

export interface Notification {
  readonly method: string
  readonly params: JsonObject
}

export interface Progress {
  readonly progress: number
  readonly total?: number
  readonly message?: string
}

/** Whoever sent the request, as far as the answer's stream concerns them. */
export interface Listener {
  readonly id: RequestId
  readonly method: string
  readonly revision: Revision
  /** Whether this request asked for log messages (2026-07-28). */
  readonly logging: boolean
  readonly onProgress?: ((progress: Progress) => Effect.Effect<void>) | undefined
  readonly onNotification?: ((notification: Notification) => Effect.Effect<void>) | undefined
  /** Sends our answer to a request of the server. */
  readonly reply: (body: string) => Effect.Effect<unknown, ExchangeFailure, Wire>
  /** Answers what the server asks of the user; `undefined` for what was not declared. */
  readonly respond: (
    head: IncomingHead,
    method: string,
    params: JsonObject,
  ) => Effect.Effect<AskedAnswer, never, Findings> | undefined
  /** Does some work beside the reading of the stream, until the request is over. */
  readonly beside: (
    key: RequestId,
    work: Effect.Effect<void, never, Findings | Wire>,
  ) => Effect.Effect<void, never, Findings | Wire>
  /** Gives such work up. */
  readonly withdraw: (key: RequestId) => Effect.Effect<void>
}

export interface Conversation {
  /** Milliseconds since the epoch of the last progress, or of the beginning. */
  readonly lastProgress: () => number
  /** Takes one message; gives the outcome if it was the response to our request. */
  readonly hear: (
    head: IncomingHead,
    message: Message,
  ) => Effect.Effect<Effect.Effect<JsonObject, McpFailure> | undefined, never, Findings | Wire>
}

/** Methods that may answer `input_required` (2026-07-28, Multi Round-Trip Requests). */
export const multiRound: ReadonlySet<string> = new Set(["tools/call", "prompts/get", "resources/read"])

/** MR-17: no `resultType` means complete; an unknown one makes the result unusable. */
const completed = (
  { method, revision }: Listener,
  result: JsonObject,
  head: IncomingHead,
): Effect.Effect<JsonObject, McpFailure> => {
  const type = result.resultType ?? "complete"
  const known = type === "complete" || (type === "input_required" && multiRound.has(method))
  if (known || !revision.requestMeta) return Effect.succeed(result)
  return Effect.fail(
    mcpFailure("bad_result", {
      exchange: head.exchange,
      url: head.url,
      expected: 'resultType "complete"',
      received: `resultType ${JSON.stringify(type)}`,
    }),
  )
}

const progressOf = (params: JsonObject): Progress | undefined => {
  const { progress, total, message } = params
  if (typeof progress !== "number") return undefined
  return {
    progress,
    ...(typeof total === "number" ? { total } : {}),
    ...(typeof message === "string" ? { message } : {}),
  }
}

const raise = (severity: "warning" | "error", rule: string, text: string, head: IncomingHead) =>
  Effect.flatMap(Findings, (findings) => findings.raise({ severity, rule, text, exchange: head.exchange }))

/** What is said on the stream of one request: its response, its progress, and what the server sends in between. */
export const makeConversation = (listener: Listener, began: number): Conversation => {
  let lastProgress = began
  let furthest = Number.NEGATIVE_INFINITY

  /** Progress of something else, or that does not advance, is not shown (MR-59). */
  const hearProgress = Effect.fnUntraced(function* (params: JsonObject) {
    const progress = params.progressToken === listener.id ? progressOf(params) : undefined
    if (progress === undefined || progress.progress <= furthest || listener.onProgress === undefined) return
    furthest = progress.progress
    lastProgress = yield* Clock.currentTimeMillis
    yield* listener.onProgress(progress)
  })

  const hearNotification = Effect.fnUntraced(function* (head: IncomingHead, notification: Notification) {
    if (notification.method === "notifications/progress") return yield* hearProgress(notification.params)
    if (notification.method === "notifications/cancelled" && isId(notification.params.requestId))
      yield* listener.withdraw(notification.params.requestId)
    if (notification.method === "notifications/message" && listener.revision.requestMeta && !listener.logging)
      // Without a log level in the request the server may not log to us (MR-61).
      return yield* raise(
        "error",
        "MCP 2026-07-28 logging",
        "The server sent a log message that nobody asked for.",
        head,
      )
    if (listener.onNotification !== undefined) yield* listener.onNotification(notification)
  })

  /** MR-16: a ping is answered, whatever else was not declared is declined; a modern server may not ask at all. */
  const hearRequest = Effect.fnUntraced(function* (
    head: IncomingHead,
    { id, method, params }: Extract<Message, { readonly _tag: "request" }>,
  ) {
    if (!listener.revision.serverRequests)
      return yield* raise(
        "error",
        "MCP 2026-07-28 basic, Patterns",
        `The server sent a request (${method}) on a stream.`,
        head,
      )
    const work = method === "ping" ? undefined : listener.respond(head, method, params)
    if (work !== undefined) return yield* listener.beside(id, ask(head, id, work))
    const answer: AskedAnswer =
      method === "ping"
        ? { result: {} }
        : { error: { code: rpcCodes.methodNotFound, message: `${method} is not supported by this client` } }
    yield* listener.reply(answerText(id, answer)).pipe(Effect.ignore, Effect.timeoutOption(courtesyMillis))
  })

  /** Asks the user, and sends the answer. */
  const ask = (head: IncomingHead, id: RequestId, work: Effect.Effect<AskedAnswer, never, Findings>) =>
    work.pipe(
      Effect.flatMap((answer) => listener.reply(answerText(id, answer))),
      Effect.catch((failure) =>
        raise(
          "error",
          "MCP elicitation",
          `The answer to the server's question was not taken: ${failure.message}`,
          head,
        ),
      ),
      Effect.asVoid,
    )

  const foreign = (head: IncomingHead, id: RequestId) =>
    raise(
      "warning",
      "JSON-RPC 2.0 §5",
      `A response with the id ${JSON.stringify(id)} was ignored; ours is ${JSON.stringify(listener.id)}.`,
      head,
    )

  const hear: Conversation["hear"] = Effect.fnUntraced(function* (head, message) {
    switch (message._tag) {
      case "notification":
        yield* hearNotification(head, message)
        return undefined
      case "request":
        yield* hearRequest(head, message)
        return undefined
      case "response":
        if (message.id === listener.id) return completed(listener, message.result, head)
        yield* foreign(head, message.id)
        return undefined
      case "error":
        // Without an id the server could not read ours; nothing else is outstanding on this stream.
        if (message.id === undefined || message.id === listener.id) return Effect.fail(rpcFailure(message.error, head))
        yield* foreign(head, message.id)
        return undefined
    }
  })

  return { lastProgress: () => lastProgress, hear }
}
