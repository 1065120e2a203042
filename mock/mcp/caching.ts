import type { JsonObject } from "../json.ts"
import { type AnyRevision, MODERN } from "./revisions.ts"

/** Answers of revision 2026-07-28 that may be kept for a while carry these (MCP caching). Lists depend on who asks. */
const CACHE_HINTS = { ttlMs: 60_000, cacheScope: "private" }

/** The caching hints of a revision. */
export const cached = (revision: AnyRevision): JsonObject => (revision === MODERN ? CACHE_HINTS : {})
