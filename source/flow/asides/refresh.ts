import * as Effect from "effect/Effect"
import { fact } from "../facts.ts"
import { flowFailure } from "../failure.ts"
import { renew } from "../recovery/renew.ts"
import type { Aside } from "../step.ts"
import { heldCredentials } from "../stored.ts"
import { signInCommand } from "../target.ts"

/** Trade the refresh token for a new access token (OAuth 2.1 §4.3). A rotated refresh token replaces the old one. */
export const refreshAside: Aside = {
  id: "refresh",
  title: "Refresh",
  purpose: "Renew the access token with the refresh token, without the user.",
  reference: ["OAuth 2.1 §4.3", "RFC 8707 §2.2"],
  run: Effect.fn("flow.refresh")(function* ({ target, facts }) {
    const held = yield* heldCredentials({ target, facts })
    if (held?.grant.refreshToken === undefined)
      return yield* flowFailure("nothing_to_refresh", {
        url: target.serverUrl,
        expected: signInCommand(target),
        received: held === undefined ? "nothing is stored for this server" : "an access token without a refresh token",
      })
    const { by, grant } = yield* renew(held)
    const { client } = held
    const identity = facts.identity ?? { client, redirectUri: client.redirectUris[0] ?? "", reused: true }
    return {
      facts: [fact("identity", identity), fact("grant", grant)],
      note: by === "another" ? "renewed by another run" : "renewed",
    }
  }),
}
