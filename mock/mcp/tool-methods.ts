import { isObject, type JsonObject } from "../json.ts"
import { inputFaults } from "../tools/input.ts"
import { type Content, failure, type Tool, type ToolResult, type ToolTable } from "../tools/tool.ts"
import type { Call, MethodHandler, Outlet } from "./call.ts"
import { withInput } from "./client-input.ts"
import { CODES, RpcError } from "./message.ts"
import { listOf } from "./paging.ts"
import { type AnyRevision, FIRST, isEarly, MODERN } from "./revisions.ts"
import { becomesTask, beginTask } from "./tasks.ts"
import { toolContext } from "./tool-context.ts"

/** `tools/list`. */
export const listTools: MethodHandler = (call) =>
  listOf(call, "tools", [...call.world.catalogue.tools.values()], (tool) => listing(tool, call.revision))

/** A tool as it is listed; annotations came with 2025-03-26, titles and output schemas with 2025-06-18. */
function listing(
  { name, title, description, inputSchema, outputSchema, annotations }: Tool,
  revision: AnyRevision,
): JsonObject {
  const later = isEarly(revision) ? {} : { title, ...(outputSchema ? { outputSchema } : {}) }
  return { name, ...later, description, inputSchema, ...(revision === FIRST ? {} : { annotations }) }
}

/** The tool a `tools/call` means. */
export function calledTool(tools: ToolTable, params: JsonObject): Tool | undefined {
  return typeof params.name === "string" ? tools.get(params.name) : undefined
}

/** `tools/call`. */
export async function callTool(call: Call, outlet: Outlet): Promise<JsonObject> {
  const { world, exchange, message, revision } = call
  const tool = calledTool(world.catalogue.tools, message.params)
  exchange.note("tool-known", tool !== undefined)
  if (!tool) throw new RpcError(CODES.invalidParams, `unknown tool: ${String(message.params.name)}`)
  exchange.event.tool = tool.name
  const input = message.params.arguments ?? {}
  if (!isObject(input)) throw new RpcError(CODES.invalidParams, "arguments must be an object")
  const faults = inputFaults(tool.inputSchema, input)
  exchange.note("arguments-valid", faults.length === 0, faults.join("; "))
  if (faults.length > 0) {
    // Since 2025-11-25 a tool error, so that a model can see it and try again; before, a protocol error.
    if (revision === MODERN || revision === "2025-11-25") return { ...failure(faults.join("; ")) }
    throw new RpcError(CODES.invalidParams, faults.join("; "))
  }
  const context = toolContext(call, outlet)
  if (revision === MODERN && becomesTask(call, tool))
    return withInput(async () =>
      beginTask(call, tool, { ...input, ...(await tool.prepare?.(input, context)) }, context),
    )
  return withInput(async () => shown(await tool.run(input, context), revision))
}

/** A result with what the revision knows: structured content and links came with 2025-06-18. */
function shown({ structuredContent, content, ...result }: ToolResult, revision: AnyRevision): JsonObject {
  if (isEarly(revision)) return { ...result, content: content.map(withoutLink) }
  return { ...result, content, ...(structuredContent ? { structuredContent } : {}) }
}

const withoutLink = (block: Content): Content =>
  block.type === "resource_link" ? { type: "text", text: `${String(block.title)}: ${String(block.uri)}` } : block
