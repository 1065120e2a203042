import { bend } from "../behaviour.ts"
import { type Answer, events, json } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import type { JsonObject } from "../json.ts"
import type { Principal } from "../resource/access.ts"
import type { LogLevel } from "../tools/tool.ts"
import type { World } from "../world.ts"
import { acceptsStream } from "./accept.ts"
import { createEventStream, type EventStream } from "./event-stream.ts"
import { CODES, errorMessage, type Id, type Message, RpcError, resultMessage } from "./message.ts"
import { type AnyRevision, MODERN } from "./revisions.ts"
import type { McpSession } from "./sessions.ts"

/** One JSON-RPC request that passed every check of its revision. */
export interface Call {
  readonly world: World
  readonly exchange: Exchange
  readonly principal: Principal | undefined
  readonly revision: AnyRevision
  readonly id: Id
  readonly message: Message
  readonly signal: AbortSignal
  /** What the client can do: declared with the request, or before 2026-07-28 with `initialize`. */
  readonly capabilities: JsonObject
  /** What `initialize` began, in the revisions that have it. */
  readonly session?: McpSession | undefined
  /** Least severe level the client wants to hear; none means no log messages at all. */
  readonly logLevel?: LogLevel
}

/** What a call can send before its response. */
export interface Outlet {
  notify(method: string, params: JsonObject): void
  /** A request to the client. Goes with an event stream of a session only; undefined when there is none. */
  readonly request: ((method: string, params: JsonObject) => Promise<JsonObject>) | undefined
  /** A sign of life for the connection, which clients ignore. */
  breathe(text: string): void
  /** Cuts the connection but not the call; the client can come back for the rest, where there are sessions. */
  hangUp(): void
}

const SILENT: Outlet = { notify() {}, request: undefined, breathe() {}, hangUp() {} }

/** What a method does: a result, or an {@link RpcError}. */
export type MethodHandler = (call: Call, outlet: Outlet) => Promise<JsonObject> | JsonObject

interface Response {
  readonly message: JsonObject
  readonly status: number
}

/** Runs a call to its response message. Nothing of an unexpected error leaves the server. */
async function settle(call: Call, handler: MethodHandler, outlet: Outlet): Promise<Response> {
  try {
    return { message: resultMessage(call.id, await handler(call, outlet)), status: 200 }
  } catch (error) {
    const known = error instanceof RpcError ? error : new RpcError(CODES.internal, "internal error")
    return { message: errorMessage(call.id, known), status: known.status }
  }
}

const bent = ({ world, exchange }: Call, message: JsonObject): JsonObject =>
  bend(world.behaviours, "mcp", message, exchange)

/** The response message alone, for batches and for the path aliases; notifications go nowhere. */
export const responseOf = async (call: Call, handler: MethodHandler): Promise<JsonObject> =>
  bent(call, (await settle(call, handler, SILENT)).message)

/**
 * The response as JSON, or as an event stream that carries the notifications of the call before it. Which of the two
 * is decided by what comes first, unless the stream was asked for.
 */
export async function answerCall(
  call: Call,
  handler: MethodHandler,
  streams: boolean,
  headers: Answer["headers"] = {},
): Promise<Answer> {
  const { exchange, session, revision } = call
  const asJson = ({ message, status }: Response) =>
    json(revision === MODERN ? status : 200, bent(call, message), headers)
  if (!acceptsStream(exchange)) return asJson(await settle(call, handler, SILENT))
  const { promise: begun, resolve: onBegin } = Promise.withResolvers<undefined>()
  const begin = { onBegin: () => onBegin(undefined) }
  // Only 2025-11-25 knows events without data; clients of older revisions take them for broken JSON.
  const stream = session ? session.stream({ ...begin, primed: revision === "2025-11-25" }) : createEventStream(begin)
  const channel = stream.open(exchange.signal)
  const settled = settle(call, handler, outletOf(call, stream))
  if (!streams) {
    const first = await Promise.race([begun, settled])
    if (first !== undefined && !stream.begun) {
      stream.end()
      return asJson(first)
    }
  }
  void settled.then(({ message }) => {
    // A cancelled request gets no response (MCP cancellation).
    if (!call.signal.aborted) stream.send(bent(call, message))
    stream.end()
  })
  return events(channel, headers)
}

/** Runs a call whose answer, like everything before it, comes on a stream that was there before and stays. */
export function deliver(call: Call, handler: MethodHandler, stream: EventStream): void {
  void settle(call, handler, outletOf(call, stream)).then(({ message }) => {
    if (!call.signal.aborted) stream.send(bent(call, message))
  })
}

function outletOf(call: Call, stream: EventStream): Outlet {
  const { session, signal } = call
  const send = (message: JsonObject) => stream.send(bent(call, { jsonrpc: "2.0", ...message }))
  const ask = (asking: McpSession) => (method: string, params: JsonObject) =>
    new Promise<JsonObject>((resolve, reject) => {
      asking.asks += 1
      const id = asking.asks
      const giveUp = () => {
        asking.asked.delete(id)
        reject(signal.reason)
      }
      signal.addEventListener("abort", giveUp, { once: true })
      asking.asked.set(id, resolve)
      send({ id, method, params })
    })
  return {
    notify: (method, params) => send({ method, params }),
    request: session ? ask(session) : undefined,
    breathe: (text) => stream.comment(text),
    hangUp: () => stream.hangUp(),
  }
}
