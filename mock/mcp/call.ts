import { bend } from "../behaviour.ts"
import { type Answer, events, json } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import type { JsonObject } from "../json.ts"
import type { Principal } from "../resource/access.ts"
import { LOG_LEVELS, type LogLevel, type ToolContext } from "../tools/tool.ts"
import type { World } from "../world.ts"
import { acceptsStream } from "./accept.ts"
import { createChannel, sseMessage } from "./channel.ts"
import { CODES, errorMessage, type Id, type Message, RpcError, resultMessage } from "./message.ts"
import type { Revision } from "./revisions.ts"
import type { McpSession } from "./sessions.ts"

/** One JSON-RPC request that passed every check of its revision. */
export interface Call {
  readonly world: World
  readonly exchange: Exchange
  readonly principal: Principal | undefined
  readonly revision: Revision
  readonly id: Id
  readonly message: Message
  readonly signal: AbortSignal
  /** What `initialize` began, in the revisions that have it. */
  readonly session?: McpSession | undefined
  /** Least severe level the client wants to hear; none means no log messages at all. */
  readonly logLevel?: LogLevel
}

/** Sends a notification that belongs to a call. */
export type Notify = (method: string, params: JsonObject) => void

/** What a method does: a result, or an {@link RpcError}. */
export type MethodHandler = (call: Call, notify: Notify) => Promise<JsonObject> | JsonObject

/** Runs a call to its response message. Nothing of an unexpected error leaves the server. */
async function settle(call: Call, handler: MethodHandler, notify: Notify): Promise<JsonObject> {
  try {
    return resultMessage(call.id, await handler(call, notify))
  } catch (error) {
    if (error instanceof RpcError) return errorMessage(call.id, error)
    return errorMessage(call.id, new RpcError(CODES.internal, "internal error"))
  }
}

/** The response message alone, for batches and for the path aliases; notifications go nowhere. */
export const responseOf = async (call: Call, handler: MethodHandler): Promise<JsonObject> =>
  bend(call.world.behaviours, "mcp", await settle(call, handler, () => {}), call.exchange)

/** The response as JSON, or as an event stream that carries the notifications of the call before it. */
export async function answerCall(
  call: Call,
  handler: MethodHandler,
  streams: boolean,
  headers: Answer["headers"] = {},
): Promise<Answer> {
  const { world, exchange } = call
  if (!(streams && acceptsStream(exchange))) {
    const message = await responseOf(call, handler)
    return json(200, message, headers)
  }
  const channel = createChannel(exchange.signal)
  const send = (message: JsonObject) => channel.push(sseMessage(bend(world.behaviours, "mcp", message, exchange)))
  const notify: Notify = (method, params) => send({ jsonrpc: "2.0", method, params })
  void settle(call, handler, notify).then((message) => {
    // A cancelled request gets no response (MCP cancellation).
    if (!call.signal.aborted) send(message)
    channel.end()
  })
  return events(channel, headers)
}

/** What a tool sees of its call. */
export function toolContext(call: Call, notify: Notify): ToolContext {
  const meta = call.message.params._meta
  const token = typeof meta === "object" && meta !== null && "progressToken" in meta ? meta.progressToken : undefined
  const threshold = call.logLevel === undefined ? Number.POSITIVE_INFINITY : LOG_LEVELS.indexOf(call.logLevel)
  return {
    principal: call.principal,
    signal: call.signal,
    sleep: (milliseconds) => call.world.clock.sleep(milliseconds, call.signal),
    progress(progress, total, message) {
      if (typeof token !== "string" && typeof token !== "number") return
      // `message` came with 2025-03-26 and is in every revision served here.
      notify("notifications/progress", { progressToken: token, progress, total, message })
    },
    log(level, data) {
      if (LOG_LEVELS.indexOf(level) >= threshold) notify("notifications/message", { level, logger: "mock", data })
    },
  }
}
