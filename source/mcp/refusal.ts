import * as Result from "effect/Result"
import { excerpt } from "../text/excerpt.ts"
import { retryAfterMillis } from "../wire/retry.ts"
import { headerAll, type IncomingHead } from "../wire/wire.ts"
import { AuthorizationRequired, type McpCode, type McpFailure, mcpFailure } from "./failure.ts"
import type { RequestId, RpcError } from "./json-rpc.ts"
import { readMessages, rpcCodes } from "./json-rpc.ts"

const isHtml = (mediaType: string, body: string): boolean =>
  mediaType === "text/html" ||
  mediaType === "application/xhtml+xml" ||
  /^\s*<(!doctype html|html|head|body)\b/i.test(body)

export const isJson = (mediaType: string): boolean => mediaType === "application/json" || mediaType.endsWith("+json")

/** Codes of errors that say more than "declined". */
const meaning: Readonly<Record<number, McpCode>> = {
  [rpcCodes.missingCapability]: "capability_missing",
  [rpcCodes.unsupportedVersion]: "unsupported_version",
}

const shownData = (data: unknown): string => (data === undefined ? "" : ` ${excerpt(JSON.stringify(data))}`)

/** The peer's error as a failure: its own words, and the code as evidence. */
export const rpcFailure = (error: RpcError, head: IncomingHead): McpFailure =>
  mcpFailure(
    meaning[error.code] ?? "rpc_error",
    {
      exchange: head.exchange,
      url: head.url,
      received: `error ${error.code}`,
      detail: `${error.message}${shownData(error.data)}`,
    },
    { rpc: error, status: head.status },
  )

/** The JSON-RPC error of a body, if it answers our request or could not read which one it answers (MR-25). */
const errorIn = (mediaType: string, body: string, id: RequestId | undefined): RpcError | undefined => {
  if (!isJson(mediaType)) return undefined
  const messages = readMessages(body, false)
  const message = Result.isSuccess(messages) ? messages.success[0] : undefined
  return message?._tag === "error" && (message.id === undefined || message.id === id) ? message.error : undefined
}

const byStatus: Readonly<Record<number, McpCode>> = {
  403: "forbidden",
  404: "not_found",
  405: "method_not_allowed",
  429: "busy",
  503: "busy",
}

export interface RefusedRequest {
  readonly id?: RequestId | undefined
  readonly tokenSent: boolean
  /** Whether the request named a session that the server had assigned. */
  readonly inSession: boolean
}

/** What a status outside 2xx means (MR-25, MR-28, MR-44, CR-1, CR-101). */
export const refusalOf = (
  head: IncomingHead,
  body: string,
  request: RefusedRequest,
): McpFailure | AuthorizationRequired => {
  const { status, exchange, url } = head
  const wwwAuthenticate = headerAll(head, "www-authenticate")
  if (status === 401 || (status === 403 && wwwAuthenticate.length > 0))
    return new AuthorizationRequired({
      status,
      wwwAuthenticate,
      exchange,
      url,
      tokenSent: request.tokenSent,
    })
  const rpc = errorIn(head.mediaType, body, request.id)
  const evidence = {
    exchange,
    url,
    received: `HTTP ${status}${head.mediaType === "" ? "" : `, ${head.mediaType}`}`,
    detail: rpc?.message ?? excerpt(body),
  }
  const extra = { status, ...(rpc === undefined ? {} : { rpc }) }
  if (status === 404 && request.inSession) return mcpFailure("session_lost", evidence, extra)
  if (rpc !== undefined && status !== 403) return rpcFailure(rpc, head)
  const wait = retryAfterMillis(head)
  return mcpFailure(
    byStatus[status] ?? (status >= 500 ? "server_error" : isHtml(head.mediaType, body) ? "web_page" : "http_error"),
    evidence,
    wait === undefined ? extra : { ...extra, retryAfterMillis: wait },
  )
}

/** What a 2xx answer is that holds neither JSON nor events (MR-21). */
export const foreignAnswer = (head: IncomingHead, body: string): McpFailure => {
  const page = isHtml(head.mediaType, body)
  return mcpFailure(
    page ? "web_page" : body === "" ? "no_response" : "wrong_media_type",
    {
      exchange: head.exchange,
      url: head.url,
      expected: "application/json or text/event-stream",
      received: `HTTP ${head.status}, ${head.mediaType === "" ? "no Content-Type" : head.mediaType}`,
      detail: excerpt(body),
    },
    { status: head.status },
  )
}
