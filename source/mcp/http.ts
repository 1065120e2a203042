import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Findings } from "../text/finding.ts"
import type { IncomingStream, Wire } from "../wire/wire.ts"
import type { Connection, ExchangeFailure } from "./connection.ts"
import { type McpFailure, mcpFailure } from "./failure.ts"
import { openHttp } from "./http-request.ts"
import { forEachMessage, readText, type StreamPlace } from "./incoming.ts"
import { requestText } from "./json-rpc.ts"
import { lingerMillis, Patience } from "./limits.ts"
import { refusalOf } from "./refusal.ts"
import { beforeReconnect, mostReconnects } from "./resume.ts"
import { revisions } from "./revisions.ts"
import type { Dispatch, OneWay, Transport } from "./transport.ts"

const inSession = ({ session }: Connection): boolean =>
  session.sessionId !== undefined && revisions[session.protocolVersion].sessions

const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** What came of reading one stream: nothing said, the response was heard, or why reading ended. */
type Read = Result.Result<void, ExchangeFailure>

/** Reads until the stream ends, or shortly after the response: what a server sends behind it is not waited for. */
const read = (
  dispatch: Dispatch,
  incoming: IncomingStream,
  place: StreamPlace,
): Effect.Effect<Read, never, Wire | Findings> => {
  const { batches } = revisions[dispatch.session.protocolVersion]
  const all = forEachMessage(incoming, batches, (message) => dispatch.hear(incoming, message), {
    place,
    idleMillis: dispatch.idleMillis,
  })
  const linger = dispatch.settled.pipe(Effect.andThen(Effect.sleep(lingerMillis)), Effect.as(Result.succeed(undefined)))
  return Effect.raceFirst(Effect.result(all), linger)
}

const unanswered = ({ session, id }: Dispatch, exchange: number, detail?: string): McpFailure =>
  mcpFailure("no_response", {
    exchange,
    url: session.url,
    expected: `a response with id ${id}`,
    ...(detail === undefined ? {} : { detail }),
  })

/** Asks once for the rest of a stream. Gives whether asking again may help. */
const resumeOnce = Effect.fnUntraced(function* (dispatch: Dispatch, place: StreamPlace) {
  const opened = yield* openHttp(dispatch, {
    verb: "GET",
    method: "GET",
    headers: { "last-event-id": place.lastEventId },
    headersMillis: dispatch.headersMillis,
  })
  const { incoming } = opened
  // Not a refusal of the request, which was accepted long ago and may have run: it must not be repeated for this.
  if (!isSuccess(incoming.status) || incoming.mediaType !== "text/event-stream")
    return incoming.status >= 500 ? "again" : `HTTP ${incoming.status} to the request for the rest of the stream`
  const outcome = yield* read(dispatch, incoming, place)
  return Result.isFailure(outcome) && outcome.failure._tag === "McpFailure" ? outcome.failure : "again"
}, Effect.scoped)

/**
 * Takes the rest of a stream that ended after an event id (MR-32): GET with `Last-Event-ID`, after the wait that the
 * server asked for. One that brings news may end again, which makes it a poll; one that brings none is a failure.
 */
const resume = Effect.fnUntraced(function* (dispatch: Dispatch, place: StreamPlace, exchange: number) {
  let failures = 0
  while (!(yield* dispatch.answered)) {
    if (failures > mostReconnects) return yield* unanswered(dispatch, exchange, "the stream could not be resumed")
    yield* beforeReconnect(place, failures)
    const from = place.lastEventId
    const outcome = yield* resumeOnce(dispatch, place).pipe(
      Effect.catchTag("WireFailure", () => Effect.succeed("again" as const)),
    )
    if (yield* dispatch.answered) return
    if (typeof outcome !== "string") return yield* outcome
    if (outcome !== "again") return yield* unanswered(dispatch, exchange, outcome)
    failures = place.lastEventId === from ? failures + 1 : 0
  }
})

const post = Effect.fnUntraced(function* (dispatch: Dispatch, place: StreamPlace) {
  const { id, method, params, mirrored } = dispatch
  const { incoming, tokenSent } = yield* openHttp(dispatch, {
    verb: "POST",
    method,
    params,
    mirrored,
    body: requestText(id, method, params),
    headersMillis: dispatch.headersMillis,
  })
  if (incoming.askedAt !== undefined) {
    const findings = yield* Findings
    yield* findings.raise({
      severity: "warning",
      rule: "MCP security best practices, Validate Redirect Targets",
      text: `The server redirects ${incoming.askedAt} to ${incoming.url}; only the slash at the end differs, so it was followed.`,
      exchange: incoming.exchange,
    })
  }
  if (!isSuccess(incoming.status)) {
    const body = yield* readText(incoming)
    return yield* refusalOf(incoming, body, { id, tokenSent, inSession: inSession(dispatch) })
  }
  return { exchange: incoming.exchange, status: incoming.status, outcome: yield* read(dispatch, incoming, place) }
}, Effect.scoped)

/** One POST of one message (MR-20), and whatever its stream brings, in as many pieces as it takes. */
const converse = Effect.fn("mcp.http.converse")(function* (
  dispatch: Dispatch,
): Effect.fn.Return<void, ExchangeFailure, Wire | Findings> {
  const place: StreamPlace = { lastEventId: "", retryMillis: undefined }
  const { exchange, status, outcome } = yield* post(dispatch, place)
  // What goes wrong after the response does not spoil it.
  if (yield* dispatch.answered) return
  const broken = Result.isFailure(outcome) ? outcome.failure : undefined
  const resumable = revisions[dispatch.session.protocolVersion].resumable && place.lastEventId !== ""
  if (resumable && broken?._tag !== "McpFailure") return yield* resume(dispatch, place, exchange)
  if (broken !== undefined) return yield* Effect.fail(broken)
  return yield* mcpFailure(
    "no_response",
    {
      exchange,
      url: dispatch.session.url,
      expected: `a response with id ${dispatch.id}`,
      received: `HTTP ${status}, and the end of the answer without it`,
    },
    { status },
  )
})

const sendOneWay = Effect.fn("mcp.http.sendOneWay")(function* (
  connection: Connection,
  message: OneWay,
): Effect.fn.Return<{ readonly exchange: number }, ExchangeFailure, Wire> {
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const { soft } = yield* Patience
      const { incoming, tokenSent } = yield* openHttp(connection, { verb: "POST", ...message, headersMillis: soft })
      if (isSuccess(incoming.status)) {
        // 202 has no body; whatever comes instead is drained, but not waited for (MR-22).
        yield* readText(incoming).pipe(Effect.ignore, Effect.timeoutOption(lingerMillis))
        return { exchange: incoming.exchange }
      }
      const body = yield* readText(incoming)
      return yield* refusalOf(incoming, body, { tokenSent, inSession: inSession(connection) })
    }),
  )
})

/** Streamable HTTP in every revision. */
export const httpTransport: Transport = {
  kind: "http",
  converse,
  sendOneWay,
  cancelsByNotification: (revision) => revision.cancelByNotification,
}
