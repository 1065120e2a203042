import { type Tool, text } from "./tool.ts"

const QUIET = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false }

const secretHandshake: Tool = {
  name: "secret_handshake",
  title: "Secret handshake",
  description: "Only there after rearrange_tools was called.",
  inputSchema: { type: "object", properties: {}, additionalProperties: false },
  annotations: { title: "Secret handshake", ...QUIET },
  run: () => text("Left, right, left, and a wink."),
}

/** Changes the list of tools (MCP tools, List Changed Notification). */
export const rearrangeTools: Tool = {
  name: "rearrange_tools",
  title: "Rearrange the tools",
  description: "Adds a tool to the list, or takes it away again. Everybody who listens hears of the change.",
  inputSchema: { type: "object", properties: {}, additionalProperties: false },
  annotations: { title: "Rearrange the tools", ...QUIET, readOnlyHint: false, idempotentHint: false },
  run(_input, { catalogue, announce }) {
    const { name } = secretHandshake
    const gone = catalogue.tools.delete(name)
    if (!gone) catalogue.tools.set(name, secretHandshake)
    announce({ list: "tools" })
    return text(gone ? `${name} is gone.` : `${name} is there now.`)
  },
}

/** Has an argument that clients of 2026-07-28 repeat in a header (MCP streamable HTTP, Custom Headers). */
export const findShop: Tool = {
  name: "find_shop",
  title: "Find a shop",
  description: "Names a shop in a district. The district is repeated in the header Mcp-Param-District, for routing.",
  inputSchema: {
    type: "object",
    properties: {
      district: { type: "string", title: "District", description: "For example north", "x-mcp-header": "District" },
      late: { type: "boolean", title: "Open late", default: false },
    },
    required: ["district"],
    additionalProperties: false,
  },
  annotations: { title: "Find a shop", ...QUIET },
  run: ({ district, late }) =>
    text(`${late === true ? "The Night Owl" : "The Early Bird"}, ${String(district)} district`),
}
