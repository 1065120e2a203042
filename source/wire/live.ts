import dns from "node:dns"
import http from "node:http"
import https from "node:https"
import type net from "node:net"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type HeaderField, redactBody, redactHeaders, redactUrl, type SecretBook } from "../text/redaction.ts"
import {
  type AddressPolicy,
  addressAllowed,
  checkUrl,
  type Location,
  locationOfAddress,
  locationOfUrl,
} from "./address.ts"
import { type Body, Recorder, type Timings } from "./exchange.ts"
import { type WireFailure, wireFailure } from "./failure.ts"
import { connectMillis, type LegPolicy, legs, maxHeaderBytes, recordedBytes } from "./legs.ts"
import { failureOf } from "./net-error.ts"
import { retryDelay } from "./retry.ts"
import { header, type Incoming, type IncomingHead, type IncomingStream, type Outgoing, Wire } from "./wire.ts"

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

/** Where the typed server is. A name is resolved, because a private name may point into a private network. */
const locationOfServer = (serverUrl: string): Effect.Effect<Location> => {
  if (!URL.canParse(serverUrl)) return Effect.succeed({ zone: "public" })
  const url = new URL(serverUrl)
  const place = locationOfUrl(url)
  // What stands for the address of a local server has no host: nothing is sent there, and nothing gets its zone.
  if (place.zone !== "public" || url.hostname === "") return Effect.succeed(place)
  return Effect.callback<Location>((resume) => {
    dns.lookup(url.hostname, (error, address) => resume(Effect.succeed(error ? place : locationOfAddress(address))))
  })
}

const blocked = (host: string, address: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${host} resolves to ${address}`), { code: "EBLOCKED" })

/** Resolves and refuses in one go, so that the address that was checked is the one that is dialled (CR-41). */
const guardedLookup =
  (policy: AddressPolicy): net.LookupFunction =>
  (host, options, done) => {
    dns.lookup(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, "", 0)
      const bad = found.find((entry) => !addressAllowed(entry.address, policy))
      if (bad) return done(blocked(host, bad.address), "", 0)
      if (options.all) return done(null, found)
      const first = found[0]
      return first ? done(null, first.address, first.family) : done(blocked(host, "nothing"), "", 0)
    })
  }

const mediaTypeOf = (head: Pick<IncomingHead, "headers">): string =>
  (header(head, "content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? ""

const pairs = (raw: ReadonlyArray<string>): ReadonlyArray<HeaderField> => {
  const fields: Array<HeaderField> = []
  for (let index = 0; index + 1 < raw.length; index += 2) fields.push([raw[index] ?? "", raw[index + 1] ?? ""])
  return fields
}

type PhaseName = "dns" | "tcp" | "tls" | "firstByte" | "total"

const timingsOf = (
  phases: { readonly [name in PhaseName]?: number | undefined } | undefined,
  total: number,
): Timings => ({
  ...(phases?.dns === undefined ? {} : { dns: phases.dns }),
  ...(phases?.tcp === undefined ? {} : { connect: phases.tcp }),
  ...(phases?.tls === undefined ? {} : { tls: phases.tls }),
  ...(phases?.firstByte === undefined ? {} : { firstByte: phases.firstByte }),
  total,
})

const redirectStatuses = new Set([301, 302, 303, 307, 308])
const transientStatuses = new Set([429, 502, 503, 504])

const make = (options: WireOptions) =>
  Effect.gen(function* () {
    const recorder = yield* Recorder
    const trusted = yield* locationOfServer(options.serverUrl)
    const allowInsecure = options.allowInsecure ?? false
    const { secrets } = options
    // Own agents without keep-alive: a reused socket would skip the check of the address it was dialled to.
    const agent = { http: new http.Agent({ keepAlive: false }), https: new https.Agent({ keepAlive: false }) }
    const loadGot = Effect.promise(() => import("got"))

    const bodyRecord = (mediaType: string, text: string, bytes: number): Body => ({
      text: redactBody(secrets, mediaType, text.slice(0, recordedBytes)),
      mediaType,
      bytes,
      truncated: text.length > recordedBytes,
    })

    const openOnce = Effect.fn("wire.openOnce")(function* (request: Outgoing, attempt: number) {
      const policy: AddressPolicy = request.typed ? { allowInsecure } : { trusted, allowInsecure }
      const url = yield* Effect.fromResult(checkUrl(request.url, policy))
      const leg = legs[request.leg]
      const exchange = yield* recorder.next
      const context = yield* Effect.context<never>()
      const began = yield* Clock.currentTimeMillis
      const { default: got, TimeoutError } = yield* loadGot
      const headersMillis = request.headersMillis ?? options.timeoutMillis ?? leg.headersMillis

      const stream = got.stream(url, {
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
          response: headersMillis,
          // The body as well: one byte a second is no answer. Streams of the MCP endpoint have limits of their own.
          ...(leg.totalMillis === undefined ? {} : { request: options.timeoutMillis ?? leg.totalMillis }),
        },
        ...(options.certificateAuthority === undefined
          ? {}
          : { https: { certificateAuthority: options.certificateAuthority } }),
      })
      if (request.body === undefined && request.method !== "GET") stream.end()

      let text = ""
      let bytes = 0
      let head: IncomingHead | undefined
      let closed = false
      const decoder = new TextDecoder()
      const now = Clock.currentTimeMillis

      const finish = (failure: WireFailure | undefined, gaveUp = false) =>
        Effect.gen(function* () {
          if (closed) return
          closed = true
          const ended = yield* now
          yield* recorder.finished({
            exchange,
            at: ended,
            ...(head === undefined ? {} : { status: head.status, httpVersion: stream.response?.httpVersion ?? "1.1" }),
            headers: redactHeaders(secrets, head?.headers ?? []),
            ...(head === undefined ? {} : { body: bodyRecord(head.mediaType, text, bytes) }),
            timings: timingsOf(stream.timings?.phases, ended - began),
            ...(stream.ip === undefined ? {} : { remoteAddress: stream.ip }),
            ...(failure === undefined
              ? gaveUp && head === undefined
                ? { failure: { code: "cancelled", detail: "given up before an answer came" } }
                : {}
              : { failure: { code: failure.code, detail: failure.detail ?? failure.what } }),
          })
        })

      const toFailure = (error: unknown): WireFailure =>
        failureOf(
          error,
          { exchange, url: redactUrl(secrets, url.href) },
          error instanceof TimeoutError ? error.event : undefined,
        )

      yield* Effect.addFinalizer(() =>
        Effect.suspend(() => {
          stream.destroy()
          return finish(undefined, true)
        }),
      )

      head = yield* Effect.callback<IncomingHead, WireFailure>((resume) => {
        stream.once("request", (sent: http.ClientRequest) => {
          const fields = sent.getRawHeaderNames().map((name): HeaderField => [name, String(sent.getHeader(name))])
          const mediaType = String(sent.getHeader("content-type") ?? "").split(";", 1)[0] ?? ""
          Effect.runSyncWith(context)(
            recorder.sending({
              exchange,
              leg: request.leg,
              attempt,
              at: began,
              method: request.method,
              url: redactUrl(secrets, url.href),
              ...(request.label === undefined ? {} : { label: secrets.conceal(request.label) }),
              headers: redactHeaders(secrets, fields),
              ...(request.body === undefined
                ? {}
                : { body: bodyRecord(mediaType, request.body, Buffer.byteLength(request.body)) }),
            }),
          )
        })
        stream.once("response", (response: http.IncomingMessage) => {
          const headers = pairs(response.rawHeaders)
          resume(
            Effect.map(now, (receivedAt) => ({
              exchange,
              url: url.href,
              status: response.statusCode ?? 0,
              headers,
              mediaType: mediaTypeOf({ headers }),
              receivedAt,
            })),
          )
        })
        stream.once("error", (error) => resume(Effect.fail(toFailure(error))))
      }).pipe(Effect.tapError((failure) => finish(failure)))

      const chunks = Stream.fromAsyncIterable(stream as AsyncIterable<Uint8Array>, toFailure).pipe(
        Stream.mapEffect((chunk) => {
          bytes += chunk.length
          if (text.length <= recordedBytes) text += decoder.decode(chunk, { stream: true })
          return leg.totalMillis !== undefined && bytes > leg.maxBytes
            ? Effect.fail(
                wireFailure(
                  "body_too_large",
                  { exchange, url: redactUrl(secrets, url.href), expected: `at most ${leg.maxBytes} bytes` },
                  true,
                ),
              )
            : Effect.succeed(chunk)
        }),
        Stream.tapError((failure) => finish(failure)),
        Stream.onEnd(Effect.suspend(() => finish(undefined))),
      )
      return { ...head, chunks }
    })

    const readAll = (request: Outgoing, attempt: number): Effect.Effect<Incoming, WireFailure> =>
      Effect.scoped(
        Effect.gen(function* () {
          const { chunks, ...head } = yield* openOnce(request, attempt)
          const maxBytes = legs[request.leg].maxBytes
          const parts: Array<Uint8Array> = []
          let size = 0
          yield* Stream.runForEach(chunks, (chunk) => {
            parts.push(chunk)
            size += chunk.length
            return size > maxBytes
              ? Effect.fail(
                  wireFailure(
                    "body_too_large",
                    { exchange: head.exchange, url: head.url, expected: `at most ${maxBytes} bytes` },
                    true,
                  ),
                )
              : Effect.void
          })
          return {
            ...head,
            body: Buffer.concat(parts)
              .toString("utf8")
              .replace(/^\uFEFF/, ""),
          }
        }),
      )

    /** Follows what the leg allows: same origin only, each hop checked anew (CR-38). */
    const followed = (
      request: Outgoing,
      attempt: number,
      left: LegPolicy["redirects"],
    ): Effect.Effect<Incoming, WireFailure> =>
      Effect.flatMap(readAll(request, attempt), (answer) => {
        const location = header(answer, "location")
        if (left === "manual" || !redirectStatuses.has(answer.status) || location === undefined)
          return Effect.succeed(answer)
        const target = URL.canParse(location, answer.url) ? new URL(location, answer.url) : undefined
        const sameOrigin = target !== undefined && target.origin === new URL(answer.url).origin
        if (left === 0 || !sameOrigin)
          return Effect.fail(
            wireFailure(
              "redirect_refused",
              {
                exchange: answer.exchange,
                url: answer.url,
                received: `${answer.status} to ${redactUrl(secrets, target?.href ?? location)}`,
              },
              true,
            ),
          )
        return followed({ ...request, url: target.href }, attempt, left - 1)
      })

    const send = (request: Outgoing, attempt = 1): Effect.Effect<Incoming, WireFailure> => {
      const leg = legs[request.leg]
      const again = (delay: Duration.Duration, exchange: number, reason: string) =>
        recorder
          .waiting({ exchange, millis: Duration.toMillis(delay), reason })
          .pipe(Effect.andThen(Effect.sleep(delay)), Effect.andThen(Effect.suspend(() => send(request, attempt + 1))))
      return followed(request, attempt, leg.redirects).pipe(
        Effect.flatMap((answer) => {
          if (!leg.retry || !transientStatuses.has(answer.status)) return Effect.succeed(answer)
          const delay = retryDelay(attempt, answer)
          return delay ? again(delay, answer.exchange, `status ${answer.status}`) : Effect.succeed(answer)
        }),
        Effect.catchTag("WireFailure", (failure) => {
          const delay = leg.retry && failure.code === "connection_lost" ? retryDelay(attempt) : undefined
          return delay ? again(delay, failure.exchange ?? 0, failure.code) : Effect.fail(failure)
        }),
      )
    }

    const open = (request: Outgoing): Effect.Effect<IncomingStream, WireFailure, Scope.Scope> =>
      Effect.gen(function* () {
        // A scope of its own: when the redirect is refused, the connection must not outlive the failure.
        const scope = yield* Scope.make()
        yield* Effect.addFinalizer((exit) => Scope.close(scope, exit))
        const answer = yield* Scope.provide(openOnce(request, 1), scope)
        if (!redirectStatuses.has(answer.status)) return answer
        yield* Scope.close(scope, Exit.void)
        return yield* wireFailure(
          "redirect_refused",
          {
            exchange: answer.exchange,
            url: answer.url,
            received: `${answer.status} to ${redactUrl(secrets, header(answer, "location") ?? "nowhere")}`,
          },
          true,
        )
      })

    return Wire.of({ send: (request) => send(request), open })
  })

/** The wire over got. Needs a {@link Recorder}. */
export const wireLayer = (options: WireOptions): Layer.Layer<Wire, never, Recorder> => Layer.effect(Wire, make(options))
