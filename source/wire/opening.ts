import http from "node:http"
import https from "node:https"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Request } from "got"
import { redactBody, redactHeaders, redactUrl, type SecretBook } from "../text/redaction.ts"
import { type AddressPolicy, checkUrl, type Location } from "./address.ts"
import type { Body, Recorder } from "./exchange.ts"
import { type WireFailure, wireFailure } from "./failure.ts"
import { headOf, sentFields, timingsOf } from "./head.ts"
import { connectMillis, legs, maxHeaderBytes, recordedBytes } from "./legs.ts"
import { guardedLookup } from "./lookup.ts"
import { failureOf } from "./net-error.ts"
import type { IncomingHead, IncomingStream, Outgoing } from "./wire.ts"

export interface WireOptions {
  /** The MCP server that the user typed: it decides which addresses others may point to (CR-40). */
  readonly serverUrl: string
  readonly secrets: SecretBook
  readonly userAgent: string
  readonly allowInsecure?: boolean
  /** Extra header fields for every request (`--header`), for gateways. */
  readonly headers?: Readonly<Record<string, string>>
  /** PEM certificates of a private authority (`--ca-file`). */
  readonly certificateAuthority?: string
  /** Milliseconds for each answer: its header section on every leg, and all of it where the leg has a limit (`--timeout`). */
  readonly timeoutMillis?: number
}

/** Sends a request once, and gives its answer as soon as the header section is there. The scope closes the connection. */
export type OpenOnce = (request: Outgoing, attempt: number) => Effect.Effect<IncomingStream, WireFailure, Scope.Scope>

/** What one exchange has brought so far, for its record. */
interface Progress {
  head: IncomingHead | undefined
  text: string
  bytes: number
  closed: boolean
}

/** Everything about one exchange that its record needs. */
interface Exchange {
  readonly request: Outgoing
  readonly attempt: number
  readonly exchange: number
  readonly url: URL
  readonly began: number
}

interface Opening {
  readonly options: WireOptions
  readonly recorder: Recorder["Service"]
  readonly trusted: Location
}

/** Writes an exchange down: what was sent, and once what came of it. */
const makeRecord = (
  { options: { secrets }, recorder }: Opening,
  { request, attempt, exchange, url, began }: Exchange,
) => {
  const came: Progress = { head: undefined, text: "", bytes: 0, closed: false }
  const decoder = new TextDecoder()
  const bodyRecord = (mediaType: string, text: string, bytes: number): Body => ({
    text: redactBody(secrets, mediaType, text.slice(0, recordedBytes)),
    mediaType,
    bytes,
    truncated: text.length > recordedBytes,
  })
  const sending = (sent: http.ClientRequest) => {
    const mediaType = String(sent.getHeader("content-type") ?? "").split(";", 1)[0] ?? ""
    return recorder.sending({
      exchange,
      leg: request.leg,
      attempt,
      at: began,
      method: request.method,
      url: redactUrl(secrets, url.href),
      ...(request.label === undefined ? {} : { label: secrets.conceal(request.label) }),
      headers: redactHeaders(secrets, sentFields(sent)),
      ...(request.body === undefined
        ? {}
        : { body: bodyRecord(mediaType, request.body, Buffer.byteLength(request.body)) }),
    })
  }
  const heard = (chunk: Uint8Array): number => {
    came.bytes += chunk.length
    if (came.text.length <= recordedBytes) came.text += decoder.decode(chunk, { stream: true })
    return came.bytes
  }
  /** `gaveUp`: nobody wants the answer any more. */
  const finish = (stream: Request, failure: WireFailure | undefined, gaveUp = false) =>
    Effect.gen(function* () {
      if (came.closed) return
      came.closed = true
      const { head, text, bytes } = came
      const at = yield* Clock.currentTimeMillis
      yield* recorder.finished({
        exchange,
        at,
        ...(head === undefined ? {} : { status: head.status, httpVersion: stream.response?.httpVersion ?? "1.1" }),
        headers: redactHeaders(secrets, head?.headers ?? []),
        ...(head === undefined ? {} : { body: bodyRecord(head.mediaType, text, bytes) }),
        timings: timingsOf(stream.timings?.phases, at - began),
        ...(stream.ip === undefined ? {} : { remoteAddress: stream.ip }),
        ...(failure === undefined
          ? gaveUp && head === undefined
            ? { failure: { code: "cancelled", detail: "given up before an answer came" } }
            : {}
          : { failure: { code: failure.code, detail: failure.detail ?? failure.what } }),
      })
    })
  return { came, sending, heard, finish }
}

/** The way one request goes out and its answer comes in, by got. */
export const makeOpening = (opening: Opening): OpenOnce => {
  const { options, recorder, trusted } = opening
  const { secrets, allowInsecure = false } = options
  // Own agents without keep-alive: a reused socket would skip the check of the address it was dialled to.
  const agent = { http: new http.Agent({ keepAlive: false }), https: new https.Agent({ keepAlive: false }) }
  const loadGot = Effect.promise(() => import("got"))

  const gotOptions = (request: Outgoing, policy: AddressPolicy) => {
    const leg = legs[request.leg]
    return {
      method: request.method,
      headers: {
        "user-agent": options.userAgent,
        "accept-encoding": "identity",
        connection: "close",
        ...options.headers,
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: request.body }),
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      decompress: true,
      http2: false,
      agent,
      dnsLookup: guardedLookup(policy),
      maxHeaderSize: maxHeaderBytes,
      timeout: {
        lookup: connectMillis,
        connect: connectMillis,
        secureConnect: connectMillis,
        response: request.headersMillis ?? options.timeoutMillis ?? leg.headersMillis,
        // The body as well: one byte a second is no answer. Streams of the MCP endpoint have limits of their own.
        ...(leg.totalMillis === undefined ? {} : { request: options.timeoutMillis ?? leg.totalMillis }),
      },
      ...(options.certificateAuthority === undefined
        ? {}
        : { https: { certificateAuthority: options.certificateAuthority } }),
    }
  }

  return Effect.fn("wire.openOnce")(function* (request, attempt) {
    const policy: AddressPolicy = request.typed ? { allowInsecure } : { trusted, allowInsecure }
    const url = yield* Effect.fromResult(checkUrl(request.url, policy))
    const leg = legs[request.leg]
    const exchange = yield* recorder.next
    const context = yield* Effect.context<never>()
    const began = yield* Clock.currentTimeMillis
    const { default: got, TimeoutError } = yield* loadGot
    const stream = got.stream(url, gotOptions(request, policy))
    if (request.body === undefined && request.method !== "GET") stream.end()
    const { came, sending, heard, finish } = makeRecord(opening, { request, attempt, exchange, url, began })
    const evidence = { exchange, url: redactUrl(secrets, url.href) }
    const toFailure = (error: unknown): WireFailure =>
      failureOf(error, evidence, error instanceof TimeoutError ? error.event : undefined)

    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        stream.destroy()
        return finish(stream, undefined, true)
      }),
    )
    const head = yield* Effect.callback<IncomingHead, WireFailure>((resume) => {
      stream.once("request", (sent: http.ClientRequest) => Effect.runSyncWith(context)(sending(sent)))
      stream.once("response", (response: http.IncomingMessage) =>
        resume(Effect.map(Clock.currentTimeMillis, (now) => headOf(response, exchange, url.href, now))),
      )
      stream.once("error", (error) => resume(Effect.fail(toFailure(error))))
    }).pipe(Effect.tapError((failure) => finish(stream, failure)))
    came.head = head

    const chunks = Stream.fromAsyncIterable(stream as AsyncIterable<Uint8Array>, toFailure).pipe(
      Stream.mapEffect((chunk) =>
        heard(chunk) > leg.maxBytes && leg.totalMillis !== undefined
          ? Effect.fail(wireFailure("body_too_large", { ...evidence, expected: `at most ${leg.maxBytes} bytes` }, true))
          : Effect.succeed(chunk),
      ),
      Stream.tapError((failure) => finish(stream, failure)),
      Stream.onEnd(Effect.suspend(() => finish(stream, undefined))),
    )
    return { ...head, chunks }
  })
}
