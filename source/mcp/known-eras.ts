import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { ProtocolVersion } from "./revisions.ts"

interface Known {
  readonly version: ProtocolVersion
  /** Milliseconds since the epoch. */
  readonly at: number
}

/**
 * Servers that were found to know only `initialize`, by URL (MR-9): within one run they are not asked in the modern way again.
 * Nothing is kept between runs, so that a server which was brought up to date is noticed by the next. Provided by the run.
 */
export const KnownEras = Context.Reference<Map<string, Known> | undefined>("mcp-dcr-tui/mcp/KnownEras", {
  defaultValue: () => undefined,
})

/** How long such a verdict holds, for runs that last: an upgraded server may still answer `initialize`. */
const holdsMillis = 24 * 3_600_000

/** The revision that a legacy server chose before, while that holds. */
export const knownLegacy = Effect.fnUntraced(function* (url: string) {
  const known = (yield* KnownEras)?.get(url)
  return known !== undefined && (yield* Clock.currentTimeMillis) < known.at + holdsMillis ? known.version : undefined
})

/** Remembers the revision of a legacy server; `undefined` forgets it, so that the server is asked anew. */
export const rememberLegacy = Effect.fnUntraced(function* (url: string, version: ProtocolVersion | undefined) {
  const eras = yield* KnownEras
  if (version === undefined) eras?.delete(url)
  else eras?.set(url, { version, at: yield* Clock.currentTimeMillis })
})
