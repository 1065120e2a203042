import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Findings } from "../text/finding.ts"
import type { Secret } from "../text/secret.ts"
import type { Wire } from "../wire/wire.ts"
import { mcpFailure } from "./failure.ts"
import { type Connection, type ExchangeFailure, exchange, type Progress } from "./http.ts"
import type { JsonObject } from "./json-rpc.ts"
import { rpcCodes } from "./json-rpc.ts"
import { mostTools } from "./limits.ts"
import { type MirroredParameter, mirroredHeaders, mirroredParameters } from "./mirrored-headers.ts"
import { listAll } from "./paging.ts"
import { revisions } from "./revisions.ts"
import type { Session } from "./session.ts"

const Members = Schema.Record(Schema.String, Schema.Unknown)

/** A tool as its server describes it: claims, not facts (MR-12). Schemas and unknown members are kept as received. */
export const Tool = Schema.StructWithRest(
  Schema.Struct({
    name: Schema.String,
    title: Schema.optionalKey(Schema.String),
    description: Schema.optionalKey(Schema.String),
    inputSchema: Members,
    outputSchema: Schema.optionalKey(Members),
    annotations: Schema.optionalKey(Members),
  }),
  [Members],
)
export type Tool = typeof Tool.Type

/** What a tool gave back. `isError` is the tool's own no, not a failure of the protocol (MR-55). */
export const ToolResult = Schema.Struct({
  /** Content blocks as received; describeContent (content.ts) says what each one is. */
  content: Schema.Array(Schema.Unknown),
  structuredContent: Schema.optionalKey(Schema.Unknown),
  isError: Schema.Boolean,
  /** The whole result as received. */
  raw: Members,
  exchange: Schema.Finite,
})
export type ToolResult = typeof ToolResult.Type

const readTool = Schema.decodeUnknownResult(Tool)

/** The mirrored parameters of a tool, where the revision knows them; or why it cannot be called (MR-39). */
const mirroring = (connection: Connection, tool: Tool): Result.Result<ReadonlyArray<MirroredParameter>, string> =>
  revisions[connection.session.protocolVersion].metadataHeaders
    ? mirroredParameters(tool.inputSchema)
    : Result.succeed([])

/** All tools on all pages. One that cannot be used is left out with a finding; the others stay. */
export const listTools = Effect.fn("mcp.listTools")(function* (
  session: Session,
  token?: Secret | undefined,
): Effect.fn.Return<ReadonlyArray<Tool>, ExchangeFailure, Wire | Findings> {
  const findings = yield* Findings
  const connection = { session, token }
  const listed = yield* listAll(connection, "tools/list", "tools", mostTools)
  const tools = new Map<string, Tool>()
  const leaveOut = (name: string, rule: string, reason: string, exchange: number) =>
    findings.raise({ severity: "warning", rule, text: `The tool ${name} is left out: ${reason}.`, exchange })
  for (const { item, exchange } of listed) {
    const tool = readTool(item)
    if (Result.isFailure(tool)) {
      yield* leaveOut(
        "without a usable description",
        "MCP tools, Tool",
        tool.failure.message.replace(/\s+/g, " "),
        exchange,
      )
      continue
    }
    const { name } = tool.success
    const mirrored = mirroring(connection, tool.success)
    if (Result.isFailure(mirrored))
      yield* leaveOut(name, "MCP 2026-07-28 tools, x-mcp-header", mirrored.failure, exchange)
    else if (tools.has(name)) yield* leaveOut(name, "MCP tools, Tool Names", "the name was listed before", exchange)
    else tools.set(name, tool.success)
  }
  return [...tools.values()]
})

export interface ToolCall {
  readonly session: Session
  readonly token?: Secret | undefined
  readonly tool: Tool
  readonly arguments: JsonObject
  readonly onProgress?: ((progress: Progress) => Effect.Effect<void>) | undefined
}

const callOnce = Effect.fnUntraced(function* (call: ToolCall) {
  const mirrored = mirroring(call, call.tool)
  if (Result.isFailure(mirrored))
    return yield* mcpFailure("tool_unusable", { url: call.session.url, detail: mirrored.failure })
  return yield* exchange({
    session: call.session,
    token: call.token,
    method: "tools/call",
    params: { name: call.tool.name, arguments: call.arguments },
    mirrored: mirroredHeaders(mirrored.success, call.arguments),
    onProgress: call.onProgress,
  })
})

/** The same call with the tool as it is described now; the server said that our header fields do not fit (MR-40). */
const callAnew = Effect.fnUntraced(function* (call: ToolCall) {
  const tool = (yield* listTools(call.session, call.token)).find(({ name }) => name === call.tool.name)
  return yield* callOnce({ ...call, tool: tool ?? call.tool })
})

/**
 * Calls a tool once. It is never repeated by itself, because it may have run; except when the server refused it over
 * header fields that changed with the tool's schema (-32020), and so did not run it.
 */
export const callTool = Effect.fn("mcp.callTool")(function* (
  call: ToolCall,
): Effect.fn.Return<ToolResult, ExchangeFailure, Wire | Findings> {
  const { result, exchange } = yield* callOnce(call).pipe(
    Effect.catchTag("McpFailure", (failure) =>
      failure.rpc?.code === rpcCodes.headerMismatch ? callAnew(call) : Effect.fail(failure),
    ),
  )
  const evidence = { exchange, url: call.session.url }
  if (result.resultType === "input_required") return yield* mcpFailure("input_required", evidence)
  const { content = [], structuredContent, isError = false } = result
  if (!Array.isArray(content))
    return yield* mcpFailure("bad_result", { ...evidence, expected: "content: an array", received: typeof content })
  if (typeof isError !== "boolean")
    return yield* mcpFailure("bad_result", { ...evidence, expected: "isError: a boolean", received: typeof isError })
  if (call.tool.outputSchema !== undefined && structuredContent === undefined && !isError) {
    const findings = yield* Findings
    yield* findings.raise({
      severity: "error",
      rule: "MCP tools, Output Schema",
      text: `${call.tool.name} promises structured content (outputSchema) and sent none.`,
      exchange,
    })
  }
  return { content, ...(structuredContent === undefined ? {} : { structuredContent }), isError, raw: result, exchange }
})
