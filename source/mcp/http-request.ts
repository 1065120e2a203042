import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { reveal } from "../text/secret.ts"
import type { WireFailure } from "../wire/failure.ts"
import { header, headerAll, type IncomingHead, type IncomingStream, Wire } from "../wire/wire.ts"
import type { Connection } from "./connection.ts"
import { type HeaderSource, requestHeaders, requestLabel, standingHeaders } from "./request-headers.ts"

/** The last `DPoP-Nonce` of each origin: the next proof is made with it (RFC 9449 §8.2, §9). */
const Nonces = Context.Reference<Map<string, string>>("mcp-dcr-tui/mcp/Nonces", { defaultValue: () => new Map() })

/** Origins whose nonce is remembered; a run talks to one or two. */
const mostNonces = 100

export interface HttpMessage {
  readonly verb: "GET" | "POST" | "DELETE"
  /** Of JSON-RPC; on GET and DELETE the HTTP method again. */
  readonly method: string
  readonly params?: HeaderSource["params"]
  readonly mirrored?: HeaderSource["mirrored"]
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly headersMillis: number
}

/** An answer, and whether its request carried a token. */
export interface Opened {
  readonly incoming: IncomingStream
  readonly tokenSent: boolean
}

const remember = (nonces: Map<string, string>, origin: string, head: IncomingHead): string | undefined => {
  const nonce = header(head, "dpop-nonce")
  if (nonce === undefined) return undefined
  if (nonces.size >= mostNonces) nonces.clear()
  nonces.set(origin, nonce)
  return nonce
}

const wantsNonce = (head: IncomingHead): boolean =>
  head.status === 401 && headerAll(head, "www-authenticate").some((field) => /\buse_dpop_nonce\b/.test(field))

/**
 * One HTTP request to the MCP endpoint, with the token on every single one (CR-99). A server that wants its nonce in the
 * proof (RFC 9449 §9) has not looked at the request: it is sent once more.
 */
export const openHttp = Effect.fnUntraced(function* (
  { session, token, authorize }: Connection,
  message: HttpMessage,
): Effect.fn.Return<Opened, WireFailure, Wire | Scope.Scope> {
  const wire = yield* Wire
  const nonces = yield* Nonces
  // What is no URL at all is the wire's to refuse.
  const origin = URL.canParse(session.url) ? new URL(session.url).origin : ""
  const plain = token === undefined || authorize !== undefined ? undefined : reveal(token)
  const source = {
    protocolVersion: session.protocolVersion,
    method: message.method,
    params: message.params,
    mirrored: message.mirrored,
    sessionId: session.sessionId === undefined ? undefined : reveal(session.sessionId),
    bearer: plain,
  }
  const send = Effect.fnUntraced(function* (nonce: string | undefined) {
    const proof =
      authorize === undefined
        ? {}
        : yield* authorize({ method: message.verb, url: session.url, ...(nonce === undefined ? {} : { nonce }) })
    const incoming = yield* wire.open({
      leg: "mcp",
      method: message.verb,
      url: session.url,
      ...(message.verb === "POST" ? { label: requestLabel(message) } : {}),
      typed: true,
      headers: {
        ...(message.verb === "POST" ? requestHeaders(source) : standingHeaders(source)),
        ...message.headers,
        ...proof,
      },
      ...(message.body === undefined ? {} : { body: message.body }),
      headersMillis: message.headersMillis,
    })
    const tokenSent = plain !== undefined || Object.keys(proof).some((name) => name.toLowerCase() === "authorization")
    return { incoming, tokenSent, nonce: remember(nonces, origin, incoming) }
  })
  const first = yield* send(nonces.get(origin))
  if (authorize === undefined || first.nonce === undefined || !wantsNonce(first.incoming)) return first
  return yield* send(first.nonce)
})
