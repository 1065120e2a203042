import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Tool } from "../mcp/tools.ts"
import type { FactOf } from "./facts.ts"

const Required = Schema.Struct({ required: Schema.optionalKey(Schema.Array(Schema.String)) })

const needsNothing = (tool: Tool): boolean => {
  const schema = Schema.decodeUnknownOption(Required)(tool.inputSchema)
  return Option.isSome(schema) && (schema.value.required ?? []).length === 0
}

/** The server's own claim; only used to choose among calls that need no arguments (MR-56). */
const claimsReadOnly = (tool: Tool): boolean => tool.annotations?.readOnlyHint === true

/**
 * The call that step 10 makes when nobody chose one: a tool that says it only reads and that needs no arguments. Nothing
 * that might change something is ever called by itself.
 */
export const suggestedCall = (tools: ReadonlyArray<Tool>): FactOf<"call"> | undefined => {
  const tool = tools.find((candidate) => claimsReadOnly(candidate) && needsNothing(candidate))
  return tool && { tool: tool.name, arguments: {} }
}
