import { isMachineGrant } from "./machine-grant.ts"
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

/** Steps 5 and 6 are for a person in a browser; a grant without a user has neither. */
export const userNotNeeded = (context: StepContext): string | undefined =>
  authorizationNotNeeded(context) ?? (isMachineGrant(context.target) ? "no user takes part in this grant" : undefined)
