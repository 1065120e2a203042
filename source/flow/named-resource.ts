import type { Finding } from "../text/finding.ts"
import type { StepContext } from "./step.ts"

/** What `--resource` says to leave the parameter out. */
const nothing = "omit"

/**
 * The `resource` of every request of this grant (RFC 8707 §2, CR-31): as the metadata spells it, unless the user knows that
 * the authorization server cannot bear it (CR-33, rulebook X-4).
 */
export const namedResource = ({ target, facts }: StepContext): string | undefined =>
  target.resource === undefined ? facts.resource?.resource : target.resource === nothing ? undefined : target.resource

/** What is to be said about a resource that is not the published one. */
export const resourceFinding = ({ target }: StepContext): Finding | undefined =>
  target.resource === undefined
    ? undefined
    : {
        severity: "warning",
        rule: "RFC 8707 §2",
        text:
          target.resource === nothing
            ? "--resource omit: the token is bound to no server, so whoever gets it may use it at others."
            : `--resource: the token is asked for another name than the server's own, ${target.resource}.`,
      }
