import * as Effect from "effect/Effect"
import { refreshGrant } from "../../oauth/refresh.ts"
import { fact } from "../facts.ts"
import { flowFailure } from "../failure.ts"
import { renew } from "../recovery/refresh-record.ts"
import type { Aside } from "../step.ts"
import { storedCredentials } from "../stored.ts"

/** Trade the refresh token for a new access token (OAuth 2.1 §4.3). A rotated refresh token replaces the old one. */
export const refreshAside: Aside = {
  id: "refresh",
  title: "Refresh",
  purpose: "Renew the access token with the refresh token, without the user.",
  reference: ["OAuth 2.1 §4.3", "RFC 8707 §2.2"],
  run: Effect.fn("flow.refresh")(function* ({ target, facts }) {
    const stored = yield* storedCredentials(target)
    if (stored?.grant?.refreshToken !== undefined) {
      const grant = yield* renew(stored.record)
      if (grant !== undefined)
        return { facts: [fact("identity", stored.identity), fact("grant", grant)], note: "renewed" }
    }
    // The store may be unusable; what this run holds in memory can be renewed all the same.
    const { grant, identity, attempt } = facts
    if (grant?.refreshToken === undefined || identity === undefined || attempt === undefined)
      return yield* flowFailure("nothing_to_refresh", { url: target.serverUrl })
    const renewed = yield* refreshGrant({ grant, client: identity.client, tokenEndpoint: attempt.tokenEndpoint })
    return { facts: [fact("grant", renewed)], note: "renewed" }
  }),
}
