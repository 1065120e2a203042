import type { JsonObject } from "../json.ts"
import type { Tool } from "../tools/tool.ts"

/** A tool of the conformance suite: all that matters is its name and what it does. */
export const diagnostic = (
  name: string,
  description: string,
  run: Tool["run"],
  properties: Readonly<Record<string, JsonObject>> = {},
): Tool => ({
  name,
  title: name,
  description,
  inputSchema: { type: "object", properties, required: Object.keys(properties) },
  annotations: {},
  run,
})
