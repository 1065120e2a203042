import type { StepContext } from "./step.ts"

const reasons = {
  open: "the server asks for no authorization",
  accepted: "the stored token was accepted",
} as const

/** Steps 2 to 7 are left out when the first request was answered without a challenge. */
export const authorizationNotNeeded = ({ facts }: StepContext): string | undefined => {
  const outcome = facts.probe?.outcome
  return outcome === "open" || outcome === "accepted" ? reasons[outcome] : undefined
}
