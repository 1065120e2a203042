import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Findings } from "../text/finding.ts"
import type { Secret } from "../text/secret.ts"
import type { Wire } from "../wire/wire.ts"
import type { Authorize, Credentials } from "./connection.ts"
import { mayAsk } from "./declared.ts"
import type { Connection, ExchangeFailure, Notification, Progress } from "./exchange.ts"
import { mcpFailure } from "./failure.ts"
import type { JsonObject } from "./json-rpc.ts"
import { rpcCodes } from "./json-rpc.ts"
import { mostTools } from "./limits.ts"
import { type MirroredParameter, mirroredHeaders, mirroredParameters } from "./mirrored-headers.ts"
import { type Listed, listAll } from "./paging.ts"
import { revisions } from "./revisions.ts"
import { exchangeRounds } from "./rounds.ts"
import type { Session } from "./session.ts"
import { checkToolResult } from "./tool-result.ts"

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

/** Whether a tool runs as a task only (MCP 2025-11-25 tasks); this client starts none, so a call will be refused. */
export const needsTask = ({ execution }: Tool): boolean =>
  typeof execution === "object" &&
  execution !== null &&
  "taskSupport" in execution &&
  execution.taskSupport === "required"

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
export const mirroring = (
  connection: Connection,
  tool: Tool,
): Result.Result<ReadonlyArray<MirroredParameter>, string> =>
  revisions[connection.session.protocolVersion].metadataHeaders
    ? mirroredParameters(tool.inputSchema)
    : Result.succeed([])

/** What a list of tools offers: those that can be used, and why each of the others cannot. */
export interface KnownTools {
  readonly usable: ReadonlyArray<Tool>
  readonly unusable: ReadonlyMap<string, string>
}

export const noTools: KnownTools = { usable: [], unusable: new Map() }

/** Sorts one page or the whole list, in addition to what is known. What is left out is left out with a finding. */
export const sortTools = Effect.fnUntraced(function* (
  connection: Connection,
  listed: ReadonlyArray<Listed>,
  before: KnownTools = noTools,
): Effect.fn.Return<KnownTools & { readonly kept: ReadonlyArray<unknown> }, never, Findings> {
  const findings = yield* Findings
  const tools = new Map(before.usable.map((tool) => [tool.name, tool]))
  const unusable = new Map(before.unusable)
  const kept: Array<unknown> = []
  const leaveOut = (name: string, rule: string, reason: string, exchange: number) =>
    findings.raise({ severity: "warning", rule, text: `The tool ${name} is left out: ${reason}.`, exchange })
  for (const { item, exchange } of listed) {
    const tool = readTool(item)
    if (Result.isFailure(tool)) {
      const reason = tool.failure.message.replace(/\s+/g, " ")
      yield* leaveOut("without a usable description", "MCP tools, Tool", reason, exchange)
      continue
    }
    const { name } = tool.success
    const mirrored = mirroring(connection, tool.success)
    if (Result.isFailure(mirrored)) {
      unusable.set(name, mirrored.failure)
      yield* leaveOut(name, "MCP 2026-07-28 tools, x-mcp-header", mirrored.failure, exchange)
    } else if (tools.has(name)) yield* leaveOut(name, "MCP tools, Tool Names", "the name was listed before", exchange)
    else {
      tools.set(name, tool.success)
      kept.push(item)
    }
  }
  return { usable: [...tools.values()], unusable, kept }
})

/**
 * All tools on all pages. One that cannot be used is left out with a finding; the others stay. A server that declares
 * other things and no tools is not asked.
 */
export const listTools = Effect.fn("mcp.listTools")(function* (
  session: Session,
  token?: Secret | undefined,
  authorize?: Authorize | undefined,
): Effect.fn.Return<ReadonlyArray<Tool>, ExchangeFailure, Wire | Findings> {
  const connection = { session, token, authorize }
  if (!(yield* mayAsk(session, "tools", "tools/list"))) return []
  return (yield* sortTools(connection, yield* listAll(connection, "tools/list", "tools", mostTools))).usable
})

export interface ToolCall extends Credentials {
  readonly session: Session
  readonly tool: Tool
  readonly arguments: JsonObject
  readonly onProgress?: ((progress: Progress) => Effect.Effect<void>) | undefined
  readonly onNotification?: ((notification: Notification) => Effect.Effect<void>) | undefined
}

const callOnce = Effect.fnUntraced(function* (call: ToolCall) {
  const mirrored = mirroring(call, call.tool)
  if (Result.isFailure(mirrored))
    return yield* mcpFailure("tool_unusable", { url: call.session.url, detail: mirrored.failure })
  return yield* exchangeRounds({
    session: call.session,
    token: call.token,
    authorize: call.authorize,
    method: "tools/call",
    params: { name: call.tool.name, arguments: call.arguments },
    mirrored: mirroredHeaders(mirrored.success, call.arguments),
    onProgress: call.onProgress,
    onNotification: call.onNotification,
  })
})

/** The same call with the tool as it is described now; the server said that our header fields do not fit (MR-40). */
const callAnew = Effect.fnUntraced(function* (call: ToolCall) {
  const tool = (yield* listTools(call.session, call.token, call.authorize)).find(({ name }) => name === call.tool.name)
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
  const { content = [], structuredContent, isError = false } = result
  if (!Array.isArray(content))
    return yield* mcpFailure("bad_result", { ...evidence, expected: "content: an array", received: typeof content })
  if (typeof isError !== "boolean")
    return yield* mcpFailure("bad_result", { ...evidence, expected: "isError: a boolean", received: typeof isError })
  yield* checkToolResult(call.session, call.tool, { result, exchange })
  return { content, ...(structuredContent === undefined ? {} : { structuredContent }), isError, raw: result, exchange }
})
