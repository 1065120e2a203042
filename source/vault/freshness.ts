import type { StoredGrant } from "./record.ts"

const longestMargin = 60_000

/**
 * How far an access token has come: `good`, `due` for renewal while it still works, `expired`, `unknown` when the server
 * said no lifetime. `clock_went_back`: by this clock it was issued in the future, so its age cannot be told, and it is
 * renewed rather than trusted.
 */
export type Freshness = "good" | "due" | "expired" | "unknown" | "clock_went_back"

/** What the stored times say now (CR-92): due with less than 60 s or a tenth of its life left, whichever is shorter. */
export const freshnessOf = (grant: Pick<StoredGrant, "obtainedAt" | "expiresAt">, nowMillis: number): Freshness => {
  const { obtainedAt, expiresAt } = grant
  if (expiresAt === undefined) return "unknown"
  const margin = Math.min(longestMargin, Math.max(0, expiresAt - obtainedAt) / 10)
  // Small corrections of the clock happen all the time; within the margin they do no harm.
  if (nowMillis < obtainedAt - margin) return "clock_went_back"
  if (nowMillis >= expiresAt) return "expired"
  return expiresAt - nowMillis < margin ? "due" : "good"
}

/** Whether it should be renewed before it is used. */
export const isStale = (freshness: Freshness): boolean => freshness !== "good" && freshness !== "unknown"

/** Milliseconds: a second that servers round away, and what an answer may take to arrive on a machine that is busy. */
const uncertainty = 5_000

/**
 * Whether a token that was refused may simply have come to its end. Its server counts in whole seconds and from the issue,
 * we from the receipt (CR-81); of a token that lives for seconds nobody here can tell.
 */
export const hadItsTime = ({ expiresAt }: Pick<StoredGrant, "expiresAt">, nowMillis: number): boolean =>
  expiresAt !== undefined && nowMillis >= expiresAt - uncertainty
