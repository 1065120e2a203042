import type { Exchange } from "../http/exchange.ts"
import type { JsonObject } from "../json.ts"
import { cached } from "./caching.ts"
import type { Call } from "./call.ts"
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

/** The result of a list method: one page of what there is, under the given name, as the revision shows it. */
export function listOf<Item>(
  { world, exchange, message, revision }: Call,
  name: string,
  items: readonly Item[],
  show: (item: Item) => JsonObject,
): JsonObject {
  const page = pageOf(exchange, items, world.settings.pageSize, message.params.cursor)
  return {
    [name]: page.items.map(show),
    ...(page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor }),
    ...cached(revision),
  }
}
