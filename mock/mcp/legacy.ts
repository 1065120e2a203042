import { type Answer, empty, json } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { isObject } from "../json.ts"
import type { Principal } from "../resource/access.ts"
import type { World } from "../world.ts"
import { checkAccept } from "./accept.ts"
import { answerCall, type Call, type MethodHandler, responseOf } from "./call.ts"
import { initialize, sessionOf } from "./legacy-session.ts"
import { CODES, errorAnswer, errorMessage, idOf, type Message, RpcError, readMessage } from "./message.ts"
import { answersAsStream, LEGACY_METHODS } from "./methods.ts"
import { ownerOf } from "./owner.ts"
import { type AnyRevision, isRevision, MODERN, type Revision } from "./revisions.ts"
import type { McpSession } from "./sessions.ts"

/** What holds for all messages of one POST. */
export interface Setting {
  readonly world: World
  readonly exchange: Exchange
  readonly principal: Principal | undefined
  readonly revision: AnyRevision
  /** None for servers without sessions and for the tools that need no sign-in. */
  readonly session: McpSession | undefined
}

/** Answers a POST of the revisions that begin with `initialize`. `open` is a call that needs neither token nor session. */
export async function answerLegacy(
  world: World,
  exchange: Exchange,
  principal: Principal | undefined,
  body: unknown,
  open: boolean,
): Promise<Answer> {
  const id = idOf(body)
  try {
    checkAccept(exchange, id)
    if (isObject(body) && body.method === "initialize") return initialize(world, exchange, ownerOf(principal), body)
    const session = open ? undefined : sessionOf(world, exchange, ownerOf(principal), id)
    const revision = session?.revision ?? headerRevision(world, exchange)
    exchange.event.revision = revision
    const setting: Setting = { world, exchange, principal, revision, session }
    return Array.isArray(body) ? await batch(setting, body) : await one(setting, body)
  } catch (error) {
    if (error instanceof RpcError) return errorAnswer(id, error)
    throw error
  }
}

/** Without a session the header tells the revision; without a header it is 2025-03-26 (MCP 2025-06-18 transports). */
function headerRevision(world: World, exchange: Exchange): Revision {
  const header = exchange.header("mcp-protocol-version")
  const known = header === undefined ? "2025-03-26" : header
  const spoken =
    isRevision(known) && known !== MODERN && (header === undefined || world.settings.revisions.includes(known))
  if (!exchange.note("protocol-version-supported", spoken, header) || !isRevision(known)) {
    throw new RpcError(-32000, "unsupported protocol version", 400)
  }
  return known
}

async function one(setting: Setting, body: unknown): Promise<Answer> {
  const message = readMessage(body)
  if (!setting.exchange.note("json-rpc", message !== undefined) || message === undefined) {
    throw new RpcError(CODES.invalidRequest, "the body is not a JSON-RPC message", 400)
  }
  if (message === "response") {
    takeResponse(setting, body)
    return empty(202)
  }
  setting.exchange.event.rpc = message.method
  if (message.id === undefined) {
    takeNotification(setting, message)
    return empty(202)
  }
  const { call, handler } = begin(setting, message)
  return answerCall(call, handler, answersAsStream(call))
}

/** Only 2025-03-26 has batches; 2025-06-18 took them out again. */
async function batch(setting: Setting, bodies: readonly unknown[]): Promise<Answer> {
  const { revision } = setting
  const exchange: Exchange = setting.exchange
  exchange.enforce(
    "batch-allowed",
    revision === "2025-03-26" && bodies.length > 0,
    () => new RpcError(CODES.invalidRequest, "batches are not part of this revision", 400),
  )
  const answers = await Promise.all(
    bodies.map(async (body) => {
      const message = readMessage(body)
      if (message === undefined)
        return errorMessage(idOf(body), new RpcError(CODES.invalidRequest, "not a JSON-RPC message"))
      if (message === "response") {
        takeResponse(setting, body)
        return undefined
      }
      if (message.id === undefined) {
        takeNotification(setting, message)
        return undefined
      }
      try {
        const { call, handler } = begin(setting, message)
        return await responseOf(call, handler)
      } catch (error) {
        if (error instanceof RpcError) return errorMessage(message.id, error)
        throw error
      }
    }),
  )
  const present = answers.filter((answer) => answer !== undefined)
  return present.length > 0 ? json(200, present) : empty(202)
}

/** A request that is about to be worked on. */
export function begin(setting: Setting, message: Message): { call: Call; handler: MethodHandler } {
  const { session, world } = setting
  const exchange: Exchange = setting.exchange
  const id = message.id ?? ""
  const used = session?.usedIds.has(id) ?? false
  exchange.expect(
    "request-id-unique",
    !used,
    () => new RpcError(CODES.invalidRequest, "this request id was used before in this session", 400),
  )
  session?.usedIds.add(id)
  exchange.note("initialize-first", session?.initialized ?? true)
  const method = Object.hasOwn(LEGACY_METHODS, message.method) ? LEGACY_METHODS[message.method] : undefined
  exchange.note("method-known", method !== undefined, message.method)
  // A lost connection does not cancel in these revisions; only notifications/cancelled and the end of the session do.
  const controller = new AbortController()
  session?.running.set(id, controller)
  const signal = AbortSignal.any([controller.signal, world.closing])
  const level = session?.logLevel
  const capabilities = session?.capabilities ?? {}
  const call: Call = {
    ...setting,
    id,
    message,
    signal,
    capabilities,
    ...(level === undefined ? {} : { logLevel: level }),
  }
  const handler: MethodHandler = async (running, notify) => {
    try {
      if (!method) throw new RpcError(CODES.methodNotFound, `unknown method: ${message.method}`)
      return await method(running, notify)
    } finally {
      session?.running.delete(id)
    }
  }
  return { call, handler }
}

/** What a client says without waiting for an answer. */
export function takeNotification({ session }: Setting, { method, params }: Message): void {
  if (!session) return
  if (method === "notifications/initialized") session.initialized = true
  const id = params.requestId
  if (method === "notifications/cancelled" && (typeof id === "string" || typeof id === "number"))
    session.running.get(id)?.abort()
}

/** The answer to a request of ours; one that nobody waits for is ignored (JSON-RPC 2.0 §5). */
export function takeResponse({ session }: Setting, body: unknown): void {
  const id = idOf(body)
  const waiting = id === null ? undefined : session?.asked.get(id)
  if (id === null || !waiting || !isObject(body)) return
  session?.asked.delete(id)
  waiting(isObject(body.result) ? body.result : {})
}
