import { isObject, type JsonObject } from "../json.ts"
import { inputFaults } from "../tools/input.ts"
import { failure, LOG_LEVELS, type LogLevel, type Tool, type ToolTable } from "../tools/tool.ts"
import { type Call, type MethodHandler, type Notify, toolContext } from "./call.ts"
import { CODES, RpcError } from "./message.ts"
import { pageOf } from "./paging.ts"
import { MODERN, REVISIONS, type Revision } from "./revisions.ts"

/** What the server says of itself. */
export const SERVER_INFO = { name: "mcp-dcr-tui-mock", title: "mcp-dcr-tui mock server", version: "0.1.0" }

/** For a person or a model that meets the server for the first time. */
export const INSTRUCTIONS = "A practice server. Every answer is invented; nothing here can do harm."

/** What the server can do. */
export const CAPABILITIES = { tools: {}, logging: {} }

/** Answers of revision 2026-07-28 that may be kept for a while carry these (MCP caching). Lists depend on who asks. */
const CACHE_HINTS = { ttlMs: 60_000, cacheScope: "private" }

const discover: MethodHandler = ({ world }) => ({
  // Versions that work without a handshake; the others are found by `initialize`.
  supportedVersions: world.settings.revisions.filter((revision) => revision === MODERN),
  capabilities: CAPABILITIES,
  instructions: INSTRUCTIONS,
  ...CACHE_HINTS,
})

const listTools: MethodHandler = ({ world, exchange, revision, message }) => {
  const page = pageOf(exchange, [...world.tools.values()], world.settings.pageSize, message.params.cursor)
  return {
    tools: page.items.map((tool) => listing(tool, revision)),
    ...(page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor }),
    ...(revision === MODERN ? CACHE_HINTS : {}),
  }
}

/** A tool as it is listed; titles and output schemas came with 2025-06-18. */
function listing(
  { name, title, description, inputSchema, outputSchema, annotations }: Tool,
  revision: Revision,
): JsonObject {
  const later = revision === "2025-03-26" ? {} : { title, ...(outputSchema ? { outputSchema } : {}) }
  return { name, ...later, description, inputSchema, annotations }
}

/** The tool a `tools/call` means. */
export function calledTool(tools: ToolTable, params: JsonObject): Tool | undefined {
  return typeof params.name === "string" ? tools.get(params.name) : undefined
}

async function callTool(call: Call, notify: Notify): Promise<JsonObject> {
  const { world, exchange, message, revision } = call
  const tool = calledTool(world.tools, message.params)
  exchange.note("tool-known", tool !== undefined)
  if (!tool) throw new RpcError(CODES.invalidParams, `unknown tool: ${String(message.params.name)}`)
  exchange.event.tool = tool.name
  const input = message.params.arguments ?? {}
  if (!isObject(input)) throw new RpcError(CODES.invalidParams, "arguments must be an object")
  const faults = inputFaults(tool.inputSchema, input)
  exchange.note("arguments-valid", faults.length === 0, faults.join("; "))
  if (faults.length > 0) {
    // Since 2025-11-25 a tool error, so that a model can see it and try again; before, a protocol error.
    if (REVISIONS.indexOf(revision) <= REVISIONS.indexOf("2025-11-25")) return { ...failure(faults.join("; ")) }
    throw new RpcError(CODES.invalidParams, faults.join("; "))
  }
  const { structuredContent, ...result } = await tool.run(input, toolContext(call, notify))
  return { ...result, ...(structuredContent && revision !== "2025-03-26" ? { structuredContent } : {}) }
}

const setLevel: MethodHandler = ({ session, message }) => {
  const { level } = message.params
  if (!isLogLevel(level)) throw new RpcError(CODES.invalidParams, "unknown log level")
  if (session) session.logLevel = level
  return {}
}

/** Methods of the revisions with `initialize`; that one itself is the session's business. */
export const LEGACY_METHODS: Readonly<Record<string, MethodHandler>> = {
  ping: () => ({}),
  "logging/setLevel": setLevel,
  "tools/list": listTools,
  "tools/call": callTool,
}

/** Methods of revision 2026-07-28. Every result names its kind and the server (MCP basic, ResultType). */
export const MODERN_METHODS: Readonly<Record<string, MethodHandler>> = Object.fromEntries(
  Object.entries({ "server/discover": discover, "tools/list": listTools, "tools/call": callTool }).map(
    ([name, handler]) => [
      name,
      async (call: Call, notify: Notify) => ({
        resultType: "complete",
        ...(await handler(call, notify)),
        _meta: { "io.modelcontextprotocol/serverInfo": SERVER_INFO },
      }),
    ],
  ),
)

/** Whether the text is a severity. */
export const isLogLevel = (value: unknown): value is LogLevel => LOG_LEVELS.some((level) => level === value)

/** Whether the answer to a message is an event stream. */
export const answersAsStream = (call: Call): boolean =>
  call.world.settings.answers === "sse" ||
  (call.message.method === "tools/call" && calledTool(call.world.tools, call.message.params)?.streams === true)
