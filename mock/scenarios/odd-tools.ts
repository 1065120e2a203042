import { CODES, RpcError } from "../mcp/message.ts"
import type { Tool } from "../tools/tool.ts"
import { type Fault, option } from "./scenario.ts"

const READ_ONLY = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false }
const NOTHING = { type: "object", properties: {}, additionalProperties: false }

const protocolError: Tool = {
  name: "protocol_error",
  title: "Error of the protocol",
  description: "Answers with a JSON-RPC error, where `fail` answers with a tool error.",
  inputSchema: NOTHING,
  annotations: READ_ONLY,
  run() {
    throw new RpcError(CODES.internal, "this tool always breaks", 200, { reason: "it was made for that" })
  },
}

const MEGABYTE = 1024 * 1024

const big: Tool = {
  name: "big",
  title: "Big result",
  description: "Answers with as many megabytes of text as you like.",
  inputSchema: {
    type: "object",
    properties: { megabytes: { type: "integer", minimum: 0, maximum: 64, default: 1 } },
    additionalProperties: false,
  },
  annotations: READ_ONLY,
  run: ({ megabytes = 1 }) => ({
    content: [{ type: "text", text: "0123456789abcdef".repeat((Number(megabytes) * MEGABYTE) / 16) }],
  }),
}

const wrongStructure: Tool = {
  name: "wrong_structure",
  title: "Wrong structure",
  description: "Promises a number and answers with a text.",
  inputSchema: NOTHING,
  outputSchema: { type: "object", properties: { count: { type: "integer" } }, required: ["count"] },
  annotations: READ_ONLY,
  run: () => ({ content: [{ type: "text", text: "many" }], structuredContent: { count: "many" } }),
}

/** Tools that a person has no use for and a test has. */
export const ODD_TOOLS: readonly Fault[] = [
  {
    numbers: [],
    title: "Tools that go wrong on purpose",
    clientMust: "tell an error of the protocol, a result too large and a result that breaks its schema apart",
    rule: "MR-53, MR-55",
    switches: {
      "odd-tools": option("offers protocol_error, big and wrong_structure as well", {
        tools: [protocolError, big, wrongStructure],
      }),
    },
  },
]
