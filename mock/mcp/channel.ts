/** Text on its way to a client: written at one end, read as an async iterable at the other. */
export interface Channel extends AsyncIterable<string> {
  /** Whether what is pushed still arrives. */
  readonly open: boolean
  push(text: string): void
  end(): void
}

/** A channel that also ends when the signal aborts. */
export function createChannel(signal: AbortSignal): Channel {
  const queue: string[] = []
  let ended = signal.aborted
  let wake = () => {}
  const end = () => {
    ended = true
    wake()
  }
  signal.addEventListener("abort", end, { once: true })
  return {
    get open() {
      return !ended
    },
    push(text) {
      if (!ended) queue.push(text)
      wake()
    },
    end,
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const next = queue.shift()
        if (next !== undefined) yield next
        else if (ended) return
        else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    },
  }
}

/** One JSON-RPC message as a server-sent event. JSON has no raw line breaks, so one data line is enough. */
export const sseMessage = (message: unknown, id?: string): string =>
  `${id === undefined ? "" : `id: ${id}\n`}event: message\ndata: ${JSON.stringify(message)}\n\n`

/** An event without a message: an id to come back with, and how long to wait before that (MCP 2025-11-25 transports). */
export const ssePriming = (id: string, retry: number): string => `id: ${id}\nretry: ${retry}\ndata:\n\n`

/** A comment, which clients ignore and proxies take as a sign of life. */
export const sseComment = (text: string): string => `: ${text}\n\n`
