import { type Tool, text } from "../tools/tool.ts"
import { diagnostic } from "./diagnostic.ts"

/** Schemas that have to reach the client as they are, and headers that have to repeat an argument. */
export const SCHEMA_TOOLS: readonly Tool[] = [
  {
    ...diagnostic("json_schema_2020_12_tool", "Tests that JSON Schema 2020-12 is preserved.", (input) =>
      text(`JSON Schema 2020-12 tool called with: ${JSON.stringify(input)}`),
    ),
    inputSchema: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      $defs: {
        address: {
          $anchor: "addressDef",
          type: "object",
          properties: { street: { type: "string" }, city: { type: "string" } },
        },
      },
      properties: {
        name: { type: "string" },
        address: { $ref: "#/$defs/address" },
        contactMethod: { type: "string", enum: ["phone", "email"] },
        phone: { type: "string" },
        email: { type: "string" },
      },
      allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
      if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { required: ["phone"] },
      else: { required: ["email"] },
      additionalProperties: false,
    },
  },
  diagnostic(
    "test_x_mcp_header",
    "Tests an argument that is repeated in a header.",
    ({ region }) => text(`region: ${String(region)}`),
    { region: { type: "string", "x-mcp-header": "Region" } },
  ),
]
