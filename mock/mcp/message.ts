import { type Answer, json, Refusal } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { isObject, type JsonObject } from "../json.ts"

/** A JSON-RPC id (MCP basic, Requests: never null). */
export type Id = string | number

/** A request, or a notification when it has no id. */
export interface Message {
  readonly id?: Id
  readonly method: string
  readonly params: JsonObject
}

/** An error that becomes a JSON-RPC error object. */
export class RpcError extends Error {
  readonly code: number
  readonly data: unknown
  /** HTTP status; 200 when the error is about the call and not about the request. */
  readonly status: number

  constructor(code: number, message: string, status = 200, data?: unknown) {
    super(message)
    this.name = "RpcError"
    this.code = code
    this.status = status
    this.data = data
  }
}

/** JSON-RPC 2.0 §5.1 and MCP basic, Error Codes. */
export const CODES = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** MCP resources, before 2026-07-28. */
  resourceNotFound: -32002,
  /** MCP 2025-11-25 elicitation, URL Elicitation Required Error; gone since. */
  urlElicitationRequired: -32042,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const

/** An error as a JSON-RPC response. */
export const errorMessage = (id: Id | null, error: RpcError): JsonObject => ({
  jsonrpc: "2.0",
  id,
  error: { code: error.code, message: error.message, ...(error.data === undefined ? {} : { data: error.data }) },
})

/** A result as a JSON-RPC response. */
export const resultMessage = (id: Id, result: JsonObject): JsonObject => ({ jsonrpc: "2.0", id, result })

/** An error as the whole answer. */
export const errorAnswer = (id: Id | null, error: RpcError): Answer => json(error.status, errorMessage(id, error))

const LIMIT = 4 * 1024 * 1024

// The log keeps many events, so it does not keep large bodies.
const KEPT = 64 * 1024

/** The JSON of a POST body, entered into the log; throws the -32700 answer. */
export async function readJson(exchange: Exchange): Promise<unknown> {
  const type = exchange.header("content-type")?.split(";")[0]?.trim().toLowerCase()
  const text = await exchange.text(LIMIT)
  exchange.enforce(
    "content-type-json",
    type === "application/json",
    () =>
      new Refusal(errorAnswer(null, new RpcError(CODES.invalidRequest, "Content-Type must be application/json", 415))),
    type ?? "none",
  )
  try {
    const body: unknown = JSON.parse(text)
    exchange.event.body = text.length > KEPT ? `${text.length} characters` : body
    return body
  } catch {
    exchange.note("json-rpc", false, "not JSON")
    throw new Refusal(errorAnswer(null, new RpcError(CODES.parse, "the body is not JSON", 400)))
  }
}

/** What kind of JSON-RPC message it is; `undefined` when it is none. */
export function readMessage(body: unknown): Message | "response" | undefined {
  if (!isObject(body) || body.jsonrpc !== "2.0") return undefined
  if (body.method === undefined && body.id !== undefined) {
    return "result" in body !== "error" in body ? "response" : undefined
  }
  const { id, method, params = {} } = body
  if (typeof method !== "string" || !isObject(params)) return undefined
  if (!("id" in body)) return { method, params }
  return typeof id === "string" || (typeof id === "number" && Number.isInteger(id)) ? { id, method, params } : undefined
}

/** The id to answer with when a message is not well-formed (JSON-RPC 2.0 §5: null when it cannot be known). */
export const idOf = (body: unknown): Id | null =>
  isObject(body) && (typeof body.id === "string" || typeof body.id === "number") ? body.id : null
