import { Refusal } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { CODES, errorAnswer, type Id, RpcError } from "./message.ts"

const JSON_TYPE = "application/json"
const SSE_TYPE = "text/event-stream"

/** Whether the Accept header covers the media type (RFC 9110 §12.5.1). */
export function accepts(exchange: Exchange, type: string): boolean {
  const ranges = (exchange.header("accept") ?? "").toLowerCase().split(",")
  return ranges.some((range) => {
    const [name, ...parameters] = range.split(";").map((part) => part.trim())
    const refused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
    return !refused && (name === type || name === `${type.split("/")[0]}/*` || name === "*/*")
  })
}

/** Whether an event stream may be sent. */
export const acceptsStream = (exchange: Exchange): boolean => accepts(exchange, SSE_TYPE)

/** MCP streamable HTTP: a POST has to accept both forms of an answer, a GET the stream. */
export function checkAccept(exchange: Exchange, id: Id | null, types: readonly string[] = [JSON_TYPE, SSE_TYPE]): void {
  exchange.expect(
    "accept-both",
    types.every((type) => accepts(exchange, type)),
    () =>
      new Refusal(errorAnswer(id, new RpcError(CODES.invalidRequest, `Accept must list ${types.join(" and ")}`, 406))),
    exchange.header("accept") ?? "none",
  )
}
