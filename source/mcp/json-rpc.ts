import * as Result from "effect/Result"
import { deepestNesting, isObject, type JsonObject, nestsTooDeep } from "../text/json.ts"

export { isObject, type JsonObject }

/** A string or an integer, never null (MR-13). `1` and `"1"` are different ids (MR-14). */
export type RequestId = string | number

export interface RpcError {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/** JSON-RPC 2.0 messages as MCP uses them. Results and params keep every member that we do not know. */
export type Message =
  | { readonly _tag: "response"; readonly id: RequestId; readonly result: JsonObject }
  /** Without an id where the server could not read ours. */
  | { readonly _tag: "error"; readonly id: RequestId | undefined; readonly error: RpcError }
  | { readonly _tag: "request"; readonly id: RequestId; readonly method: string; readonly params: JsonObject }
  | { readonly _tag: "notification"; readonly method: string; readonly params: JsonObject }

/** Codes with a meaning here; other codes from -32000 to -32019 mean nothing by themselves (MR-18). */
export const rpcCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  urlElicitationRequired: -32042,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const

export const isId = (value: unknown): value is RequestId => typeof value === "string" || Number.isInteger(value)

const isRpcError = (value: unknown): value is RpcError =>
  isObject(value) && Number.isInteger(value.code) && typeof value.message === "string"

/** Reads one message; the failure says in words what is wrong with it. */
export const readMessage = (value: unknown): Result.Result<Message, string> => {
  if (!isObject(value)) return Result.fail("a message must be a JSON object")
  if (value.jsonrpc !== "2.0") return Result.fail('member "jsonrpc" is not "2.0"')
  const { id, method, params = {}, result, error } = value
  const kinds = ["method", "result", "error"].filter((member) => Object.hasOwn(value, member))
  if (kinds.length !== 1)
    return Result.fail(
      `a message has exactly one of method, result and error; this has ${kinds.join(" and ") || "none"}`,
    )
  if (method !== undefined) {
    if (typeof method !== "string") return Result.fail('member "method" is not a string')
    if (!isObject(params)) return Result.fail('member "params" is not an object')
    if (!Object.hasOwn(value, "id")) return Result.succeed({ _tag: "notification", method, params })
    return isId(id)
      ? Result.succeed({ _tag: "request", id, method, params })
      : Result.fail("the id is no string or integer")
  }
  if (kinds[0] === "result") {
    if (!isId(id)) return Result.fail("the id of a response is no string or integer")
    return isObject(result)
      ? Result.succeed({ _tag: "response", id, result })
      : Result.fail("the result is not an object")
  }
  if (!isRpcError(error)) return Result.fail("the error has no integer code or no message")
  if (id !== undefined && id !== null && !isId(id)) return Result.fail("the id of an error is no string or integer")
  return Result.succeed({ _tag: "error", id: id ?? undefined, error })
}

/** Parses JSON from outside, at most 64 levels deep. */
export const parseJson = (text: string): Result.Result<unknown, string> => {
  if (nestsTooDeep(text)) return Result.fail(`nested deeper than ${deepestNesting} levels`)
  return Result.try({ try: (): unknown => JSON.parse(text), catch: () => "not valid JSON" })
}

export type ReadProblem = { readonly code: "not_json" | "not_json_rpc" | "batch_refused"; readonly detail: string }

/** Reads a body or the data of an event: one message, or several where the revision knows batches (MR-15). */
export const readMessages = (text: string, batches: boolean): Result.Result<ReadonlyArray<Message>, ReadProblem> => {
  const parsed = parseJson(text)
  if (Result.isFailure(parsed)) return Result.fail({ code: "not_json", detail: parsed.failure })
  const value = parsed.success
  if (Array.isArray(value) && !batches)
    return Result.fail({ code: "batch_refused", detail: `${value.length} messages` })
  const messages: Array<Message> = []
  for (const item of Array.isArray(value) ? value : [value]) {
    const message = readMessage(item)
    if (Result.isFailure(message)) return Result.fail({ code: "not_json_rpc", detail: message.failure })
    messages.push(message.success)
  }
  return Result.succeed(messages)
}

/** A request as it is sent. */
export const requestText = (id: RequestId, method: string, params: JsonObject): string =>
  JSON.stringify({ jsonrpc: "2.0", id, method, params })

/** A notification as it is sent. */
export const notificationText = (method: string, params?: JsonObject): string =>
  JSON.stringify({ jsonrpc: "2.0", method, ...(params === undefined ? {} : { params }) })

/** Our answer to a request of the server. */
export const resultText = (id: RequestId, result: JsonObject): string => JSON.stringify({ jsonrpc: "2.0", id, result })

/** Our refusal of a request of the server. */
export const errorText = (id: RequestId, error: RpcError): string => JSON.stringify({ jsonrpc: "2.0", id, error })
