import type { FlowState } from "../../flow/state.ts"

const minute = 60_000

/** "token 41 min", "token 4:59", "token expired", "no token". */
export const tokenState = ({ facts, serverUrl }: FlowState, now: number): string => {
  const { grant } = facts
  if (grant === undefined)
    return facts.probe?.outcome === "open" || serverUrl.startsWith("stdio:") ? "no token needed" : "no token"
  if (grant.expiresAt === undefined) return "token"
  const left = grant.expiresAt - now
  if (left <= 0) return "token expired"
  if (left > 5 * minute) return `token ${Math.floor(left / minute)} min`
  const seconds = Math.floor(left / 1000)
  return `token ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}
