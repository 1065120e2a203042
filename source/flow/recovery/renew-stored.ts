import * as Effect from "effect/Effect"
import { Findings } from "../../text/finding.ts"
import { freshnessOf, isStale } from "../../vault/freshness.ts"
import type { HeldCredentials } from "../stored.ts"
import { passes, renew } from "./renew.ts"

/**
 * For the first step: renews a stored grant, or gives nothing when it cannot be renewed, which is said; then the sign-in
 * starts from the beginning. Trouble that passes is a failure of the step.
 */
export const renewOrForget = Effect.fn("flow.renewOrForget")(function* (held: HeldCredentials) {
  const findings = yield* Findings
  if (held.grant.refreshToken === undefined) return undefined
  return yield* renew(held).pipe(
    Effect.map(({ grant }) => grant),
    Effect.catchIf(
      (failure) => !passes(failure),
      (failure) =>
        findings
          .raise({
            severity: "warning",
            rule: failure.rule,
            text: `The stored token could not be renewed: ${failure.what}`,
            ...(failure.exchange === undefined ? {} : { exchange: failure.exchange }),
          })
          .pipe(Effect.as(undefined)),
    ),
  )
})

/** The stored grant, renewed where it is about to expire (CR-92). One that lives on is used when renewing must wait. */
export const renewIfDue = (held: HeldCredentials, now: number) => {
  if (!isStale(freshnessOf(held.grant, now))) return Effect.succeed(held.grant)
  const { expiresAt } = held.grant
  return renewOrForget(held).pipe(
    Effect.catchIf(
      () => expiresAt !== undefined && expiresAt > now,
      () => Effect.succeed(held.grant),
    ),
  )
}
