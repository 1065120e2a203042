import { json } from "../http/answer.ts"
import { isObject, type JsonObject } from "../json.ts"
import type { Changes, Fault, Switch } from "./scenario.ts"
import { bent, text } from "./scenario.ts"

const ANSI = "\u001b[31mred\u001b]52;c;b3duZWQ=\u0007\u009b2J\u202egnp.exe\u200b"

const SESSION: Changes = { revisions: ["2025-11-25"] }

/** Changes the result of one JSON-RPC method. */
const result = (does: string, method: string, change: (honest: JsonObject) => JsonObject): Switch =>
  bent(does, () => ({
    mcp: (message, exchange) =>
      exchange.event.rpc === method && isObject(message.result)
        ? { ...message, result: change(message.result) }
        : message,
  }))

const withTool = (does: string, tool: JsonObject): Switch =>
  result(does, "tools/list", (honest) => ({
    ...honest,
    tools: [...(Array.isArray(honest.tools) ? honest.tools : []), tool],
  }))

const sse = (does: string, body: string): Switch =>
  bent(does, () => ({
    answer: (honest, exchange) =>
      exchange.event.rpc === "tools/call" && honest.status === 200 ? text(200, "text/event-stream", body) : honest,
  }))

const badHeader = (does: string, value: unknown, type = "string"): Switch =>
  withTool(does, {
    name: "poisoned",
    inputSchema: { type: "object", properties: { city: { type, "x-mcp-header": value } } },
  })

/** The MCP endpoint itself. */
export const MCP: readonly Fault[] = [
  {
    numbers: ["F-50"],
    title: "Answer to another request",
    clientMust: "not take it for its own, and not hang",
    rule: "MR-12",
    switches: {
      "id-mismatch": bent("answers tool calls with another id", () => ({
        mcp: (message, exchange) =>
          exchange.event.rpc === "tools/call" && "result" in message ? { ...message, id: 987654 } : message,
      })),
      "result-and-error": bent("answers tool calls with a result and an error", () => ({
        mcp: (message, exchange) =>
          exchange.event.rpc === "tools/call" ? { ...message, error: { code: 1, message: "both" } } : message,
      })),
    },
  },
  {
    numbers: ["F-51"],
    title: "Stream that ends too early",
    clientMust: "not repeat a call that may have run",
    rule: "MR-43",
    switches: {
      "sse-cut": sse("ends the stream of a tool call in the middle of an event", 'data: {"jsonrpc":"2.0","id":'),
      "sse-empty": sse("ends the stream of a tool call before the response", ": nothing to see\n\n"),
    },
  },
  {
    numbers: ["F-52"],
    title: "Stream with malformed events",
    clientMust: "follow the rules of the parser and keep its limits",
    rule: "MR-23",
    switches: { "sse-bad": sse("sends an event that is no JSON", "id: a\u0000b\ndata: not json\n\n") },
  },
  {
    numbers: ["F-53"],
    title: "Session that is lost",
    clientMust: "initialize once more",
    rule: "MR-31",
    switches: {
      "session-lost": {
        does: "answers the first tools/list of a session with 404 (revision 2025-11-25)",
        apply: () => {
          let lost = false
          return {
            ...SESSION,
            behaviours: [
              {
                answer(honest, exchange) {
                  if (lost || exchange.event.rpc !== "tools/list") return honest
                  lost = true
                  return json(404, { jsonrpc: "2.0", id: null, error: { code: -32001, message: "Session not found" } })
                },
              },
            ],
          }
        },
      },
    },
  },
  {
    numbers: ["F-54"],
    title: "Session id that does not fit a header",
    clientMust: "refuse it",
    rule: "MR-29",
    switches: {
      "session-bad": {
        does: "hands out a session id with a space (revision 2025-11-25)",
        apply: () => ({
          ...SESSION,
          behaviours: [
            {
              answer: (honest, exchange) =>
                exchange.event.rpc === "initialize"
                  ? { ...honest, headers: { ...honest.headers, "mcp-session-id": "one two" } }
                  : honest,
            },
          ],
        }),
      },
    },
  },
  {
    numbers: ["F-56"],
    title: "Malformed x-mcp-header",
    clientMust: "hide the tool with a warning",
    rule: "MR-38",
    switches: {
      "bad-x-mcp-header": badHeader("offers a tool whose header name has a space", "two words"),
      "empty-x-mcp-header": badHeader("offers a tool whose header name is empty", ""),
      "object-x-mcp-header": badHeader("offers a tool that mirrors an object", "City", "object"),
    },
  },
  {
    numbers: ["F-57"],
    title: "Server that refuses the version it offers",
    clientMust: "try once more, then fail",
    rule: "MR-5",
    switches: {
      "version-liar": {
        does: "answers every request with -32022 and the very version that was asked for",
        apply: () => ({
          noAuth: true,
          behaviours: [
            {
              answer: (honest, exchange) =>
                exchange.event.route === "mcp"
                  ? json(400, {
                      jsonrpc: "2.0",
                      id: isObject(exchange.event.body) ? exchange.event.body.id : null,
                      error: {
                        code: -32022,
                        message: "Unsupported protocol version",
                        data: { supported: ["2026-07-28"], requested: "2026-07-28" },
                      },
                    })
                  : honest,
            },
          ],
        }),
      },
    },
  },
  {
    numbers: ["F-58"],
    title: "Escape sequences in every text",
    clientMust: "show them harmlessly",
    rule: "CR-122",
    switches: {
      "ansi-everywhere": result("describes every tool with escape sequences", "tools/list", (honest) => ({
        ...honest,
        tools: (Array.isArray(honest.tools) ? honest.tools : []).map((tool: unknown) =>
          isObject(tool) ? { ...tool, title: ANSI, description: ANSI } : tool,
        ),
      })),
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
      "schema-remote-ref": withTool("offers a tool whose schema refers to another host", {
        name: "poisoned",
        inputSchema: { type: "object", properties: { a: { $ref: "https://other.example/schema.json" } } },
      }),
      "schema-slow-pattern": withTool("offers a tool with a pattern that takes for ever", {
        name: "poisoned",
        inputSchema: { type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } } },
      }),
    },
  },
  {
    numbers: ["F-60"],
    title: "Lists without an end",
    clientMust: "stop at its caps",
    rule: "MR-21",
    switches: {
      "cursor-loop": bent("sends the same cursor with every page of tools", () => {
        let first: JsonObject = {}
        return {
          mcp(message, exchange) {
            if (exchange.event.rpc !== "tools/list") return message
            if (isObject(message.result)) first = message.result
            return { jsonrpc: "2.0", id: message.id, result: { ...first, nextCursor: "again" } }
          },
          answer: (honest, exchange) => (exchange.event.rpc === "tools/list" ? { ...honest, status: 200 } : honest),
        }
      }),
    },
  },
]
