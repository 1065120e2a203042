import type { IncomingMessage } from "node:http"
import type { CheckName } from "../checks.ts"
import type { MockEvent } from "../log.ts"
import { json, Refusal } from "./answer.ts"

/** What to throw when a check fails: a refusal, or an error that its handler turns into one. */
export type Refuse = () => Error

/** One request on its way through the server, together with its entry in the event log. */
export class Exchange {
  readonly request: IncomingMessage
  readonly path: string
  readonly query: URLSearchParams
  readonly event: MockEvent
  /** Aborts when the client goes away or the server closes. */
  readonly signal: AbortSignal
  readonly #strict: boolean

  constructor(
    request: IncomingMessage,
    event: MockEvent,
    query: URLSearchParams,
    strict: boolean,
    signal: AbortSignal,
  ) {
    this.request = request
    this.path = event.path
    this.query = query
    this.event = event
    this.#strict = strict
    this.signal = signal
  }

  /** A request header that may occur once, by its lower-case name. */
  header(name: string): string | undefined {
    const value = this.request.headers[name]
    return Array.isArray(value) ? value.join(", ") : value
  }

  /** How many fields of that name arrived; Node keeps only the first of some. */
  count(name: string): number {
    return this.request.headersDistinct[name]?.length ?? 0
  }

  /** Records a check that has no consequence. */
  note(name: CheckName, passed: boolean, detail?: string): boolean {
    this.event.checks.push(detail === undefined ? { name, passed } : { name, passed, detail })
    return passed
  }

  /** A rule of security: failing it always ends the request. */
  enforce(name: CheckName, passed: boolean, refuse: Refuse, detail?: string): asserts passed {
    this.note(name, passed, detail)
    if (!passed) throw refuse()
  }

  /** A rule that an honest client keeps: failing it ends the request in strict mode, in observe mode it is only logged. */
  expect(name: CheckName, passed: boolean, refuse: Refuse, detail?: string): void {
    if (!this.note(name, passed, detail) && this.#strict) throw refuse()
  }

  /** The body as text, at most `limit` bytes. */
  async text(limit: number): Promise<string> {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of this.request as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > limit) {
        throw new Refusal(
          json(413, { error: "invalid_request", error_description: "the body is too large" }, { connection: "close" }),
        )
      }
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString("utf8")
  }
}
