import type { Exchange } from "../http/exchange.ts"
import { isObject, type JsonObject } from "../json.ts"
import type { Tool } from "../tools/tool.ts"
import { CODES, type Message, RpcError } from "./message.ts"

// MCP 2026-07-28 streamable HTTP, Request Metadata: which parameter Mcp-Name repeats.
const NAMED: Readonly<Record<string, string>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
  // SEP-2663, Routing Headers.
  "tasks/get": "taskId",
  "tasks/update": "taskId",
  "tasks/cancel": "taskId",
}

const mismatch = (text: string) => new RpcError(CODES.headerMismatch, text, 400)

/** Undoes the encoding of header values that plain text cannot carry; `undefined` when it is broken. */
function decodeHeader(value: string): string | undefined {
  const encoded = /^=\?base64\?(.*)\?=$/s.exec(value)?.[1]
  if (encoded === undefined) return value
  const bytes = Buffer.from(encoded, "base64")
  if (bytes.toString("base64") !== encoded) return undefined
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Mcp-Method and Mcp-Name have to say the same as the body, so that proxies may rely on them. */
export function checkNameHeaders(exchange: Exchange, message: Message): void {
  const method = exchange.header("mcp-method")
  const reason = method === undefined ? "the Mcp-Method header is missing" : "Mcp-Method does not match the method"
  exchange.enforce("method-header", method === message.method, () => mismatch(reason), method)
  const parameter = Object.hasOwn(NAMED, message.method) ? NAMED[message.method] : undefined
  if (parameter === undefined) return
  const header = exchange.header("mcp-name")
  const text = header === undefined ? "the Mcp-Name header is missing" : `Mcp-Name does not match params.${parameter}`
  const same = header !== undefined && decodeHeader(header) === message.params[parameter]
  exchange.enforce("name-header", same, () => mismatch(text), header)
}

/** Mcp-Param-* headers, for parameters that a tool marks with `x-mcp-header`. */
export function checkParameterHeaders(exchange: Exchange, tool: Tool, input: unknown): void {
  const wrong = marked(tool.inputSchema, isObject(input) ? input : {}).filter(({ header, value }) => {
    const sent = exchange.header(`mcp-param-${header.toLowerCase()}`)
    const expected = value === undefined || value === null ? undefined : String(value)
    return (sent === undefined ? undefined : decodeHeader(sent)) !== expected
  })
  const names = wrong.map(({ header }) => `Mcp-Param-${header}`).join(", ")
  exchange.enforce("param-headers", wrong.length === 0, () => mismatch(`does not match the arguments: ${names}`), names)
}

function marked(schema: JsonObject, input: JsonObject): readonly { header: string; value: unknown }[] {
  const properties = isObject(schema.properties) ? schema.properties : {}
  return Object.entries(properties).flatMap(([name, property]) => {
    if (!isObject(property)) return []
    const value = Object.hasOwn(input, name) ? input[name] : undefined
    const own = typeof property["x-mcp-header"] === "string" ? [{ header: property["x-mcp-header"], value }] : []
    return [...own, ...marked(property, isObject(value) ? value : {})]
  })
}
