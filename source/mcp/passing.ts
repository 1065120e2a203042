import type * as Effect from "effect/Effect"
import { attending } from "./attention.ts"
import type { JsonObject, RpcError } from "./json-rpc.ts"

/** An answer to a request of the server. */
export type AskedAnswer = { readonly result: JsonObject } | { readonly error: RpcError }

/** Requests of a server that are handed on as they are, to a client of ours that declared them (`bridge`). */
export interface Passing {
  /** `sampling` and `roots`, as far as that client has them; only these are declared (MR-11). */
  readonly capabilities: () => JsonObject
  /** Interrupted when the request is over. */
  readonly answer: (method: string, params: JsonObject) => Effect.Effect<AskedAnswer>
}

/** Which capability stands for each request that can be handed on. */
const passable: Readonly<Record<string, string>> = { "sampling/createMessage": "sampling", "roots/list": "roots" }

/** Hands a request of the server on; `undefined` where nobody declared that it is answered. */
export const passOn = (
  passing: Passing | undefined,
  method: string,
  params: JsonObject,
): Effect.Effect<AskedAnswer> | undefined => {
  const capability = Object.hasOwn(passable, method) ? passable[method] : undefined
  return passing === undefined || capability === undefined || !Object.hasOwn(passing.capabilities(), capability)
    ? undefined
    : attending(passing.answer(method, params))
}
