import { type Answer, empty, events, json, Refusal } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { isObject } from "../json.ts"
import { digest, opaque } from "../randomness.ts"
import type { World } from "../world.ts"
import { checkAccept } from "./accept.ts"
import { deliver } from "./call.ts"
import { sseComment } from "./channel.ts"
import { admit, admitWithoutBody } from "./endpoint.ts"
import { createEventStream, type EventStream } from "./event-stream.ts"
import { begin, type Setting, takeNotification, takeResponse } from "./legacy.ts"
import { introduce } from "./legacy-session.ts"
import { CODES, errorMessage, idOf, RpcError, readJson, readMessage } from "./message.ts"
import { ownerOf } from "./owner.ts"
import type { McpSession } from "./sessions.ts"

const KEEP_ALIVE = 15_000

/** One event stream of the old transport; it is the session. */
export interface OldLine {
  readonly owner: string
  readonly stream: EventStream
  /** What `initialize` began. */
  session?: { readonly id: string; readonly session: McpSession }
}

/** Path that messages are sent to. */
export const messagesPath = (world: World): string => `${world.settings.mcpPath}/messages`

/** GET of MCP 2024-11-05, HTTP with SSE: a stream whose first event says where messages go. */
export function openLine(world: World, exchange: Exchange): Answer {
  const principal = admitWithoutBody(world, exchange)
  checkAccept(exchange, null, ["text/event-stream"])
  const id = opaque(world.random)
  const line: OldLine = { owner: ownerOf(principal), stream: createEventStream() }
  world.lines.set(digest(id), line)
  const channel = line.stream.open(exchange.signal)
  channel.push(`event: endpoint\ndata: ${messagesPath(world)}?sessionId=${id}\n\n`)
  const end = () => {
    world.lines.delete(digest(id))
    if (line.session) world.sessions.end(line.session.id)
  }
  exchange.signal.addEventListener("abort", end, { once: true })
  const breathe = async () => {
    for (;;) {
      await world.clock.sleep(KEEP_ALIVE, exchange.signal)
      channel.push(sseComment("keep-alive"))
    }
  }
  breathe().catch(() => {})
  return events(channel)
}

/** POST of a message: it is only taken here, the answer comes on the stream. */
export async function takeMessage(world: World, exchange: Exchange): Promise<Answer> {
  const { body, principal } = await admit(world, exchange, () => readJson(exchange))
  const line = world.lines.get(digest(exchange.query.get("sessionId") ?? ""))
  const known = line !== undefined && line.owner === ownerOf(principal)
  exchange.note("session-known", known)
  if (!known) throw new Refusal(json(404, { error: "not_found", error_description: "there is no such stream" }))
  try {
    answer(world, exchange, line, body, principal)
  } catch (error) {
    if (!(error instanceof RpcError)) throw error
    line.stream.send(errorMessage(idOf(body), error))
  }
  return empty(202)
}

function answer(world: World, exchange: Exchange, line: OldLine, body: unknown, principal: Setting["principal"]): void {
  if (isObject(body) && body.method === "initialize") {
    const { message, started } = introduce(world, exchange, line.owner, body)
    if (started) line.session = started
    line.stream.send(message)
    return
  }
  const session = line.session?.session
  exchange.note("initialize-first", session !== undefined)
  if (!session) throw new RpcError(CODES.invalidRequest, "begin with initialize")
  const { revision } = session
  exchange.event.revision = revision
  const setting: Setting = { world, exchange, principal, revision, session }
  const message = readMessage(body)
  if (!exchange.note("json-rpc", message !== undefined) || message === undefined)
    throw new RpcError(CODES.invalidRequest, "the body is not a JSON-RPC message")
  if (message === "response") {
    takeResponse(setting, body)
    return
  }
  exchange.event.rpc = message.method
  if (message.id === undefined) {
    takeNotification(setting, message)
    return
  }
  const { call, handler } = begin(setting, message)
  deliver(call, handler, line.stream)
}
