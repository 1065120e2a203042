import { sanitize } from "../text/sanitize.ts"
import type { Leg } from "../wire/exchange.ts"
import type { SavedExchange, SavedRun } from "./saved-run.ts"
import { titleOf } from "./titles.ts"

type Participant = "You" | "Browser" | "AS" | "MCP"

const names: Readonly<Record<Participant, string>> = {
  You: "You (mcp-dcr-tui)",
  Browser: "Browser",
  AS: "Authorization server",
  MCP: "MCP server",
}

/** Who answers a request of each kind. A client's own metadata document is read for the authorization server. */
const answering: Readonly<Record<Leg, Participant>> = {
  mcp: "MCP",
  "resource-metadata": "MCP",
  "server-metadata": "AS",
  "client-metadata": "AS",
  registration: "AS",
  "client-management": "AS",
  authorization: "AS",
  token: "AS",
  revocation: "AS",
  introspection: "AS",
}

/** Whatever Mermaid could read as more than text is written by its number (Mermaid, Entity codes to escape characters). */
const plain = (text: string): string =>
  sanitize(text, { lines: "one", max: 120 }).replace(
    /[^\p{L}\p{N} ./:,()=?_*+'…·§-]/gu,
    (character) => `#${character.codePointAt(0) ?? 0};`,
  )

/** Host and path; the parameters are in the other formats. */
const shortAddress = (url: string): string => (url.split(/[?#]/)[0] ?? url).replace(/^https?:\/\//, "")

const sent = ({ request }: SavedExchange): string =>
  plain(`#${request.exchange} ${request.method} ${request.label ?? shortAddress(request.url)}`)

const answered = ({ response }: SavedExchange): string =>
  plain(`${response?.status ?? response?.failure?.code ?? "no answer"}`)

const exchangeLines = (exchange: SavedExchange): ReadonlyArray<string> => {
  const to = answering[exchange.request.leg]
  const from: Participant = exchange.request.leg === "authorization" ? "Browser" : "You"
  const lost = exchange.response?.status === undefined
  return [`  ${from}->>${to}: ${sent(exchange)}`, `  ${to}--${lost ? "x" : ">>"}${from}: ${answered(exchange)}`]
}

const across = "You,MCP"

/** The run as a sequence diagram of Mermaid. */
export const toMermaid = (run: SavedRun): string => {
  const exchanges = new Map(run.exchanges.map((exchange) => [exchange.request.exchange, exchange]))
  let asked = false
  const lines = run.events.flatMap((event): ReadonlyArray<string> => {
    switch (event._tag) {
      case "StepStarted":
        asked = false
        return [`  Note over ${across}: ${plain(titleOf(event.step))}`]
      case "RequestSent": {
        const exchange = exchanges.get(event.request.exchange)
        return exchange?.request === event.request ? exchangeLines(exchange) : []
      }
      case "Waiting":
        if (event.wait.kind !== "browser" || asked) return []
        asked = true
        return [
          `  You->>Browser: ${plain(`open ${shortAddress(event.wait.url)}`)}`,
          "  Browser->>AS: sign in and consent",
        ]
      case "StepEnded": {
        const { step, outcome, problem } = event
        if (step === "consent" && outcome === "done" && asked)
          return ["  AS-->>Browser: redirect with the code", "  Browser->>You: callback"]
        return problem === undefined ? [] : [`  Note over You: ${plain(`failed: ${problem.code}`)}`]
      }
      default:
        return []
    }
  })
  const participants = Object.entries(names).map(([id, name]) => `  participant ${id} as ${name}`)
  return ["sequenceDiagram", ...participants, ...lines, ""].join("\n")
}
