import type { JsonObject } from "../json.ts"
import type { Principal } from "../resource/access.ts"

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
