import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Findings } from "../text/finding.ts"
import type { IncomingHead, Wire } from "../wire/wire.ts"
import type { Connection, ExchangeFailure } from "./connection.ts"
import { httpTransport } from "./http.ts"
import type { JsonObject, Message, RequestId } from "./json-rpc.ts"
import type { Revision } from "./revisions.ts"

/** A message that has no answer: a notification, or our answer to a request of the server. */
export interface OneWay {
  /** Its method, or `response`. */
  readonly method: string
  readonly body: string
}

/** Where a message came from: the head of an HTTP answer, or what stands for it on a pipe. */
export type Heard = IncomingHead

/** A request on its way, and who listens to what comes in answer. */
export interface Dispatch extends Connection {
  readonly id: RequestId
  readonly method: string
  /** Complete, with `_meta`. */
  readonly params: JsonObject
  /** `Mcp-Param-*` fields (mirrored-headers.ts); only HTTP has them. */
  readonly mirrored?: Readonly<Record<string, string>> | undefined
  /** Milliseconds until the first sign of an answer. */
  readonly headersMillis: number
  /** Milliseconds that its stream may be silent; nothing else ends a request that is meant to last. */
  readonly idleMillis?: number | undefined
  readonly hear: (head: Heard, message: Message) => Effect.Effect<void, never, Findings | Wire>
  /** Whether the response has been heard. */
  readonly answered: Effect.Effect<boolean>
  /** Ends when the response has been heard. */
  readonly settled: Effect.Effect<void>
}

/** The way messages travel. What they mean is the same on all ways. */
export interface Transport {
  readonly kind: "http" | "stdio" | "http+sse"
  /** Sends a request and hands on every message that comes in answer; fails, or ends, when nothing more can come. */
  readonly converse: (dispatch: Dispatch) => Effect.Effect<void, ExchangeFailure, Wire | Findings>
  readonly sendOneWay: (
    connection: Connection,
    message: OneWay,
  ) => Effect.Effect<{ readonly exchange: number }, ExchangeFailure, Wire>
  /**
   * Hands on what belongs to no request, until the scope ends, where one stream carries everything. Over Streamable HTTP it
   * comes on a stream of its own (standing-stream.ts).
   */
  readonly overhear?: (
    connection: Connection,
    hear: (head: Heard, message: Message) => Effect.Effect<void, never, Findings | Wire>,
  ) => Effect.Effect<void, never, Findings | Wire | Scope.Scope>
  /** Whether giving a request up is told by a notification, or by closing its stream (MR-33, MR-42, MR-64, X-12). */
  readonly cancelsByNotification: (revision: Revision) => boolean
}

/** Streamable HTTP, unless a session over stdio is provided (stdio.ts) or over HTTP+SSE (http-sse.ts). */
export const Transport = Context.Reference<Transport>("mcp-dcr-tui/mcp/Transport", {
  defaultValue: () => httpTransport,
})
