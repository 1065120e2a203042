/** Text on its way to a client: written at one end, read as an async iterable at the other. */
export interface Channel extends AsyncIterable<string> {
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
export const sseMessage = (message: unknown): string => `event: message\ndata: ${JSON.stringify(message)}\n\n`

/** A comment, which clients ignore and proxies take as a sign of life. */
export const sseComment = (text: string): string => `: ${text}\n\n`
