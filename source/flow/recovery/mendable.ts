import { parseScope } from "../../oauth/scopes.ts"
import type { Remedy } from "../event.ts"
import type { FlowState } from "../state.ts"
import type { StepFailure } from "../step.ts"
import type { Target } from "../target.ts"
import type { Verdict } from "./ladder.ts"

interface Situation {
  readonly state: FlowState
  readonly target: Target
  /** What the peer said, as the evidence has it. */
  readonly received: string
}

interface Mendable {
  readonly remedy: Remedy
  readonly reason: string
  readonly when: (situation: Situation) => boolean
}

/** Only what we registered ourselves may be registered anew by itself (CR-96). */
const isOurs = ({ state }: Situation): boolean => state.facts.identity?.client.source === "dcr"

const isOursFromBefore = (now: Situation): boolean => isOurs(now) && now.state.facts.identity?.reused === true

const wantsMoreThanRegistered = ({ facts: { identity, attempt } }: FlowState): boolean => {
  const registered = identity?.client.scope
  if (registered === undefined) return false
  const held = new Set(parseScope(registered))
  return parseScope(attempt?.scope).some((scope) => !held.has(scope))
}

/** Failures for which something can be done without asking; each remedy once for one errand. */
const mendable: { readonly [code: string]: Mendable } = {
  client_dead: { remedy: "register", reason: "the server does not know this client any more", when: isOurs },
  // The same at the authorization endpoint, where it comes back as an error (RFC 6749 §4.1.2.1) ...
  authorization_error: {
    remedy: "register",
    reason: "the server does not let this client ask for authorization",
    when: (now) => isOurs(now) && /^(unauthorized_client|invalid_client)$/.test(now.received),
  },
  // ... or does not come back at all, because a server must not redirect for a client it does not know.
  authorization_page_failed: {
    remedy: "register",
    reason: "the server shows an error page; the client was registered in an earlier run and may be forgotten",
    when: isOursFromBefore,
  },
  // A client may be held to the scopes that it registered with (RFC 7591 §2): the Python SDK's servers do.
  scope_refused: {
    remedy: "register",
    reason: "the client of an earlier run was registered with fewer scopes",
    when: (now) => isOursFromBefore(now) && wantsMoreThanRegistered(now.state),
  },
  // The redirect URI is part of the registration: another port needs another client (CR-71).
  callback_port_taken: {
    remedy: "register",
    reason: "the port of the registered redirect URI is taken",
    when: (now) => isOurs(now) && now.target.redirectUri === undefined,
  },
  signed_in_elsewhere: { remedy: "adopt", reason: "another run has signed in meanwhile", when: () => true },
  session_lost: { remedy: "reconnect", reason: "the server has forgotten the session", when: () => true },
}

/** What can be done about a failure that is not about authorization, if anything. */
export const mend = (state: FlowState, target: Target, failure: StepFailure): Verdict | undefined => {
  if (failure._tag === "AuthorizationRequired") return undefined
  const row = Object.hasOwn(mendable, failure.code) ? mendable[failure.code] : undefined
  if (row === undefined || state.tried.remedies[row.remedy] > 0) return undefined
  const { remedy, reason } = row
  return row.when({ state, target, received: failure.received ?? "" }) ? { remedy, reason } : undefined
}
