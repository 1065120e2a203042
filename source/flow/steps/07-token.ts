import * as Effect from "effect/Effect"
import { exchangeCode } from "../../oauth/token.ts"
import { Vault } from "../../vault/vault.ts"
import { CallbackDesk } from "../callback-desk.ts"
import { fact } from "../facts.ts"
import { isMachineGrant, requestMachineGrant } from "../machine-grant.ts"
import { authorizationNotNeeded } from "../not-needed.ts"
import { missing, type Step } from "../step.ts"
import { keepGrant } from "../stored.ts"

/**
 * Trade the code for a token, once, at the token endpoint that was written down before the browser opened. The code
 * verifier proves that whoever redeems the code is whoever asked for it (RFC 7636 §4.5). The grant is stored before it
 * is used, and only then does the page in the browser say that it worked.
 */
export const tokenStep: Step = {
  id: "token",
  title: "Exchange code",
  purpose:
    "Redeem the code together with the code verifier for an access token, and keep it. (A grant without a user asks here.)",
  reference: ["OAuth 2.1 §4.1.3", "RFC 7636 §4.5", "RFC 8707 §2.2"],
  pitfalls: [
    "invalid_grant: the code was used already, has expired, or the redirect URI differs",
    "invalid_client: the client is unknown or authenticates in the wrong way",
    "token_type is not Bearer",
  ],
  needs: ["attempt", "code", "identity"],
  yields: ["grant"],
  skip: authorizationNotNeeded,
  preview: ({ facts: { attempt, identity } }) => {
    if (attempt === undefined || identity === undefined) return undefined
    const form = [
      "grant_type=authorization_code",
      "code=<the code>",
      `redirect_uri=${attempt.redirectUri}`,
      "code_verifier=<the verifier>",
      `client_id=${identity.client.clientId}`,
      ...(attempt.resource === undefined ? [] : [`resource=${attempt.resource}`]),
    ]
    return {
      method: "POST",
      url: attempt.tokenEndpoint,
      headers: [["content-type", "application/x-www-form-urlencoded"]],
      body: form.join("\n"),
    }
  },
  run: Effect.fn("flow.token")(function* ({ target, facts }) {
    if (isMachineGrant(target)) {
      const grant = yield* requestMachineGrant({ target, facts })
      yield* keepGrant({ target, facts, grant })
      return {
        facts: [fact("grant", grant)],
        note: `${target.grant}, ${grant.scope ?? "scope as the server sees fit"}`,
      }
    }
    const desk = yield* CallbackDesk
    const attempt = facts.attempt ?? (yield* missing("attempt"))
    const code = facts.code ?? (yield* missing("code"))
    const identity = facts.identity ?? (yield* missing("identity"))
    const grant = yield* exchangeCode({ attempt, client: identity.client, code }).pipe(
      Effect.tap((grant) => keepGrant({ target, facts, grant })),
      Effect.ensuring(Vault.use((vault) => vault.endSignIn)),
      Effect.tapError(() => desk.conclude("failure")),
      Effect.tap(() => desk.conclude("success")),
    )
    return {
      facts: [fact("grant", grant)],
      note: grant.scope === "" ? "no scope" : (grant.scope ?? "scope as requested"),
    }
  }),
}
