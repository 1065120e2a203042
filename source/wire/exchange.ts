import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** What a request is for; decides limits, redirects, retries (see legs.ts) and the label in the log. */
export const Leg = Schema.Literals([
  "mcp",
  "resource-metadata",
  "server-metadata",
  "client-metadata",
  "registration",
  "client-management",
  "authorization",
  "token",
  "revocation",
  "introspection",
])
export type Leg = typeof Leg.Type

const Field = Schema.Tuple([Schema.String, Schema.String])

/** A body as the journal holds it: redacted, cut at 64 kB. */
export const Body = Schema.Struct({
  text: Schema.String,
  mediaType: Schema.String,
  /** Bytes on the wire, after decompression. */
  bytes: Schema.Finite,
  truncated: Schema.Boolean,
})
export type Body = typeof Body.Type

/** Milliseconds each phase took; absent where it did not happen (a kept-alive connection has no `connect`). */
export const Timings = Schema.Struct({
  dns: Schema.optionalKey(Schema.Finite),
  connect: Schema.optionalKey(Schema.Finite),
  tls: Schema.optionalKey(Schema.Finite),
  firstByte: Schema.optionalKey(Schema.Finite),
  total: Schema.Finite,
})
export type Timings = typeof Timings.Type

/** A request as it is about to leave, secrets replaced by placeholders. */
export const RequestRecord = Schema.Struct({
  exchange: Schema.Finite,
  leg: Leg,
  /** 1 for the first try; retries count on and have an exchange number of their own. */
  attempt: Schema.Finite,
  /** Milliseconds since the epoch. */
  at: Schema.Finite,
  method: Schema.String,
  url: Schema.String,
  /** What it means, where method and URL do not say it: for MCP the JSON-RPC method, and the tool that is called. */
  label: Schema.optionalKey(Schema.String),
  headers: Schema.Array(Field),
  body: Schema.optionalKey(Body),
})
export type RequestRecord = typeof RequestRecord.Type

/** The answer, or the failure that took its place. Header names keep the server's case, order and repetitions. */
export const ResponseRecord = Schema.Struct({
  exchange: Schema.Finite,
  at: Schema.Finite,
  status: Schema.optionalKey(Schema.Finite),
  httpVersion: Schema.optionalKey(Schema.String),
  headers: Schema.Array(Field),
  body: Schema.optionalKey(Body),
  timings: Timings,
  remoteAddress: Schema.optionalKey(Schema.String),
  /** Code of the WireFailure when there was no complete answer. */
  failure: Schema.optionalKey(Schema.Struct({ code: Schema.String, detail: Schema.String })),
})
export type ResponseRecord = typeof ResponseRecord.Type

/** Before a request is sent again: after which exchange, for how long, and why. */
export interface Pause {
  readonly exchange: number
  readonly millis: number
  readonly reason: string
}

/** Where the wire reports every exchange: the journal in the product, an array in tests. */
export class Recorder extends Context.Service<
  Recorder,
  {
    /** Number for the next exchange; also the order in which they were begun. */
    readonly next: Effect.Effect<number>
    readonly sending: (record: RequestRecord) => Effect.Effect<void>
    readonly finished: (record: ResponseRecord) => Effect.Effect<void>
    readonly waiting: (pause: Pause) => Effect.Effect<void>
  }
>()("mcp-dcr-tui/wire/Recorder") {}
