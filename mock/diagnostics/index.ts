import type { Offer } from "../catalogue.ts"
import { CONTENT_TOOLS } from "./content.ts"
import { INPUT_REQUIRED_TOOLS } from "./input-required.ts"
import { PROMPTS } from "./prompts.ts"
import { RESOURCES, TEMPLATES } from "./resources.ts"
import { SCHEMA_TOOLS } from "./schemas.ts"
import { REQUEST_TOOLS, STREAMING_TOOLS } from "./streaming.ts"
import { TASK_TOOLS } from "./tasks.ts"

/**
 * What the official conformance suite calls by name (`@modelcontextprotocol/conformance`, server scenarios). Nothing in
 * it knows a way around the server's own rules: the tools use what every tool may use.
 */
export const DIAGNOSTICS: Offer = {
  tools: [
    ...CONTENT_TOOLS,
    ...STREAMING_TOOLS,
    ...REQUEST_TOOLS,
    ...INPUT_REQUIRED_TOOLS,
    ...SCHEMA_TOOLS,
    ...TASK_TOOLS,
  ],
  resources: RESOURCES,
  templates: TEMPLATES,
  prompts: PROMPTS,
}
