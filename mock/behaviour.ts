import type { ServerResponse } from "node:http"
import type { Answer } from "./http/answer.ts"
import type { Exchange } from "./http/exchange.ts"
import type { JsonObject } from "./json.ts"

/** The places where the server's output can be bent, and what passes there. */
export interface Bends {
  /** Authorization server metadata, at every well-known form. */
  metadata: JsonObject
  /** Protected resource metadata. */
  prm: JsonObject
  /** The JWK set. */
  jwks: JsonObject
  /** The `WWW-Authenticate` values of a 401 or 403 from the MCP endpoint, one per header field. */
  challenge: readonly string[]
  /** A registration answer, RFC 7591 and 7592. */
  registration: Answer
  /** The parameters sent back to the redirect URI; a repeated one stays repeated. */
  authorizeResponse: URLSearchParams
  /** Claims of an access token before it is signed. */
  claims: JsonObject
  /** A token endpoint answer, success or error. */
  token: Answer
  /** A revocation answer. */
  revocation: Answer
  /** A JSON-RPC message that the server is about to send. */
  mcp: JsonObject
  /** Any finished answer: the last word. */
  answer: Answer
}

type Hooks = { readonly [Hook in keyof Bends]?: (value: Bends[Hook], exchange: Exchange) => Bends[Hook] }

/**
 * A way to misbehave, as a few small overrides. All hooks are pure: they take what the honest server would send and
 * return what is sent instead. `intercept` comes before everything and may deal with the socket itself.
 */
export type Behaviour = Hooks & {
  /** Returns true when it has answered, or will never answer, this request. */
  readonly intercept?: (exchange: Exchange, response: ServerResponse) => boolean | Promise<boolean>
}

/** Passes a value through that hook of every behaviour, in order. */
export function bend<Hook extends keyof Bends>(
  behaviours: readonly Behaviour[],
  hook: Hook,
  value: Bends[Hook],
  exchange: Exchange,
): Bends[Hook] {
  let bent = value
  for (const behaviour of behaviours) {
    const hooks: Hooks = behaviour
    const change = hooks[hook]
    if (change) bent = change(bent, exchange)
  }
  return bent
}
