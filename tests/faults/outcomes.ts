import type { Outcomes } from "./expectation.ts"
import { DISCOVERY } from "./outcomes-discovery.ts"
import { IDENTITY } from "./outcomes-identity.ts"
import { ENDPOINT } from "./outcomes-mcp.ts"
import { TOKENS } from "./outcomes-tokens.ts"

/** What an honest client does, scenario by scenario. */
export const OUTCOMES: Outcomes = { ...DISCOVERY, ...IDENTITY, ...TOKENS, ...ENDPOINT }

/** Scenarios that need a run before, or after, a first sign-in; later.test.ts and first-demo.test.ts show each of them. */
export const LATER: ReadonlySet<string> = new Set([
  "first-demo",
  "client-unknown-page",
  "client-unknown-401",
  "client-unknown-422",
  "redirect-exact-port",
  "refresh-503",
  "refresh-no-new",
  "refresh-reuse",
  "refresh-rotated-then-500",
  "revocation-404",
  "revocation-503",
  "revocation-unsupported",
])

/** Requests in all, where more than a sign-in takes is needed; fifteen are enough for the others. */
export const TOTALS: Readonly<Record<string, number>> = {
  "alternating-scopes": 17,
  "ever-more-scopes": 17,
  "as-migration": 18,
  "endless-rounds": 19,
  "cursor-endless": 1010,
}

/** Milliseconds of each wait before a request was sent again; nobody else waits or repeats. */
export const WAITS: Readonly<Record<string, ReadonlyArray<number>>> = {
  "html-error-metadata": [200, 600],
  "rate-limit": [1000],
  "rate-limit-metadata": [1000],
  "flaky-503": [200, 600],
  "conn-reset-metadata": [200],
  "conn-reset-list": [1000],
}
