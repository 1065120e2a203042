import { type ChosenScope, initialScope, stepUpScope } from "../oauth/scopes.ts"
import type { StepContext } from "./step.ts"

/**
 * The scopes of the next authorization request. The first one asks for what the challenge names; a step-up asks for all
 * that was asked for or granted before as well, so that nothing is lost (CR-85, CR-88).
 */
export const requestedScope = ({ target, facts }: StepContext): ChosenScope => {
  const chosen = initialScope({
    override: target.scope,
    challenge: facts.probe?.challenge,
    resourceMetadata: facts.resource,
    serverMetadata: facts.server,
    // A grant without a user can be asked for again, and gives no refresh token (CR-87, CR-105).
    wantsRefresh: target.grant === "authorization_code",
  })
  const { priorScope, challenge } = facts.probe ?? {}
  if (priorScope === undefined) return chosen
  // What a step-up is for is asked for beside what --scope says, for otherwise it would be in vain.
  const scope = stepUpScope({ requested: `${priorScope} ${chosen.scope ?? ""}`, challenged: challenge?.scope })
  return { ...chosen, ...(scope === undefined ? {} : { scope }) }
}

/**
 * The scopes to register with: what is asked for now, and all that the resource may ask for in a step-up, because a client
 * may be held to what it registered (RFC 7591 §2). None where none is asked for.
 */
export const registeredScope = ({ target, facts }: StepContext): string | undefined => {
  const { scope } = requestedScope({ target, facts })
  if (scope === undefined) return scope
  return stepUpScope({ requested: scope, challenged: facts.resource?.scopesSupported?.join(" ") })
}
