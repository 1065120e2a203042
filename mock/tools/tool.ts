import type { Catalogue } from "../catalogue.ts"
import type { Errands } from "../errands.ts"
import type { JsonObject } from "../json.ts"
import type { Change } from "../mcp/changes.ts"
import type { Ask } from "../mcp/client-input.ts"
import type { Principal } from "../resource/access.ts"
import type { ClientRequest } from "./client-request.ts"

/** One block of a tool result. */
export type Content = JsonObject & { readonly type: string }

/** What a tool call gives back (MCP tools, Tool Result). */
export interface ToolResult {
  readonly content: readonly Content[]
  readonly structuredContent?: JsonObject
  readonly isError?: boolean
}

/** What a running tool may use. */
export interface ToolContext {
  /** `undefined` when the call came without a token. */
  readonly principal: Principal | undefined
  /** Aborts when the call was cancelled. */
  readonly signal: AbortSignal
  readonly sleep: (milliseconds: number) => Promise<void>
  /** Sends `notifications/progress`, if the caller asked for it. */
  readonly progress: (progress: number, total: number, message: string) => void
  /** Sends `notifications/message`, if the caller asked for that level. */
  readonly log: (level: LogLevel, text: string) => void
  /** Asks the client, in the way of its revision. Since 2026-07-28 the tool may be run again from the start for that. */
  readonly ask: Ask
  /** Refuses the call until that page was visited, where the mock was told to do so (2025-11-25). */
  readonly visitFirst: (request: ClientRequest) => void
  /** Whether the client declared what it takes to answer that. */
  readonly can: (request: ClientRequest) => boolean
  /** What the server offers; who changes it announces it. */
  readonly catalogue: Catalogue
  readonly announce: (change: Change) => void
  /** What people have to do in their browser. */
  readonly errands: Errands
  /** User and client in one, for what belongs to them alone. */
  readonly owner: string
  /** Cuts the connection but not the call: the client has to come back for the rest (before 2026-07-28). */
  readonly hangUp: () => void
}

/** RFC 5424 severities, least severe first. */
export const LOG_LEVELS = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"] as const

/** A severity. */
export type LogLevel = (typeof LOG_LEVELS)[number]

/** A tool: what is listed, what it needs, and what it does. */
export interface Tool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly inputSchema: JsonObject
  readonly outputSchema?: JsonObject
  readonly annotations: JsonObject
  /** Scopes beside the base scope. */
  readonly scopes?: readonly string[]
  /** May be called without a token. */
  readonly open?: boolean
  /** Answers with an event stream, whatever the server's default is. */
  readonly streams?: boolean
  /** Its call becomes a task (SEP-2663) for clients that can deal with one; `required`: for no others. */
  readonly task?: "optional" | "required"
  /** What has to be asked before the task begins; its answers are added to the input. */
  readonly prepare?: (input: JsonObject, context: ToolContext) => Promise<JsonObject>
  readonly run: (input: JsonObject, context: ToolContext) => ToolResult | Promise<ToolResult>
}

/** All tools by name, in the order in which they are listed. */
export type ToolTable = ReadonlyMap<string, Tool>

/** A result of plain text. */
export const text = (value: string): ToolResult => ({ content: [{ type: "text", text: value }] })

/** A structured result, with the same as text for clients that know only that (MCP tools, Structured Content). */
export const structured = (value: JsonObject): ToolResult => ({
  content: [{ type: "text", text: JSON.stringify(value) }],
  structuredContent: value,
})

/** A result that says the tool did not succeed. */
export const failure = (value: string): ToolResult => ({ ...text(value), isError: true })
