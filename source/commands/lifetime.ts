import { formatExpiry, formatMillis } from "../text/duration.ts"

/** How long a token is still good, in words: `expires in 59 min`, `expired`. Never promises more than is left. */
export const lifetime = (expiresAt: number | undefined, now: number): string => {
  if (expiresAt === undefined) return "does not say when it expires"
  const left = expiresAt - now
  if (left <= 0) return "expired"
  if (left < 60_000) return `expires in ${Math.floor(left / 1_000)} s`
  return `expires in ${left < 3_600_000 ? formatMillis(left - (left % 60_000)) : formatExpiry(left)}`
}
