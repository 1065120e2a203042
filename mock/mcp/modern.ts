import { type Answer, empty } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { isObject, type JsonObject } from "../json.ts"
import type { Principal } from "../resource/access.ts"
import type { World } from "../world.ts"
import { checkAccept } from "./accept.ts"
import { answerCall, type Call } from "./call.ts"
import { CODES, errorAnswer, idOf, type Message, RpcError, readMessage } from "./message.ts"
import { answersAsStream, isLogLevel, MODERN_METHODS } from "./methods.ts"
import { checkNameHeaders, checkParameterHeaders } from "./request-headers.ts"
import { MODERN } from "./revisions.ts"
import { offersTasks } from "./tasks.ts"
import { calledTool } from "./tool-methods.ts"

const VERSION = "io.modelcontextprotocol/protocolVersion"
const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
const CLIENT_INFO = "io.modelcontextprotocol/clientInfo"
const LOG_LEVEL = "io.modelcontextprotocol/logLevel"

/** The protocol version that a body claims in its `_meta`. */
export function claimedVersion(body: unknown): unknown {
  const params = isObject(body) && isObject(body.params) ? body.params : {}
  return isObject(params._meta) ? params._meta[VERSION] : undefined
}

/** Answers a POST of revision 2026-07-28: no handshake, no session, every request stands alone. */
export async function answerModern(
  world: World,
  exchange: Exchange,
  principal: Principal | undefined,
  body: unknown,
): Promise<Answer> {
  const id = idOf(body)
  try {
    checkAccept(exchange, id)
    const message = readMessage(body)
    const request = message !== undefined && message !== "response"
    if (!exchange.note("json-rpc", request))
      throw new RpcError(CODES.invalidRequest, "the body must be one JSON-RPC request", 400)
    if (!request) throw new RpcError(CODES.invalidRequest, "not a request", 400)
    exchange.event.rpc = message.method
    exchange.event.revision = MODERN
    const meta = checkVersion(world, exchange, message)
    exchange.note(
      "no-session-id",
      exchange.header("mcp-session-id") === undefined && exchange.header("last-event-id") === undefined,
    )
    // Notifications have no answer; none is of use over HTTP, where closing the stream cancels.
    if (message.id === undefined) return empty(202)
    checkNameHeaders(exchange, message)
    const capabilities = checkMeta(exchange, meta)
    const offered = !message.method.startsWith("tasks/") || offersTasks(world)
    const handler =
      offered && Object.hasOwn(MODERN_METHODS, message.method) ? MODERN_METHODS[message.method] : undefined
    if (!exchange.note("method-known", handler !== undefined) || !handler) {
      throw new RpcError(CODES.methodNotFound, `unknown method: ${message.method}`, 404)
    }
    const tool = message.method === "tools/call" ? calledTool(world.catalogue.tools, message.params) : undefined
    if (tool) checkParameterHeaders(exchange, tool, message.params.arguments)
    const level = meta[LOG_LEVEL]
    const call: Call = {
      world,
      exchange,
      principal,
      revision: MODERN,
      id: message.id,
      message,
      signal: exchange.signal,
      capabilities,
      ...(isLogLevel(level) ? { logLevel: level } : {}),
    }
    return await answerCall(call, handler, answersAsStream(call))
  } catch (error) {
    if (error instanceof RpcError) return errorAnswer(id, error)
    throw error
  }
}

/** Header and `_meta` have to name the same version, and it has to be one that works without a handshake. */
function checkVersion(world: World, exchange: Exchange, message: Message): JsonObject {
  const header = exchange.header("mcp-protocol-version")
  const meta = isObject(message.params._meta) ? message.params._meta : {}
  const claimed = meta[VERSION]
  if (!exchange.note("protocol-version-header", header !== undefined)) {
    throw new RpcError(CODES.headerMismatch, "the MCP-Protocol-Version header is missing", 400)
  }
  // A notification may come without _meta.
  if (claimed === undefined && message.id === undefined) return meta
  if (!exchange.note("meta-present", typeof claimed === "string", VERSION)) {
    throw new RpcError(CODES.invalidParams, `params._meta needs ${VERSION}`, 400)
  }
  if (!exchange.note("protocol-version-header", header === claimed, header)) {
    throw new RpcError(CODES.headerMismatch, "MCP-Protocol-Version does not match params._meta", 400)
  }
  const supported = world.settings.revisions.filter((revision) => revision === MODERN)
  if (
    !exchange.note(
      "protocol-version-supported",
      supported.some((revision) => revision === claimed),
      String(claimed),
    )
  ) {
    throw new RpcError(CODES.unsupportedVersion, "unsupported protocol version", 400, { supported, requested: claimed })
  }
  return meta
}

/** What else `_meta` has to say; returns what the client can do. */
function checkMeta(exchange: Exchange, meta: JsonObject): JsonObject {
  const capabilities = meta[CAPABILITIES]
  if (!exchange.note("meta-present", isObject(capabilities), CAPABILITIES) || !isObject(capabilities)) {
    throw new RpcError(CODES.invalidParams, `params._meta needs ${CAPABILITIES}`, 400)
  }
  const info = meta[CLIENT_INFO]
  // SHOULD be there; if it is, it has to be one.
  const wellFormed = isObject(info) && typeof info.name === "string" && typeof info.version === "string"
  exchange.note("client-info-present", wellFormed)
  if (info !== undefined && !wellFormed)
    throw new RpcError(CODES.invalidParams, `params._meta has a malformed ${CLIENT_INFO}`, 400)
  return capabilities
}
