import * as Effect from "effect/Effect"
import type { Grant } from "../../oauth/grant.ts"
import { refreshGrant } from "../../oauth/refresh.ts"
import type { Problem } from "../../text/problem.ts"
import { Vault } from "../../vault/vault.ts"
import { forgetClient, type HeldCredentials, orWarn } from "../stored.ts"

/**
 * Whether the server could not be reached or was not well. Such trouble passes: it keeps the tokens, and opens no browser by
 * itself (CR-96). After any other failure of a refresh a sign-in may follow.
 */
export const passes = (problem: Pick<Problem, "exit">): boolean => problem.exit === 6

/**
 * Renews a grant, and stores the new one before anybody uses it (CR-93). When the refresh token is dead the stored grant is
 * forgotten, but only if the store still holds that very token: else another run was faster, and its grant is the good one
 * (CR-95). When a client that we registered is dead, it is forgotten as well (CR-96). Fails with what the token endpoint
 * said; whether a sign-in may follow is for others to decide.
 */
export const renew = Effect.fn("flow.renew")(function* ({ record, client, grant, tokenEndpoint }: HeldCredentials) {
  const vault = yield* Vault
  const afterDeath = Effect.gen(function* () {
    if (record === undefined) return undefined
    const swap = yield* vault.forgetGrant(record, grant.refreshToken).pipe(orWarn(undefined))
    return swap?.swapped === false ? swap.record?.grant : undefined
  })
  const renewed: Grant = yield* refreshGrant({ grant, client, tokenEndpoint }).pipe(
    Effect.catchIf(
      (failure) => failure.code === "refresh_token_dead",
      (failure) =>
        Effect.flatMap(afterDeath, (winner) => (winner === undefined ? Effect.fail(failure) : Effect.succeed(winner))),
    ),
    Effect.tapError((failure) =>
      failure.code === "client_dead" && client.source === "dcr" ? forgetClient(client) : Effect.void,
    ),
  )
  if (record === undefined) return renewed
  const swap = yield* vault
    .replaceGrant({ key: record, ifRefreshTokenIs: grant.refreshToken, grant: renewed })
    .pipe(orWarn(undefined))
  return swap?.swapped === false ? (swap.record?.grant ?? renewed) : renewed
})
