import type { JsonObject } from "../json.ts"
import { type Channel, createChannel, sseComment, sseMessage, ssePriming } from "./channel.ts"

/** Events kept for a client that comes back; older ones are gone. */
const KEPT = 500

/** How long a client is asked to wait before it comes back, in milliseconds. */
const RETRY = 500

/** JSON-RPC messages on their way to a client as server-sent events. */
export interface EventStream {
  /** Whether something happened that only a stream can show. */
  readonly begun: boolean
  /** Whether somebody reads it now. */
  readonly connected: boolean
  readonly ended: boolean
  send(message: JsonObject): void
  /** A sign of life, which is not kept. */
  comment(text: string): void
  /** Lets a client read from the event after the given one; whoever read before is cut off. */
  open(signal: AbortSignal, after?: number): Channel
  /** Cuts the connection; what is sent from now on waits for the client to come back. */
  hangUp(): void
  end(): void
}

/** What a stream is told at its birth. */
export interface EventStreamOptions {
  /** Events carry ids that begin with this, and can be asked for again. Without it nothing is kept. */
  readonly id?: string
  /** Begin with an event that has an id only, so that a client can come back even before the first message. */
  readonly primed?: boolean
  /** Called when that happens. */
  readonly onBegin?: () => void
}

/** A stream that nobody reads yet. */
export function createEventStream({ id, primed, onBegin }: EventStreamOptions = {}): EventStream {
  const kept: { readonly number: number; readonly text: string }[] = []
  let channel: Channel | undefined
  let count = 0
  let begun = false
  let ended = false
  const begin = () => {
    if (!begun) onBegin?.()
    begun = true
  }
  return {
    get begun() {
      return begun
    },
    get connected() {
      return channel?.open === true
    },
    get ended() {
      return ended
    },
    send(message) {
      if (ended) return
      count += 1
      begin()
      const text = sseMessage(message, id === undefined ? undefined : `${id}-${count}`)
      if (id !== undefined) kept.push({ number: count, text })
      if (kept.length > KEPT) kept.shift()
      channel?.push(text)
    },
    comment: (text) => channel?.push(sseComment(text)),
    open(signal, after) {
      channel?.end()
      channel = createChannel(signal)
      if (primed === true && id !== undefined && after === undefined) channel.push(ssePriming(`${id}-0`, RETRY))
      for (const { number, text } of kept) if (number > (after ?? 0)) channel.push(text)
      if (ended) channel.end()
      return channel
    },
    hangUp() {
      if (id === undefined) return
      begin()
      channel?.end()
    },
    end() {
      ended = true
      channel?.end()
    },
  }
}
