/** What the server sends back. At most one of `text`, `json` and `stream` is set; none of them means no body. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly text?: string
  readonly json?: unknown
  readonly stream?: AsyncIterable<string>
}

type Headers = Answer["headers"]

// RFC 6749 §5.1 asks for no-store on everything that carries a token or a secret. Metadata overrides it.
const PRIVATE: Headers = { "cache-control": "no-store" }

/** A JSON answer, not to be stored unless the given headers say otherwise. */
export const json = (status: number, body: unknown, headers: Headers = {}): Answer => ({
  status,
  headers: { "content-type": "application/json", ...PRIVATE, ...headers },
  json: body,
})

/** An HTML answer. */
export const page = (status: number, text: string, headers: Headers = {}): Answer => ({
  status,
  headers: { "content-type": "text/html; charset=utf-8", ...PRIVATE, ...headers },
  text,
})

/** An answer without a body. */
export const empty = (status: number, headers: Headers = {}): Answer => ({ status, headers })

/** 302 and never 307: a 307 would make the browser post the login form to the client (RFC 9700 §4.12). */
export const redirect = (location: string, headers: Headers = {}): Answer => ({
  status: 302,
  headers: { location, ...PRIVATE, "referrer-policy": "no-referrer", ...headers },
})

/** A server-sent event stream; a proxy must not collect it (MCP streamable HTTP, "X-Accel-Buffering"). */
export const events = (stream: AsyncIterable<string>, headers: Headers = {}): Answer => ({
  status: 200,
  headers: { "content-type": "text/event-stream", "cache-control": "no-cache", "x-accel-buffering": "no", ...headers },
  stream,
})

/** Thrown to end a request early with a definite answer. */
export class Refusal extends Error {
  readonly answer: Answer

  constructor(answer: Answer) {
    super(`refused with status ${answer.status}`)
    this.name = "Refusal"
    this.answer = answer
  }
}

/** A description as RFC 6749 §4.1.2.1 and §5.2 allow it: ASCII, without quotation mark and backslash. */
export const errorText = (text: string): string => text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, "?")

/** An OAuth error as RFC 6749 §5.2 spells it. */
export function oauthError(status: number, error: string, description: string, headers: Headers = {}): Refusal {
  return new Refusal(json(status, { error, error_description: errorText(description) }, headers))
}
