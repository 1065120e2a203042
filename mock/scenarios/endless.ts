import { json } from "../http/answer.ts"
import { isObject, type JsonObject } from "../json.ts"
import { bent, type Fault, type Switch, seizeCalls } from "./scenario.ts"

const DONE = { resultType: "complete", content: [{ type: "text", text: "3" }], structuredContent: { sum: 3 } }

/** So many notifications before the result of a tool call. */
const flood = (does: string, count: number, notification: (number: number, token: unknown) => JsonObject): Switch =>
  bent(does, () =>
    seizeCalls((message, response) => {
      const meta = isObject(message.params) && isObject(message.params._meta) ? message.params._meta : {}
      response.writeHead(200, { "content-type": "text/event-stream" })
      const send = (one: JsonObject) => response.write(`data: ${JSON.stringify({ jsonrpc: "2.0", ...one })}\n\n`)
      let sent = 0
      const more = () => {
        while (sent < count && !response.destroyed) {
          sent += 1
          if (!send(notification(sent, meta.progressToken))) return
        }
        end()
      }
      const end = () => {
        if (response.writableEnded || response.destroyed) return
        send({ id: message.id, result: DONE })
        response.end()
      }
      response.on("drain", more)
      more()
    }),
  )

const pages = (does: string, cursor: (page: number) => string): Switch =>
  bent(does, () => {
    let first: JsonObject = {}
    let page = 0
    return {
      mcp(message, exchange) {
        if (exchange.event.rpc !== "tools/list") return message
        if (isObject(message.result)) first = message.result
        page += 1
        return {
          jsonrpc: "2.0",
          id: message.id,
          result: { ...first, ...(page === 1 ? {} : { tools: [] }), nextCursor: cursor(page) },
        }
      },
      answer: (honest, exchange) => (exchange.event.rpc === "tools/list" ? { ...honest, status: 200 } : honest),
    }
  })

/** What goes on and on. */
export const ENDLESS: readonly Fault[] = [
  {
    numbers: ["F-60"],
    title: "Without an end",
    clientMust: "stop at its caps, and stay responsive",
    rule: "MR-47, MR-57, MR-59",
    switches: {
      "cursor-loop": pages("sends the same cursor with every page of tools", () => "again"),
      "cursor-endless": pages("sends a new cursor with every page of tools, for ever", (page) => `page ${page}`),
      "endless-rounds": bent("answers every tool call by asking for another round, without a question", () => {
        let round = 0
        return {
          answer(honest, exchange) {
            if (exchange.event.rpc !== "tools/call") return honest
            round += 1
            const id = isObject(exchange.event.body) ? exchange.event.body.id : null
            return json(200, {
              jsonrpc: "2.0",
              id,
              result: { resultType: "input_required", requestState: `round ${round}` },
            })
          },
        }
      }),
      "progress-flood": flood("reports progress twenty thousand times before the result", 20_000, (number, token) => ({
        method: "notifications/progress",
        params: { progressToken: token, progress: number, message: `step ${number}` },
      })),
      "list-changed-flood": flood("says two thousand times that its tools have changed", 2_000, () => ({
        method: "notifications/tools/list_changed",
      })),
    },
  },
]
