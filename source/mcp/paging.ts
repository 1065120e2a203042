import * as Effect from "effect/Effect"
import { Findings } from "../text/finding.ts"
import type { Wire } from "../wire/wire.ts"
import type { Connection, ExchangeFailure } from "./exchange.ts"
import { type McpFailure, mcpFailure } from "./failure.ts"
import { rpcCodes } from "./json-rpc.ts"
import { mostPages } from "./limits.ts"
import { exchangePatiently } from "./recovery.ts"

export interface Listed {
  readonly item: unknown
  /** The page it was on. */
  readonly exchange: number
}

const cursorRefused = (failure: McpFailure): boolean => failure.rpc?.code === rpcCodes.invalidParams

/**
 * Every item of a paged list (MR-57). A cursor is opaque, "" is one, absent or null ends the list; one that comes again
 * ends it too, and one that is refused starts the list over, once.
 */
export const listAll = Effect.fn("mcp.listAll")(function* (
  connection: Connection,
  method: string,
  member: string,
  most: number,
): Effect.fn.Return<ReadonlyArray<Listed>, ExchangeFailure, Wire | Findings> {
  const findings = yield* Findings
  const stopped = (text: string, exchange: number) =>
    findings.raise({ severity: "error", rule: "MCP pagination", text, exchange })

  const walk = (restarted: boolean): Effect.Effect<ReadonlyArray<Listed>, ExchangeFailure, Wire | Findings> =>
    Effect.gen(function* () {
      const items: Array<Listed> = []
      const seen = new Set<string>()
      let cursor: string | undefined
      for (let page = 1; ; page++) {
        const answer = yield* Effect.result(
          exchangePatiently({ ...connection, method, ...(cursor === undefined ? {} : { params: { cursor } }) }),
        )
        if (answer._tag === "Failure") {
          const failure = answer.failure
          if (cursor !== undefined && !restarted && failure._tag === "McpFailure" && cursorRefused(failure))
            return yield* walk(true)
          return yield* Effect.fail(failure)
        }
        const { result, exchange: number } = answer.success
        const listed = result[member]
        const next = result.nextCursor
        if (!Array.isArray(listed))
          return yield* mcpFailure("bad_result", {
            exchange: number,
            url: connection.session.url,
            expected: `${member}: an array`,
            received: listed === undefined ? "no such member" : typeof listed,
          })
        for (const item of listed) items.push({ item, exchange: number })
        if (items.length > most) {
          yield* stopped(`The list has more than ${most} entries; the rest was not read.`, number)
          return items.slice(0, most)
        }
        if (typeof next !== "string") return items
        if (seen.has(next)) {
          yield* stopped("The server gave the same cursor twice; the list ends here.", number)
          return items
        }
        if (page === mostPages) {
          yield* stopped(`The list has more than ${mostPages} pages; the rest was not read.`, number)
          return items
        }
        seen.add(next)
        cursor = next
      }
    })
  return yield* walk(false)
})
