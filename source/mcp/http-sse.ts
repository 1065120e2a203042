import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { SecretBook } from "../text/redaction.ts"
import { type Secret, secret } from "../text/secret.ts"
import { keepSecrets } from "../text/secret-book.ts"
import type { IncomingStream, Wire } from "../wire/wire.ts"
import type { Connection, ExchangeFailure } from "./connection.ts"
import { type McpFailure, mcpFailure } from "./failure.ts"
import { openHttp } from "./http-request.ts"
import { readText } from "./incoming.ts"
import { readMessages, requestText } from "./json-rpc.ts"
import { lingerMillis, Patience } from "./limits.ts"
import { refusalOf } from "./refusal.ts"
import { makeSseParser, type SseEvent } from "./sse.ts"
import { type Came, makeSwitchboard, type Switchboard } from "./switchboard.ts"
import { type Dispatch, type Heard, type OneWay, Transport } from "./transport.ts"

type Arrival = Came | { readonly _tag: "ended"; readonly failure: ExchangeFailure }

/** One event stream: where its messages are sent, and with which token it was opened. */
interface Line {
  readonly endpoint: string
  readonly token: Secret | undefined
  alive: boolean
}

/** Where messages go: on the origin of the stream and nowhere else, because they carry the token (MR-35, F-62). */
export const messageEndpoint = (given: string, url: string): Result.Result<string, string> => {
  if (!URL.canParse(given, url)) return Result.fail("it is no URL")
  const endpoint = new URL(given, url)
  if (endpoint.origin !== new URL(url).origin) return Result.fail("it is on another origin")
  if (endpoint.username + endpoint.password !== "") return Result.fail("it holds a user name")
  endpoint.hash = ""
  return Result.succeed(endpoint.href)
}

/** Reads events until the stream ends; the first of the type `endpoint` opens the line, every `message` is routed. */
const readEvents = (
  incoming: IncomingStream,
  onEndpoint: (given: string) => Effect.Effect<void, McpFailure>,
  board: Switchboard<Arrival>,
) => {
  const evidence = { exchange: incoming.exchange, url: incoming.url }
  const parser = makeSseParser()
  const onEvent = ({ type, data }: SseEvent): Effect.Effect<void, McpFailure> => {
    if (type === "endpoint") return onEndpoint(data)
    if (type !== "message" || data === "") return Effect.void
    const messages = readMessages(data, false)
    if (Result.isFailure(messages)) {
      const { code, detail } = messages.failure
      return Effect.fail(mcpFailure(code, { ...evidence, detail }))
    }
    for (const message of messages.success) board.route({ _tag: "message", text: data, message })
    return Effect.void
  }
  return Stream.runForEach(incoming.chunks, (chunk) => {
    const events = parser.feed(chunk)
    return Result.isFailure(events)
      ? Effect.fail(mcpFailure("answer_too_large", evidence))
      : Effect.forEach(events.success, onEvent, { discard: true })
  })
}

/** Opens the stream and waits for the address that messages go to; what comes later is read until the stream ends. */
const openLine = Effect.fnUntraced(function* (
  connection: Connection,
  board: Switchboard<Arrival>,
  secrets: SecretBook,
  opened: Deferred.Deferred<Line, ExchangeFailure>,
): Effect.fn.Return<void, never, Wire> {
  const { soft } = yield* Patience
  const { url } = connection.session
  let line: Line | undefined
  const reading = Effect.gen(function* () {
    const { incoming, tokenSent } = yield* openHttp(connection, { verb: "GET", method: "GET", headersMillis: soft })
    const evidence = { exchange: incoming.exchange, url }
    const refused = { ...evidence, received: `HTTP ${incoming.status}, ${incoming.mediaType}` }
    if (incoming.status === 401 || incoming.status === 403 || incoming.status >= 500)
      return yield* refusalOf(incoming, yield* readText(incoming), { tokenSent, inSession: false })
    if (incoming.status !== 200 || incoming.mediaType !== "text/event-stream")
      return yield* mcpFailure("sse_not_offered", refused, { status: incoming.status })
    yield* readEvents(
      incoming,
      Effect.fnUntraced(function* (given) {
        if (line !== undefined) return
        const endpoint = messageEndpoint(given, url)
        if (Result.isFailure(endpoint))
          return yield* mcpFailure("sse_endpoint_foreign", { ...evidence, received: given, detail: endpoint.failure })
        // The session's id is in there: whoever has it could speak in our name (MR-34).
        for (const [name, value] of new URL(endpoint.success).searchParams) keepSecrets(secrets, secret(name, value))
        line = { endpoint: endpoint.success, token: connection.token, alive: true }
        yield* Deferred.succeed(opened, line)
      }),
      board,
    )
    return yield* mcpFailure("no_response", { ...evidence, detail: "the event stream ended" })
  })
  yield* Effect.catch(Effect.scoped(reading), (failure) =>
    Effect.gen(function* () {
      if (line !== undefined) line.alive = false
      yield* Deferred.fail(opened, failure)
      board.toAll({ _tag: "ended", failure })
    }),
  )
})

const make = (secrets: SecretBook) =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const board = makeSwitchboard<Arrival>()
    let current: { readonly line: Line; readonly close: Effect.Effect<void> } | undefined

    const open = Effect.fnUntraced(function* (connection: Connection) {
      yield* current?.close ?? Effect.void
      current = undefined
      const { soft } = yield* Patience
      const { url } = connection.session
      const opened = yield* Deferred.make<Line, ExchangeFailure>()
      const inner = yield* Scope.fork(scope)
      yield* Effect.forkIn(openLine(connection, board, secrets, opened), inner)
      const close = Scope.close(inner, yield* Effect.exit(Effect.void))
      const line = yield* Deferred.await(opened).pipe(
        Effect.timeoutOrElse({
          duration: soft,
          orElse: () => Effect.fail(mcpFailure("request_timed_out", { url, expected: "an endpoint event" })),
        }),
        Effect.onError(() => close),
      )
      current = { line, close }
      return line
    })

    /** The line for this request. A session is bound to its stream: another token, or a stream that ended, ends it. */
    const lineFor = Effect.fnUntraced(function* (connection: Connection, method: string) {
      if (method === "initialize") return yield* open(connection)
      const line = current?.line
      if (line === undefined || !line.alive || line.token !== connection.token)
        return yield* mcpFailure("session_lost", { url: connection.session.url, detail: "its event stream is gone" })
      return line
    })

    /** The answer to a POST says only that it was taken. */
    const post = Effect.fnUntraced(function* (
      connection: Connection,
      { endpoint }: Line,
      message: OneWay & Pick<Dispatch, "params">,
    ) {
      const { soft } = yield* Patience
      const { incoming, tokenSent } = yield* openHttp(
        { ...connection, session: { ...connection.session, url: endpoint } },
        { verb: "POST", ...message, headersMillis: soft },
      )
      if (incoming.status < 200 || incoming.status >= 300)
        return yield* refusalOf(incoming, yield* readText(incoming), { tokenSent, inSession: true })
      yield* readText(incoming).pipe(Effect.ignore, Effect.timeoutOption(lingerMillis))
      return incoming
    }, Effect.scoped)

    const converse: Transport["converse"] = Effect.fnUntraced(function* (dispatch) {
      const { id, method, params, session } = dispatch
      const line = yield* lineFor(dispatch, method)
      yield* board.during(
        id,
        Effect.fnUntraced(function* (arrivals) {
          const body = requestText(id, method, params)
          const { exchange } = yield* post(dispatch, line, { method, params, body })
          while (!(yield* dispatch.answered)) {
            const arrival = yield* Queue.take(arrivals)
            if (arrival._tag === "ended") return yield* Effect.fail(arrival.failure)
            yield* dispatch.hear(yield* headOf(exchange, session.url), arrival.message)
          }
        }),
      )
    })

    return {
      kind: "http+sse",
      converse,
      sendOneWay: Effect.fnUntraced(function* (connection, message) {
        const { exchange } = yield* post(connection, yield* lineFor(connection, message.method), {
          ...message,
          params: {},
        })
        return { exchange }
      }),
      overhear: Effect.fnUntraced(function* (connection, hear) {
        const arrivals = yield* board.beside
        const next = Effect.gen(function* () {
          const arrival = yield* Queue.take(arrivals)
          if (arrival._tag === "message") yield* hear(yield* headOf(0, connection.session.url), arrival.message)
        })
        yield* Effect.forkScoped(Effect.forever(next))
      }),
      // Its stream carries everything, and stays (MR-33).
      cancelsByNotification: () => true,
    } satisfies Transport
  })

/** What stands for the head of the answer, which comes on a stream that was opened long before. */
const headOf = (exchange: number, url: string): Effect.Effect<Heard> =>
  Effect.map(Clock.currentTimeMillis, (receivedAt) => ({
    exchange,
    url,
    status: 200,
    headers: [],
    mediaType: "text/event-stream",
    receivedAt,
  }))

/**
 * The HTTP+SSE transport of 2024-11-05 in place of Streamable HTTP (MR-35): a GET brings an event stream, its first event
 * says where messages are to be sent, and every answer comes on that stream. Used only where the user asks for it.
 */
export const httpSseLayer = (options: { readonly secrets: SecretBook }): Layer.Layer<never> =>
  Layer.effect(Transport, make(options.secrets))
