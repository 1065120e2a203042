import * as Result from "effect/Result"

/**
 * Server-sent events by the rules of the WHATWG standard (HTML, section 9.2.6), one chunk of bytes at a time (MR-23).
 * Our own and not `effect/encoding/Sse`: that one never tells the id of a block without data, from which a stream may
 * have to be resumed (MR-24), and does not count its limit against a line.
 */
export interface SseEvent {
  /** `message` unless the event names another type. */
  readonly type: string
  /** Lines joined with LF; may be empty (a priming event). */
  readonly data: string
}

export interface SseParser {
  /** Events completed by this chunk. Fails when a pending line or event outgrows the limit; then the stream is unusable. */
  readonly feed: (chunk: Uint8Array) => Result.Result<ReadonlyArray<SseEvent>, "too_large">
  /** The id of the last completed block that had one, with or without data; "" in the beginning. */
  readonly lastEventId: () => string
  /** Milliseconds that the server asked to wait before connecting again. */
  readonly retryMillis: () => number | undefined
}

/** Characters of one event, and of one line (rulebook 1.14). */
const longestEvent = 8 * 1024 * 1024

const digits = /^[0-9]+$/

export const makeSseParser = (limit: number = longestEvent): SseParser => {
  // Drops one byte order mark at the start, and keeps a character that a chunk cut in two.
  const decoder = new TextDecoder("utf-8")
  let line = ""
  let afterCarriageReturn = false
  let type = ""
  let data = ""
  let pendingId = ""
  let lastEventId = ""
  let retryMillis: number | undefined

  const field = (name: string, value: string): void => {
    if (name === "event") type = value
    else if (name === "data") data += `${value}\n`
    else if (name === "id" && !value.includes("\0")) pendingId = value
    else if (name === "retry" && digits.test(value)) retryMillis = Number(value)
  }

  /** Ends the block; the id counts even when there is nothing to deliver. */
  const dispatch = (events: Array<SseEvent>): void => {
    lastEventId = pendingId
    if (data !== "") events.push({ type: type === "" ? "message" : type, data: data.slice(0, -1) })
    type = ""
    data = ""
  }

  const endLine = (events: Array<SseEvent>): void => {
    const colon = line.indexOf(":")
    if (line === "") dispatch(events)
    else if (colon === -1) field(line, "")
    // A colon in front makes a comment.
    else if (colon > 0) field(line.slice(0, colon), line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1))
    line = ""
  }

  const feed: SseParser["feed"] = (chunk) => {
    const text = decoder.decode(chunk, { stream: true })
    const events: Array<SseEvent> = []
    let from = 0
    for (let index = 0; index < text.length; index++) {
      const character = text[index]
      if (character === "\n" && afterCarriageReturn) {
        afterCarriageReturn = false
        from = index + 1
        continue
      }
      afterCarriageReturn = character === "\r"
      if (character !== "\n" && character !== "\r") continue
      line += text.slice(from, index)
      from = index + 1
      if (line.length + data.length > limit) return Result.fail("too_large")
      endLine(events)
    }
    line += text.slice(from)
    return line.length + data.length > limit ? Result.fail("too_large") : Result.succeed(events)
  }

  return { feed, lastEventId: () => lastEventId, retryMillis: () => retryMillis }
}
