import * as Effect from "effect/Effect"
import { refreshGrant } from "../../oauth/refresh.ts"
import { Findings } from "../../text/finding.ts"
import type { StoredRecord } from "../../vault/record.ts"
import { Vault } from "../../vault/vault.ts"

/**
 * Renews a stored grant and stores the new one before anybody uses it (CR-93). When the refresh token is dead the grant is
 * forgotten, and only if the store still holds that very token (CR-95); when the client is dead, the client as well
 * (CR-96). Fails with what the token endpoint said; the caller decides whether a sign-in may follow.
 */
export const renew = Effect.fn("flow.renew")(function* (record: StoredRecord) {
  const vault = yield* Vault
  const { grant, client } = record
  if (grant?.refreshToken === undefined) return undefined
  const renewed = yield* refreshGrant({ grant, client, tokenEndpoint: record.tokenEndpoint }).pipe(
    Effect.tapError((failure) => {
      if (failure.code === "refresh_token_dead")
        return vault.forgetGrant(record, grant.refreshToken).pipe(Effect.ignore)
      if (failure.code === "client_dead" && client.source === "dcr") return vault.forget(record).pipe(Effect.ignore)
      return Effect.void
    }),
  )
  const swap = yield* vault.replaceGrant({ key: record, ifRefreshTokenIs: grant.refreshToken, grant: renewed })
  // Another process was faster: its tokens are the newer ones.
  return swap.swapped ? renewed : (swap.record?.grant ?? renewed)
})

/** For the first step: a grant that cannot be renewed is said, and the sign-in starts from the beginning. */
export const refreshRecord = Effect.fn("flow.refreshRecord")(function* (record: StoredRecord) {
  const findings = yield* Findings
  return yield* renew(record).pipe(
    Effect.catch((failure) =>
      // Trouble that passes keeps the tokens and never opens a browser by itself (CR-96).
      failure._tag === "OAuthFailure" && failure.code === "refresh_later"
        ? Effect.fail(failure)
        : findings
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
