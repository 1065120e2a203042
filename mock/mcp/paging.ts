import type { Exchange } from "../http/exchange.ts"
import { CODES, RpcError } from "./message.ts"

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor?: string
}

const cursorFor = (offset: number) => Buffer.from(`page:${offset}`).toString("base64url")

/** Cuts a page out of a list. Clients may not look into a cursor or make one up (MCP pagination). */
export function pageOf<Item>(exchange: Exchange, items: readonly Item[], size: number, cursor: unknown): Page<Item> {
  const starts = size > 0 ? items.map((_, index) => index).filter((index) => index > 0 && index % size === 0) : []
  const start = cursor === undefined ? 0 : starts.find((offset) => cursorFor(offset) === cursor)
  exchange.note("cursor-valid", start !== undefined)
  if (start === undefined) throw new RpcError(CODES.invalidParams, "unknown cursor")
  const end = size > 0 ? start + size : items.length
  return { items: items.slice(start, end), ...(end < items.length ? { nextCursor: cursorFor(end) } : {}) }
}
