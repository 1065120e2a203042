import { isObject } from "../json.ts"
import { LOG_LEVELS, type LogLevel } from "../tools/tool.ts"
import type { World } from "../world.ts"
import { cached } from "./caching.ts"
import type { Call, MethodHandler, Outlet } from "./call.ts"
import { complete } from "./completion.ts"
import { CODES, RpcError } from "./message.ts"
import { getPrompt, listPrompts } from "./prompt-methods.ts"
import { listResources, listTemplates, readResource } from "./resource-methods.ts"
import { MODERN } from "./revisions.ts"
import { listen, subscribe } from "./subscriptions.ts"
import { offersTasks, TASK_METHODS, TASKS } from "./tasks.ts"
import { calledTool, callTool, listTools } from "./tool-methods.ts"

/** What the server says of itself. */
export const SERVER_INFO = { name: "mcp-dcr-tui-mock", title: "mcp-dcr-tui mock server", version: "0.1.0" }

/** For a person or a model that meets the server for the first time. */
export const INSTRUCTIONS = "A practice server. Every answer is invented; nothing here can do harm."

/** What the server can do. */
export const CAPABILITIES = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  completions: {},
  logging: {},
}

const discover: MethodHandler = ({ world, revision }) => ({
  // Versions that work without a handshake; the others are found by `initialize`.
  supportedVersions: world.settings.revisions.filter((spoken) => spoken === MODERN),
  capabilities: offersTasks(world) ? { ...CAPABILITIES, extensions: { [TASKS]: {} } } : CAPABILITIES,
  instructions: INSTRUCTIONS,
  ...cached(revision),
})

const setLevel: MethodHandler = ({ session, message }) => {
  const { level } = message.params
  if (!isLogLevel(level)) throw new RpcError(CODES.invalidParams, "unknown log level")
  if (session) session.logLevel = level
  return {}
}

/** Methods of every revision. */
const METHODS: Readonly<Record<string, MethodHandler>> = {
  "tools/list": listTools,
  "tools/call": callTool,
  "resources/list": listResources,
  "resources/templates/list": listTemplates,
  "resources/read": readResource,
  "prompts/list": listPrompts,
  "prompts/get": getPrompt,
  "completion/complete": complete,
}

/** Methods of the revisions with `initialize`; that one itself is the session's business. */
export const LEGACY_METHODS: Readonly<Record<string, MethodHandler>> = {
  ...METHODS,
  ping: () => ({}),
  "logging/setLevel": setLevel,
  "resources/subscribe": subscribe(true),
  "resources/unsubscribe": subscribe(false),
}

/** Methods of revision 2026-07-28. Every result names its kind and the server (MCP basic, ResultType). */
export const MODERN_METHODS: Readonly<Record<string, MethodHandler>> = Object.fromEntries(
  Object.entries({
    ...METHODS,
    ...TASK_METHODS,
    "server/discover": discover,
    "subscriptions/listen": listen,
  }).map(([name, handler]) => [
    name,
    async (call: Call, outlet: Outlet) => {
      const { _meta, ...result } = await handler(call, outlet)
      return {
        resultType: "complete",
        ...result,
        _meta: { ...(isObject(_meta) ? _meta : {}), "io.modelcontextprotocol/serverInfo": SERVER_INFO },
      }
    },
  ]),
)

/** Whether the text is a severity. */
export const isLogLevel = (value: unknown): value is LogLevel => LOG_LEVELS.some((level) => level === value)

/** Whether the answer to a message is an event stream from the start. */
export const answersAsStream = (call: Call): boolean =>
  call.world.settings.answers === "sse" || toolStreams(call.world, call)

const toolStreams = ({ catalogue }: World, { message }: Call): boolean =>
  message.method === "tools/call" && calledTool(catalogue.tools, message.params)?.streams === true
