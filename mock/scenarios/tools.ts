import { isObject, type JsonObject } from "../json.ts"
import { bent, both, type Fault, registrationMembers, result, type Switch, tool, tools } from "./scenario.ts"

const ANSI = "\u001b[31mred\u001b]52;c;b3duZWQ=\u0007\u001b]0;owned\u0007\u009b2J\u202egnp.exe\u200b"

const POISONED = "poisoned"

const withTool = (does: string, inputSchema: JsonObject): Switch =>
  tools(does, (honest) => [...honest, { name: POISONED, inputSchema }])

const mirroring = (does: string, properties: JsonObject, more: JsonObject = {}): Switch =>
  withTool(does, { type: "object", properties, ...more })

/** A tool that mirrors one parameter, which for some reason cannot be mirrored. */
const badHeader = (does: string, value: unknown, type = "string"): Switch =>
  mirroring(does, { city: { type, "x-mcp-header": value } })

const CITY = { type: "string", "x-mcp-header": "City" }

/** Another output schema for `add`, and more in its structured content. */
const outputSchema = (does: string, schema: JsonObject, more: JsonObject = {}): Switch =>
  both(
    does,
    tool(does, "add", (honest) => ({ ...honest, outputSchema: schema })),
    result(does, "tools/call", (honest) => ({
      ...honest,
      structuredContent: { ...(isObject(honest.structuredContent) ? honest.structuredContent : {}), ...more },
    })),
  )

const decorated = (one: unknown) => (isObject(one) ? { ...one, title: ANSI, description: ANSI } : one)

const ansiEverywhere: Switch = {
  does: "writes escape sequences into every text: tools, server name, instructions, client name, results",
  apply: () => ({
    behaviours: [
      tools("", (honest) => honest.map(decorated)),
      result("", "server/discover", (honest) => ({
        ...honest,
        serverInfo: { name: ANSI, title: ANSI, version: ANSI },
        instructions: ANSI,
      })),
      result("", "tools/call", (honest) => ({ ...honest, content: [{ type: "text", text: ANSI }] })),
      registrationMembers("", { client_name: ANSI }),
    ].flatMap((one) => one.apply().behaviours ?? []),
  }),
}

/** What tools look like, and what they give back. */
export const TOOLS: readonly Fault[] = [
  {
    numbers: ["F-56"],
    title: "Malformed x-mcp-header",
    clientMust: "hide the tool with a warning",
    rule: "MR-39",
    switches: {
      "bad-x-mcp-header": badHeader("offers a tool whose header name has a space", "two words"),
      "empty-x-mcp-header": badHeader("offers a tool whose header name is empty", ""),
      "object-x-mcp-header": badHeader("offers a tool that mirrors an object", "City", "object"),
      "number-x-mcp-header": badHeader("offers a tool that mirrors a number that need not be whole", "City", "number"),
      "duplicate-x-mcp-header": mirroring("offers a tool that mirrors two parameters into one header", {
        city: CITY,
        town: { type: "string", "x-mcp-header": "CITY" },
      }),
      "items-x-mcp-header": mirroring("offers a tool that mirrors the items of a list", {
        cities: { type: "array", items: CITY },
      }),
      "ref-x-mcp-header": mirroring(
        "offers a tool that mirrors behind a $ref",
        { city: { $ref: "#/$defs/city" } },
        { $defs: { city: CITY } },
      ),
      "branch-x-mcp-header": mirroring(
        "offers a tool that mirrors in one branch only",
        {},
        { oneOf: [{ properties: { city: CITY } }] },
      ),
    },
  },
  {
    numbers: ["F-58"],
    title: "Escape sequences in every text",
    clientMust: "show them harmlessly",
    rule: "CR-122, CR-123",
    switches: {
      "ansi-everywhere": ansiEverywhere,
      "ansi-errors": bent("answers tool calls with an error full of escape sequences", () => ({
        mcp: (message, exchange) =>
          exchange.event.rpc === "tools/call"
            ? { jsonrpc: "2.0", id: message.id, error: { code: -32000, message: ANSI, data: { [ANSI]: ANSI } } }
            : message,
      })),
      "huge-names": tools(
        "offers a tool whose name, title and description have a million characters each",
        (honest) => [
          ...honest,
          ...["n".repeat(1_000_000)].map((name) => ({
            name,
            title: name,
            description: name,
            inputSchema: { type: "object" },
          })),
        ],
      ),
    },
  },
  {
    numbers: ["F-59"],
    title: "Results and schemas that cannot be trusted",
    clientMust: "say that the result breaks its schema; fetch no $ref; bound the work",
    rule: "MR-53, MR-54",
    switches: {
      "schema-violating": result("answers tool calls with a structure of another type", "tools/call", (honest) => ({
        ...honest,
        structuredContent: { sum: "three" },
      })),
      "schema-unfulfilled": result("leaves out the structure that add promises", "tools/call", (honest) => ({
        ...honest,
        structuredContent: undefined,
      })),
      "schema-remote-ref": outputSchema("describes the result of add by a schema on another host", {
        $ref: "https://other.example/schema.json",
      }),
      "schema-slow-pattern": outputSchema(
        "describes the result of add by a pattern that takes for ever",
        { type: "object", properties: { note: { type: "string", pattern: "^(a+)+$" } } },
        { note: `${"a".repeat(60)}!` },
      ),
      "schema-many": outputSchema("describes the result of add by a million alternatives", {
        anyOf: Array.from({ length: 1_000_000 }, () => false),
      }),
      "schema-loop": outputSchema("describes the result of add by a schema that refers to itself", { $ref: "#" }),
      "schema-dialect": outputSchema("describes the result of add in a dialect of its own", {
        $schema: "https://other.example/dialect",
        type: "object",
      }),
    },
  },
]
