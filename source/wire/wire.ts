import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { HeaderField } from "../text/redaction.ts"
import type { Leg } from "./exchange.ts"
import type { WireFailure } from "./failure.ts"

/** A request as its author means it. Values may be secret here; the record made of it is redacted. */
export interface Outgoing {
  readonly leg: Leg
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  readonly url: string
  /** What the request means, where method and URL do not say it: `tools/call add`. For the log, never sent. */
  readonly label?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Whether the user typed this URL; then its address is not restricted. Everything else came from a server. */
  readonly typed?: boolean
  /** Milliseconds until the header section, where the leg's default does not fit. */
  readonly headersMillis?: number
}

export interface IncomingHead {
  readonly exchange: number
  /** The URL that answered, after redirects that were followed. */
  readonly url: string
  readonly status: number
  readonly headers: ReadonlyArray<HeaderField>
  /** Media type in lower case without parameters, or "". */
  readonly mediaType: string
  /** Milliseconds since the epoch when the header section was complete. */
  readonly receivedAt: number
}

export interface Incoming extends IncomingHead {
  readonly body: string
}

export interface IncomingStream extends IncomingHead {
  /** The address that was asked for, where it turned out with this answer that the other one with or without a slash is meant. */
  readonly askedAt?: string
  /** The body as it arrives; ends the exchange's record when it ends, fails or is given up. */
  readonly chunks: Stream.Stream<Uint8Array, WireFailure>
}

/** First value of a header field, name in any case. */
export const header = (head: Pick<IncomingHead, "headers">, name: string): string | undefined =>
  headerAll(head, name)[0]

/** All values of a header field in order (WWW-Authenticate may come several times). */
export const headerAll = (head: Pick<IncomingHead, "headers">, name: string): ReadonlyArray<string> => {
  const lower = name.toLowerCase()
  return head.headers.filter(([field]) => field.toLowerCase() === lower).map(([, value]) => value)
}

/**
 * The one door to the network (invariant I-1). Every request is checked against the address policy, recorded with exact
 * headers, body and timings, bounded in size and time, and cancelled with the fiber that sent it.
 */
export class Wire extends Context.Service<
  Wire,
  {
    /** Sends and reads the whole answer. Any HTTP status is a success here; fails with {@link WireFailure} only. */
    readonly send: (request: Outgoing) => Effect.Effect<Incoming, WireFailure>
    /** Sends and gives the body as a stream; closing the scope closes the connection. */
    readonly open: (request: Outgoing) => Effect.Effect<IncomingStream, WireFailure, Scope.Scope>
  }
>()("mcp-dcr-tui/wire/Wire") {}
