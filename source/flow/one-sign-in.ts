import * as Effect from "effect/Effect"
import { parseScope } from "../oauth/scopes.ts"
import type { StoredRecord } from "../vault/record.ts"
import { Vault } from "../vault/vault.ts"
import { flowFailure } from "./failure.ts"
import { Journal } from "./journal.ts"
import { isMachineGrant } from "./machine-grant.ts"
import { wantsScope } from "./recovery/ladder.ts"
import { requestedScope } from "./requested-scope.ts"
import type { StepContext } from "./step.ts"
import { keyOf, orWarn } from "./stored.ts"
import { canSignIn } from "./target.ts"

/** Whether the token of another run can do what is wanted here, where more is wanted than just any token. */
const suffices = ({ grant }: StoredRecord, { target, facts }: StepContext): boolean => {
  if (target.scope === undefined && !wantsScope({ challenge: facts.probe?.challenge })) return true
  const granted = new Set(parseScope(grant?.scope))
  return parseScope(requestedScope({ target, facts }).scope).every((scope) => granted.has(scope))
}

/**
 * From here to the end of the sign-in no other process signs in for the same account: whoever comes later waits, visibly and
 * not for ever (`store_busy`), and then finds the work done (`signed_in_elsewhere`, which is answered by beginning again with the
 * stored token, once for one errand). Who may not ask a person has nothing to wait for.
 */
export const alone = Effect.fn("flow.alone")(function* (context: StepContext) {
  const { target } = context
  const key = keyOf(context)
  if (key === undefined || isMachineGrant(target) || !canSignIn(target)) return
  const vault = yield* Vault
  const { tried } = (yield* Journal).state()
  yield* vault.beginSignIn(key).pipe(
    Effect.catchIf(
      (failure) => failure.code !== "store_busy",
      (failure) => orWarn(undefined)(Effect.fail(failure)),
    ),
  )
  const record = yield* vault.find(key).pipe(orWarn(undefined))
  if (record?.grant === undefined || record.grant.obtainedAt < tried.since || tried.remedies.adopt > 0) return
  if (suffices(record, context)) return yield* flowFailure("signed_in_elsewhere", { url: target.serverUrl })
})
