import type { ServerResponse } from "node:http"
import type { Answer } from "../http/answer.ts"
import type { JsonObject } from "../json.ts"
import { bent, type Fault, type Switch, seizeCalls, text } from "./scenario.ts"

const stream = (body: string): Answer => text(200, "text/event-stream", body)

/** Answers tool calls with these bytes of an event stream; the function is given the honest message. */
const sse = (does: string, body: (message: unknown) => string): Switch =>
  bent(does, () => ({
    answer: (honest, exchange) =>
      exchange.event.rpc === "tools/call" && honest.status === 200 ? stream(body(honest.json)) : honest,
  }))

const begin = (response: ServerResponse) => response.writeHead(200, { "content-type": "text/event-stream" })

const data = (message: unknown) => `data: ${JSON.stringify(message)}\n`

/** Everything the standard allows and few servers send. */
const unusual = (message: unknown): string =>
  `\ufeff: a comment\r\nretry: 10\r\nevent: message\rgarden: gnome\n${JSON.stringify(message, undefined, 1)
    .split("\n")
    .map((line) => `data:${line}\r\n`)
    .join("")}\r\n`

const endlessLine = (response: ServerResponse): void => {
  const chunk = "x".repeat(64 * 1024)
  const more = () => {
    while (!response.destroyed && response.write(chunk)) {}
  }
  response.on("drain", more)
  response.write("data: ")
  more()
}

const brokenText = ({ id }: JsonObject): Buffer =>
  Buffer.concat([
    Buffer.from(`data: {"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"structuredContent":{"sum":3},`),
    Buffer.from('"content":[{"type":"text","text":"'),
    Buffer.from([0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80]),
    Buffer.from('"}]}}\n\n'),
  ])

/** Answers of the MCP endpoint, message by message and byte by byte. */
export const STREAMS: readonly Fault[] = [
  {
    numbers: ["F-50"],
    title: "Answer to another request",
    clientMust: "not take it for its own, and not hang",
    rule: "MR-14",
    switches: {
      "id-mismatch": bent("answers tool calls with another id", () => ({
        mcp: (message, exchange) =>
          exchange.event.rpc === "tools/call" && "result" in message ? { ...message, id: 987654 } : message,
      })),
      "id-as-text": bent("answers tool calls with the right number as a string", () => ({
        mcp: (message, exchange) =>
          exchange.event.rpc === "tools/call" && "result" in message ? { ...message, id: String(message.id) } : message,
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
    rule: "MR-26, MR-32, MR-43",
    switches: {
      "sse-cut": sse("ends the stream of a tool call in the middle of an event", () => 'data: {"jsonrpc":"2.0","id":'),
      "sse-empty": sse("ends the stream of a tool call before the response", () => ": nothing to see\n\n"),
    },
  },
  {
    numbers: ["F-52"],
    title: "Stream with malformed or unusual events",
    clientMust: "follow the rules of the parser and keep its limits",
    rule: "MR-23, MR-24",
    switches: {
      "sse-bad": sse("sends an event that is no JSON", () => "data: not json\n\n"),
      "sse-no-blank-line": sse("ends the stream before the blank line that ends the event", data),
      "sse-nul-id": sse("sends an event id with a NUL in it", (message) => `id: a\u0000b\n${data(message)}\n`),
      "sse-unusual": sse(
        "sends a BOM, comments, unknown fields, every kind of line end and data in many lines",
        unusual,
      ),
      "sse-other-event": sse(
        "sends an event of another type before the response",
        (message) => `event: ping\ndata: not json\n\nevent: priming\ndata:\n\n${data(message)}\n`,
      ),
      "sse-invalid-utf8": bent("sends bytes that are no UTF-8 within a text", () =>
        seizeCalls((message, response) => void begin(response).end(brokenText(message))),
      ),
      "sse-endless-line": bent("sends a line that never ends", () =>
        seizeCalls((_, response) => endlessLine(begin(response))),
      ),
    },
  },
]
