import { json } from "../http/answer.ts"
import { isObject } from "../json.ts"
import { bent, both, type Changes, type Fault, option, type Switch, tool } from "./scenario.ts"

const SESSION: Changes = { revisions: ["2025-11-25"] }

const sessionId = (does: string, id: string): Switch => ({
  does,
  apply: () => ({
    ...SESSION,
    behaviours: [
      {
        answer: (honest, exchange) =>
          exchange.event.rpc === "initialize"
            ? { ...honest, headers: { ...honest.headers, "mcp-session-id": id } }
            : honest,
      },
    ],
  }),
})

const rpcError = (body: unknown, status: number, error: { code: number; message: string; data?: unknown }) =>
  json(status, { jsonrpc: "2.0", id: isObject(body) ? body.id : null, error })

/** Refuses every version, and names these as supported. */
const versions = (does: string, supported: unknown): Switch => ({
  does,
  apply: () => ({
    noAuth: true,
    behaviours: [
      {
        answer: (honest, exchange) =>
          exchange.event.route === "mcp"
            ? rpcError(exchange.event.body, 400, {
                code: -32022,
                message: "Unsupported protocol version",
                data: { supported, requested: "2026-07-28" },
              })
            : honest,
      },
    ],
  }),
})

/** The list tells of the header only from the second time on. */
const changedSilently = bent("wants a header for echo that its first list does not mention", () => {
  let listed = 0
  return {
    ...tool("", "echo", (honest) => {
      listed += 1
      return listed === 1
        ? honest
        : {
            ...honest,
            inputSchema: {
              type: "object",
              properties: { message: { type: "string", "x-mcp-header": "Message" } },
              required: ["message"],
            },
          }
    }).apply().behaviours?.[0],
    answer: (honest, exchange) =>
      exchange.event.rpc === "tools/call" &&
      exchange.header("mcp-name") === "echo" &&
      exchange.header("mcp-param-message") === undefined
        ? rpcError(exchange.event.body, 400, { code: -32020, message: "Mcp-Param-Message is missing" })
        : honest,
  }
})

/** Sessions, versions and headers of the MCP endpoint. */
export const MCP: readonly Fault[] = [
  {
    numbers: ["F-53"],
    title: "Session that is lost",
    clientMust: "initialize once more",
    rule: "MR-28",
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
    rule: "MR-27",
    switches: {
      "session-bad": sessionId("hands out a session id with a space (revision 2025-11-25)", "one two"),
      "session-huge": sessionId("hands out a session id of 64 kB (revision 2025-11-25)", "s".repeat(64 * 1024)),
    },
  },
  {
    numbers: ["F-55"],
    title: "Header that is wanted all of a sudden",
    clientMust: "read the list again, and make the same call once more with the header",
    rule: "MR-40",
    switches: {
      "header-mismatch": both(
        "wants a header for echo that its first list does not mention",
        option("speaks 2026-07-28 only", { revisions: ["2026-07-28"] }),
        changedSilently,
      ),
    },
  },
  {
    numbers: ["F-57"],
    title: "Server that refuses the version it offers",
    clientMust: "try once more, then fail",
    rule: "MR-5",
    switches: {
      "version-liar": versions("answers every request with -32022 and the very version that was asked for", [
        "2026-07-28",
      ]),
      "version-garbage": versions("answers every request with -32022 and versions that are none", [
        "tomorrow",
        5,
        null,
      ]),
    },
  },
]
