import type * as Effect from "effect/Effect"
import type { Secret } from "../text/secret.ts"
import type { WireFailure } from "../wire/failure.ts"
import type { AuthorizationRequired, McpFailure } from "./failure.ts"
import type { JsonObject } from "./json-rpc.ts"
import type { Endpoint } from "./session.ts"

export type ExchangeFailure = McpFailure | AuthorizationRequired | WireFailure

/** The HTTP request that is to be authorized. */
export interface HttpRequestLine {
  readonly method: "GET" | "POST" | "DELETE"
  readonly url: string
  /** The last nonce that this server gave us (RFC 9449 §9). */
  readonly nonce?: string
}

/**
 * Builds the header fields that authorize one HTTP request: `Authorization`, and `DPoP` where the token is bound to a key.
 * Asked anew for every request, because a proof may be used once only.
 */
export type Authorize = (request: HttpRequestLine) => Effect.Effect<Readonly<Record<string, string>>>

/** How a connection proves who speaks. `authorize` wins over `token`, which is sent as a bearer token. */
export interface Credentials {
  readonly token?: Secret | undefined
  readonly authorize?: Authorize | undefined
}

export interface Connection extends Credentials {
  readonly session: Endpoint
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
