import { type Fault, option } from "./scenario.ts"

async function* once(text: string) {
  yield text
}

/** The HTTP+SSE transport of 2024-11-05. */
export const OLD_TRANSPORT: readonly Fault[] = [
  {
    numbers: ["F-62"],
    title: "Old transport, and an endpoint event that names another host",
    clientMust:
      "say that the server speaks HTTP+SSE, use that only when asked to, and send messages to the same origin",
    rule: "MR-35",
    switches: {
      "legacy-sse": option("speaks HTTP+SSE instead of Streamable HTTP", { transport: "sse" }),
      "endpoint-event-foreign": {
        does: "names an endpoint on another host in the event stream of HTTP+SSE",
        apply: () => ({
          transport: "sse",
          behaviours: [
            {
              answer: (honest, exchange) =>
                exchange.event.route === "mcp" && exchange.request.method === "GET" && honest.status === 200
                  ? { ...honest, stream: once("event: endpoint\ndata: https://other.example/messages\n\n") }
                  : honest,
            },
          ],
        }),
      },
    },
  },
]
