import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import { excerpt } from "../text/excerpt.ts"
import { Findings } from "../text/finding.ts"
import { redactBody, type SecretBook } from "../text/redaction.ts"
import { type Body, Recorder } from "../wire/exchange.ts"
import { recordedBytes } from "../wire/legs.ts"
import { type McpFailure, mcpFailure } from "./failure.ts"
import { type ReadProblem, readMessages, requestText, resultText } from "./json-rpc.ts"
import { revisions } from "./revisions.ts"
import { type Child, startChild } from "./stdio-child.ts"
import { type StdioCommand, serverEnvironment, stdioUrl } from "./stdio-command.ts"
import { type Came, makeSwitchboard } from "./switchboard.ts"
import { type Dispatch, type Heard, Transport } from "./transport.ts"

export interface StdioOptions extends StdioCommand {
  /** Variables for the server beside the few that every program needs. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly secrets: SecretBook
  /** Each line that the server writes to standard error, as it wrote it. */
  readonly onErrorLine?: (line: string) => void
}

/** What arrives for one request. */
type Arrival =
  | (Came & { readonly batched: boolean })
  | { readonly _tag: "noise"; readonly text: string; readonly problem: ReadProblem }
  | { readonly _tag: "exited"; readonly detail: string }

/** Lines of standard error kept as last words. */
const mostLastWords = 5

/** What stands for the head of an HTTP answer. */
const headOf = (evidence: { readonly exchange: number; readonly url: string }): Effect.Effect<Heard> =>
  Effect.map(Clock.currentTimeMillis, (receivedAt) => ({
    ...evidence,
    status: 200,
    headers: [],
    mediaType: "application/json",
    receivedAt,
  }))

const make = (options: StdioOptions) =>
  Effect.gen(function* () {
    const recorder = yield* Recorder
    const starting = yield* Semaphore.make(1)
    const url = stdioUrl(options)
    const board = makeSwitchboard<Arrival>()
    let lastWords: Array<string> = []
    let child: Child | undefined

    const onLine = (text: string): void => {
      if (text.trim() === "") return
      const messages = readMessages(text, true)
      if (Result.isFailure(messages)) {
        board.toLatest({ _tag: "noise", text, problem: messages.failure })
        return
      }
      const batched = text.trimStart().startsWith("[")
      for (const message of messages.success) {
        // Between two requests a ping must not wait for the next one (MR-16).
        if (!board.attended() && message._tag === "request" && message.method === "ping")
          child?.send(resultText(message.id, {}))
        else board.route({ _tag: "message", text, message, batched })
      }
    }

    const onErrorLine = (line: string): void => {
      lastWords = [...lastWords, line].slice(-mostLastWords)
      options.onErrorLine?.(line)
    }

    /** The running server; one that has ended is started anew, for requests that come after (MR-63). */
    const running = starting.withPermits(1)(
      Effect.gen(function* () {
        if (child?.alive()) return child
        lastWords = []
        child = yield* startChild({
          ...options,
          env: serverEnvironment(process.env, options.env),
          onLine,
          onErrorLine,
          onExit: (detail) => {
            const words = lastWords.length === 0 ? "" : `; its last words: ${lastWords.join(" | ")}`
            board.toAll({ _tag: "exited", detail: detail + words })
          },
        })
        return child
      }),
    )

    yield* Effect.addFinalizer(() => Effect.suspend(() => child?.stop ?? Effect.void))

    const bodyOf = (lines: ReadonlyArray<string>): Body => {
      const text = lines.join("\n")
      const mediaType = lines.length === 1 ? "application/json" : "application/x-ndjson"
      return {
        text: redactBody(options.secrets, mediaType, text.slice(0, recordedBytes)),
        mediaType,
        bytes: Buffer.byteLength(text),
        truncated: text.length > recordedBytes,
      }
    }

    /** Writes one line, and records it like a request over HTTP. */
    const send = Effect.fnUntraced(function* (server: Child, line: string, label: string) {
      const exchange = yield* recorder.next
      const at = yield* Clock.currentTimeMillis
      const head = { exchange, attempt: 1, leg: "mcp", at, method: "WRITE", url, label, headers: [] } as const
      yield* recorder.sending({ ...head, body: bodyOf([line]) })
      server.send(line)
      return { exchange, at }
    })

    const finished = Effect.fnUntraced(function* (
      { exchange, at: began }: { readonly exchange: number; readonly at: number },
      lines: ReadonlyArray<string>,
      failure?: McpFailure,
    ) {
      const at = yield* Clock.currentTimeMillis
      yield* recorder.finished({
        exchange,
        at,
        headers: [],
        ...(lines.length === 0 ? {} : { body: bodyOf(lines) }),
        timings: { total: at - began },
        ...(failure === undefined ? {} : { failure: { code: failure.code, detail: failure.detail ?? failure.what } }),
      })
    })

    const listen = Effect.fnUntraced(function* (dispatch: Dispatch, queue: Queue.Queue<Arrival>, server: Child) {
      const { session, id, method, params } = dispatch
      const findings = yield* Findings
      const sent = yield* send(server, requestText(id, method, params), method)
      const evidence = { exchange: sent.exchange, url: session.url }
      const lines: Array<string> = []
      const take = Effect.gen(function* () {
        while (!(yield* dispatch.answered)) {
          const arrival = yield* Queue.take(queue)
          if (arrival._tag === "exited")
            return yield* mcpFailure("server_exited", { ...evidence, detail: arrival.detail })
          lines.push(arrival.text)
          if (arrival._tag === "noise") {
            const text = `A line on standard output is no message (${arrival.problem.detail}): ${excerpt(arrival.text)}`
            yield* findings.raise({ severity: "error", rule: "MCP stdio", text, exchange: sent.exchange })
            continue
          }
          if (arrival.batched && !revisions[session.protocolVersion].batches)
            return yield* mcpFailure("batch_refused", evidence)
          yield* dispatch.hear(yield* headOf(evidence), arrival.message)
        }
      })
      yield* take.pipe(
        Effect.tapError((failure) => finished(sent, lines, failure)),
        Effect.tap(() => finished(sent, lines)),
        Effect.onInterrupt(() => finished(sent, lines)),
      )
    })

    const converse: Transport["converse"] = Effect.fnUntraced(function* (dispatch) {
      const { session, id, method } = dispatch
      const server = yield* running
      const handshake = revisions[session.protocolVersion].era === "legacy"
      if (method === "initialize") server.initialized = true
      // A server that was started anew has not seen this session; nothing was sent.
      else if (handshake && !server.initialized)
        return yield* mcpFailure("session_lost", { url, detail: "the server was started anew" })
      yield* board.during(id, (arrivals) => listen(dispatch, arrivals, server))
    })

    const overhear: Transport["overhear"] = Effect.fnUntraced(function* (connection, hear) {
      const arrivals = yield* board.beside
      const next = Effect.gen(function* () {
        const arrival = yield* Queue.take(arrivals)
        if (arrival._tag === "message")
          yield* hear(yield* headOf({ exchange: 0, url: connection.session.url }), arrival.message)
      })
      yield* Effect.forkScoped(Effect.forever(next))
    })

    const sendOneWay: Transport["sendOneWay"] = Effect.fnUntraced(function* (_, { method, body }) {
      const server = child
      if (server === undefined || !server.alive()) return yield* mcpFailure("server_exited", { url })
      const sent = yield* send(server, body, method)
      yield* finished(sent, [])
      return { exchange: sent.exchange }
    })

    return {
      kind: "stdio",
      converse,
      sendOneWay,
      overhear,
      // There is no stream that could be closed (MR-64).
      cancelsByNotification: () => true,
    } satisfies Transport
  })

/**
 * A local server over standard input and output, in place of Streamable HTTP. It is started by the first request, so that
 * its command can be approved before (CR-121), and stopped with the layer's scope: its input is closed, then it is asked,
 * then forced to end, with everything it started (MR-63). A session's `url` is `stdioUrl(command)`.
 */
export const stdioLayer = (options: StdioOptions): Layer.Layer<never, never, Recorder> =>
  Layer.effect(Transport, make(options))
