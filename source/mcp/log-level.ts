import * as Context from "effect/Context"
import * as Schema from "effect/Schema"

/** Severities of log messages (MCP logging; RFC 5424), the least severe first. */
export const LogLevel = Schema.Literals([
  "debug",
  "info",
  "notice",
  "warning",
  "error",
  "critical",
  "alert",
  "emergency",
])
export type LogLevel = typeof LogLevel.Type

/**
 * The least severe log message that is wanted, or none. Since 2026-07-28 every request says so in its `_meta`, and without
 * that a server may not log; before, `logging/setLevel` asks for it once in a session (MR-61).
 */
export const WantedLogLevel = Context.Reference<LogLevel | undefined>("mcp-dcr-tui/mcp/WantedLogLevel", {
  defaultValue: () => undefined,
})
