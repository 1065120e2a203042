import * as Effect from "effect/Effect"
import type { Grant } from "../../oauth/grant.ts"
import { refreshGrant } from "../../oauth/refresh.ts"
import type { Problem } from "../../text/problem.ts"
import { Vault } from "../../vault/vault.ts"
import { flowFailure } from "../failure.ts"
import { forgetClient, type HeldCredentials, orWarn } from "../stored.ts"

/**
 * Whether the server could not be reached or was not well, or another run is at it. Such trouble passes: it keeps the tokens,
 * and opens no browser by itself (CR-96). After any other failure of a refresh a sign-in may follow.
 */
export const passes = (problem: Pick<Problem, "exit" | "code">): boolean =>
  problem.exit === 6 || problem.code === "store_busy"

/** Whether a failure shows what became of the refresh token: after a lost connection nobody knows. */
const settled = (failure: Pick<Problem, "code">): boolean => failure.code !== "refresh_later"

/**
 * Renews a grant, once for each stale token however many runs notice (CR-94), and stores the new one before anybody uses it
 * (CR-93). Which token is stale the caller says: when the store holds another one by then, that is the new one. When the
 * refresh token is dead the stored grant is forgotten, but only if the store still holds that very token (CR-95). When a
 * client that we registered is dead, it is forgotten as well (CR-96). Fails with what the token endpoint said, or with
 * `store_busy`; whether a sign-in may follow is for others to decide.
 */
export const renew = Effect.fn("flow.renew")(function* ({ record, client, grant, tokenEndpoint }: HeldCredentials) {
  const vault = yield* Vault
  const refresh = (held: Grant) =>
    refreshGrant({ grant: held, client, tokenEndpoint }).pipe(
      Effect.tapError((failure) =>
        failure.code === "client_dead" && client.source === "dcr" ? forgetClient(client) : Effect.void,
      ),
    )
  const unstored = Effect.map(refresh(grant), (renewed) => ({ by: "us" as const, grant: renewed }))
  if (record === undefined) return yield* unstored

  const renewed = yield* vault
    .renewGrant({
      key: record,
      stale: grant.accessToken,
      settled,
      refresh: (stored) =>
        refresh(stored.grant).pipe(
          Effect.catchIf(
            (failure) => failure.code === "refresh_token_dead",
            (failure) =>
              Effect.flatMap(
                vault.forgetGrant(record, stored.grant.refreshToken).pipe(orWarn(undefined)),
                // Another sign-in was faster: its grant is the good one.
                (swap) =>
                  swap?.swapped === false && swap.record?.grant !== undefined
                    ? Effect.succeed(swap.record.grant)
                    : Effect.fail(failure),
              ),
          ),
        ),
    })
    .pipe(
      Effect.catchIf(
        // Nothing was sent yet: a store that cannot be read costs this run nothing.
        (failure) => failure._tag === "VaultFailure" && failure.code !== "store_busy",
        (failure) => (failure._tag === "VaultFailure" ? orWarn(undefined)(Effect.fail(failure)) : Effect.fail(failure)),
      ),
    )
  if (renewed !== undefined && renewed.by !== "nobody") return renewed
  // Another run has signed out, or found the refresh token dead: ours is the same, and is not sent again.
  if (renewed?.record !== undefined && renewed.record.grant === undefined)
    return yield* flowFailure("nothing_to_refresh", { url: record.serverUrl })
  // What the store does not hold this run may hold all the same.
  return yield* unstored
})
