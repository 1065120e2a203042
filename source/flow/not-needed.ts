import { isMachineGrant } from "./machine-grant.ts"
import type { StepContext } from "./step.ts"

const reasons = {
  open: "the server asks for no authorization",
  accepted: "the stored token was accepted",
} as const

/** A local server is nobody to sign in at; step 1 has nothing to ask then (CR-2). */
export const serverIsLocal = ({ target }: StepContext): string | undefined =>
  target.stdio === undefined ? undefined : "a local server: no authorization (CR-2)"

/** Steps 2 to 7 are left out when the first request was answered without a challenge. */
export const authorizationNotNeeded = (context: StepContext): string | undefined => {
  const outcome = context.facts.probe?.outcome
  return outcome === "open" || outcome === "accepted" ? reasons[outcome] : serverIsLocal(context)
}

/** Steps 5 and 6 are for a person in a browser; a grant without a user has neither. */
export const userNotNeeded = (context: StepContext): string | undefined =>
  authorizationNotNeeded(context) ?? (isMachineGrant(context.target) ? "no user takes part in this grant" : undefined)
