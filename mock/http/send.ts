import { once } from "node:events"
import type { ServerResponse } from "node:http"
import type { Answer } from "./answer.ts"

/** Writes an answer out. Resolves when everything is written or the client is gone. */
export async function send(response: ServerResponse, answer: Answer, headOnly: boolean): Promise<void> {
  if (response.destroyed || response.headersSent) return
  const headers = Object.entries(answer.headers).map(([name, value]): [string, string | string[]] => [
    name,
    typeof value === "string" ? value : [...value],
  ])
  const body = answer.text ?? (answer.json === undefined ? undefined : JSON.stringify(answer.json))
  if (!answer.stream) {
    const length =
      body === undefined
        ? answer.status === 204
          ? {}
          : { "content-length": 0 }
        : { "content-length": Buffer.byteLength(body) }
    response.writeHead(answer.status, { ...length, ...Object.fromEntries(headers) })
    response.end(headOnly ? undefined : body)
    return
  }
  response.writeHead(answer.status, Object.fromEntries(headers))
  if (headOnly) {
    response.end()
    return
  }
  // At once, so that the client knows its request arrived before the first event does.
  response.flushHeaders()
  for await (const chunk of answer.stream) {
    if (response.destroyed) return
    if (!response.write(chunk)) await Promise.race([once(response, "drain"), once(response, "close")])
  }
  response.end()
}
