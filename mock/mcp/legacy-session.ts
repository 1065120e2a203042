import { bend } from "../behaviour.ts"
import { type Answer, empty, events, json, Refusal } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { isObject, type JsonObject } from "../json.ts"
import type { World } from "../world.ts"
import { acceptsStream, checkAccept } from "./accept.ts"
import { sseComment, sseMessage } from "./channel.ts"
import type { EventStream } from "./event-stream.ts"
import { CODES, errorAnswer, type Id, RpcError, readMessage, resultMessage } from "./message.ts"
import { CAPABILITIES, INSTRUCTIONS, SERVER_INFO } from "./methods.ts"
import { type AnyRevision, FIRST, isEarly, MODERN } from "./revisions.ts"
import type { McpSession } from "./sessions.ts"

const KEEP_ALIVE = 15_000

/** Stand-alone streams per session, those that are read not counted. */
const KEPT = 4

/** What the server can do, as far as the revision knows: completions came with 2025-03-26. */
function capabilitiesOf(revision: AnyRevision): JsonObject {
  const { completions, ...first } = CAPABILITIES
  return revision === FIRST ? first : { ...first, completions }
}

/** The answer to `initialize` (MCP lifecycle), and the session that it begins where sessions are kept. */
export function introduce(world: World, exchange: Exchange, owner: string, body: JsonObject) {
  const message = readMessage(body)
  exchange.event.rpc = "initialize"
  const wellFormed = message !== undefined && message !== "response" && message.id !== undefined
  if (!exchange.note("json-rpc", wellFormed) || !wellFormed || message.id === undefined) {
    throw new RpcError(CODES.invalidRequest, "initialize must be a JSON-RPC request", 400)
  }
  const revision = negotiate(world, message.params)
  exchange.event.revision = revision
  const capabilities = isObject(message.params.capabilities) ? message.params.capabilities : {}
  const started = world.settings.sessions ? world.sessions.start(owner, revision, capabilities) : undefined
  started?.session.usedIds.add(message.id)
  const result = {
    protocolVersion: revision,
    capabilities: capabilitiesOf(revision),
    serverInfo: SERVER_INFO,
    instructions: INSTRUCTIONS,
  }
  return { message: bend(world.behaviours, "mcp", resultMessage(message.id, result), exchange), started }
}

/** `initialize` over Streamable HTTP. */
export function initialize(world: World, exchange: Exchange, owner: string, body: JsonObject): Answer {
  const { message: answer, started } = introduce(world, exchange, owner, body)
  const headers = started ? { "mcp-session-id": started.id } : {}
  return world.settings.answers === "sse" && acceptsStream(exchange)
    ? events(once(sseMessage(answer)), headers)
    : json(200, answer, headers)
}

async function* once(text: string) {
  yield text
}

/** The result of negotiation: the version asked for if it is spoken here, else the newest (MCP lifecycle). */
export function negotiate(world: World, params: JsonObject): AnyRevision {
  const { protocolVersion, capabilities, clientInfo } = params
  const named = isObject(clientInfo) && typeof clientInfo.name === "string" && typeof clientInfo.version === "string"
  if (typeof protocolVersion !== "string" || !isObject(capabilities) || !named) {
    throw new RpcError(CODES.invalidParams, "initialize needs protocolVersion, capabilities and clientInfo")
  }
  const old = world.settings.transport === "sse" ? ([FIRST] as const) : []
  const spoken = [...world.settings.revisions.filter((revision) => revision !== MODERN), ...old]
  const chosen = spoken.find((revision) => revision === protocolVersion) ?? spoken[0]
  if (chosen === undefined) {
    // Named in the error, so that an older client can tell its user what to do (MCP 2026-07-28 versioning).
    const data = { supported: world.settings.revisions, requested: protocolVersion }
    throw new RpcError(CODES.unsupportedVersion, `this server speaks ${world.settings.revisions.join(", ")}`, 400, data)
  }
  return chosen
}

/** The session a request belongs to; `undefined` when the server keeps none. */
export function sessionOf(world: World, exchange: Exchange, owner: string, id: Id | null): McpSession | undefined {
  if (!world.settings.sessions) return undefined
  const refuse = (status: number, text: string) => () =>
    new Refusal(errorAnswer(id, new RpcError(-32000, text, status)))
  const sent = exchange.header("mcp-session-id")
  exchange.enforce("initialize-first", sent !== undefined, refuse(400, "the Mcp-Session-Id header is missing"))
  const session = world.sessions.get(sent)
  exchange.note("session-known", session !== undefined)
  if (!session) throw refuse(404, "there is no such session")()
  // The same answer as for an unknown id: whoever guesses ids learns nothing.
  exchange.enforce("session-owner", session.owner === owner, refuse(404, "there is no such session"))
  checkVersionHeader(exchange, session, refuse)
  return session
}

function checkVersionHeader(
  exchange: Exchange,
  session: McpSession,
  refuse: (status: number, text: string) => () => Refusal,
): void {
  const header = exchange.header("mcp-protocol-version")
  if (header !== undefined) {
    const right = header === session.revision
    exchange.enforce(
      "protocol-version-supported",
      right,
      refuse(400, `this session speaks ${session.revision}`),
      header,
    )
  } else if (!isEarly(session.revision)) {
    exchange.expect("protocol-version-header", false, refuse(400, "the MCP-Protocol-Version header is missing"))
  }
}

/** GET: the stand-alone stream for messages that belong to no request, or the rest of a stream that was cut. */
export function openStream(world: World, exchange: Exchange, owner: string): Answer {
  const session = sessionOf(world, exchange, owner, null)
  checkAccept(exchange, null, ["text/event-stream"])
  if (!world.settings.getStream || !session) return methodNotAllowed("POST, DELETE")
  const { stream, after } = resumed(exchange, session) ?? { stream: session.stream(), after: undefined }
  if (after === undefined) standAlone(session, stream)
  const channel = stream.open(exchange.signal, after)
  stream.comment("open")
  const breathe = async () => {
    for (;;) {
      await world.clock.sleep(KEEP_ALIVE, exchange.signal)
      channel.push(sseComment("keep-alive"))
    }
  }
  breathe().catch(() => {})
  return events(channel)
}

/** Keeps the stream for messages that belong to no request; of those that nobody reads only the newest few. */
function standAlone({ standAlone: streams }: McpSession, stream: EventStream): void {
  for (const old of streams) {
    if (streams.size < KEPT || old.connected) continue
    old.end()
    streams.delete(old)
  }
  streams.add(stream)
}

/** The stream that a Last-Event-ID comes from, and how far the client got (MCP streamable HTTP, Resumability). */
function resumed(exchange: Exchange, session: McpSession): { stream: EventStream; after: number } | undefined {
  const last = exchange.header("last-event-id")
  if (last === undefined) return undefined
  const [, id = "", number = ""] = /^(\d+)-(\d+)$/.exec(last) ?? []
  const stream = session.streams.get(id)
  exchange.enforce(
    "event-id-known",
    stream !== undefined,
    () => new Refusal(errorAnswer(null, new RpcError(-32000, "there is no such event", 400))),
    last,
  )
  return { stream, after: Number(number) }
}

/** DELETE: the client is done. */
export function endSession(world: World, exchange: Exchange, owner: string): Answer {
  if (!sessionOf(world, exchange, owner, null)) return methodNotAllowed("POST")
  world.sessions.end(exchange.header("mcp-session-id") ?? "")
  return empty(204)
}

/** 405 with the methods that there are (RFC 9110 §15.5.6). */
export const methodNotAllowed = (allow: string): Answer =>
  json(405, { error: "method_not_allowed", error_description: `only ${allow}` }, { allow })
