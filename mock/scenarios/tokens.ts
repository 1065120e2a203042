import type { Behaviour } from "../behaviour.ts"
import { type Answer, json } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { isObject } from "../json.ts"
import { bent, both, type Fault, instead, option, tokenMembers } from "./scenario.ts"

const refreshing = (form: unknown): boolean =>
  typeof form === "object" && form !== null && "grant_type" in form && form.grant_type === "refresh_token"

const refuseRefresh = (does: string, answer: () => Answer) =>
  bent(does, () => ({ token: (honest, exchange) => (refreshing(exchange.event.form) ? answer() : honest) }))

const refuse = (does: string, status: number, error: string, scopes: readonly string[] = ["profile"]) =>
  bent(does, () => {
    let count = 0
    return {
      answer(honest, exchange) {
        if (exchange.event.route !== "mcp" || exchange.header("authorization") === undefined) return honest
        const scope = scopes[count % scopes.length]
        count += 1
        return json(status, { error }, { "www-authenticate": `Bearer error="${error}", scope="${scope}"` })
      },
    }
  })

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")

/** For another audience and without a signature: no resource server should take it. */
export const ID_TOKEN = `${base64url({ alg: "none" })}.${base64url({ aud: "client", sub: "alice" })}.`

/** Ends the first grant as an authorization server does that saw its code twice (RFC 6749 §4.1.2). */
const replayed = (): Behaviour => {
  let tokens: readonly unknown[] = []
  let revoked = false
  const stolen = (token: unknown) => revoked && token !== undefined && tokens.includes(token)
  const sentBearer = (exchange: Exchange) => exchange.header("authorization")?.replace(/^bearer +/i, "")
  return {
    token(honest, exchange) {
      const { form } = exchange.event
      if (stolen(form?.refresh_token)) return json(400, { error: "invalid_grant" })
      if (tokens.length === 0 && honest.status === 200 && isObject(honest.json))
        tokens = [honest.json.access_token, honest.json.refresh_token]
      return honest
    },
    answer(honest, exchange) {
      if (exchange.event.route !== "mcp") return honest
      if (stolen(sentBearer(exchange)))
        return json(401, { error: "invalid_token" }, { "www-authenticate": 'Bearer error="invalid_token"' })
      if (exchange.event.rpc === "tools/list" && honest.status === 200) revoked = true
      return honest
    },
  }
}

/** Access tokens, refresh tokens, and how they are received. */
export const TOKENS: readonly Fault[] = [
  {
    numbers: ["F-35"],
    title: "Fewer scopes than asked for",
    clientMust: "keep what was granted, tell the user, and not loop",
    rule: "CR-82",
    switches: { "scope-downgraded": tokenMembers("grants the scope profile only", { scope: "profile" }) },
  },
  {
    numbers: ["F-36"],
    title: "Token that is no bearer token",
    clientMust: "drop it",
    rule: "CR-80",
    switches: {
      "token-type-mac": tokenMembers("says token_type mac", { token_type: "mac" }),
      "token-type-dpop": tokenMembers("says token_type DPoP unasked", { token_type: "DPoP" }),
      "token-type-missing": tokenMembers("says no token_type", { token_type: undefined }),
    },
  },
  {
    numbers: ["F-37", "Q-28"],
    title: "Odd lifetimes",
    clientMust: "read numbers in strings with a warning; take what makes no sense for unknown",
    rule: "CR-81",
    switches: {
      "expires-string": tokenMembers('says expires_in "3600"', { expires_in: "3600" }),
      "expires-negative": tokenMembers("says expires_in -1", { expires_in: -1 }),
      "expires-zero": tokenMembers("says expires_in 0", { expires_in: 0 }),
      "expires-null": tokenMembers("says expires_in null", { expires_in: null }),
      "expires-missing": tokenMembers("says no expires_in", { expires_in: undefined }),
      "expires-infinite": tokenMembers('says expires_in "1e309"', { expires_in: "1e309" }),
    },
  },
  {
    numbers: ["F-39", "Q-36"],
    title: "Token for another audience",
    clientMust: "stop after one more sign-in at most, with a hint at the audience",
    rule: "CR-100",
    switches: {
      "wrong-audience": bent("issues tokens for another resource", () => ({
        claims: (honest) => ({ ...honest, aud: "https://other.example/mcp" }),
      })),
    },
  },
  {
    numbers: ["F-45", "Q-33"],
    title: "Refresh token that somebody else has used",
    clientMust: "forget the tokens, keep the client, sign in again once",
    rule: "CR-95",
    switches: {
      "refresh-reuse": refuseRefresh("answers every refresh with invalid_grant", () =>
        json(400, { error: "invalid_grant", error_description: "the refresh token was used before" }),
      ),
    },
  },
  {
    numbers: ["F-46", "Q-31"],
    title: "Refresh without a new refresh token",
    clientMust: "keep the old one; where nobody knows whether it was used, say so and sign in again",
    rule: "CR-93, CR-95",
    switches: {
      "refresh-no-new": option("does not rotate refresh tokens", { refresh: { rotation: false } }),
      "refresh-rotated-then-500": bent("carries the first refresh out, and answers 500", () => {
        let done = false
        return {
          token(honest, exchange) {
            if (done || !refreshing(exchange.event.form) || honest.status !== 200) return honest
            done = true
            return json(500, { error: "server_error" })
          },
        }
      }),
    },
  },
  {
    numbers: ["Q-34"],
    title: "Refresh that fails for the moment",
    clientMust: "keep the tokens, and open no browser",
    rule: "CR-96",
    switches: {
      "refresh-503": both(
        "answers every refresh with 503, and uses no refresh token up",
        option("", { refresh: { rotation: false } }),
        refuseRefresh("", () => json(503, { error: "temporarily_unavailable" }, { "retry-after": "60" })),
      ),
    },
  },
  {
    numbers: ["F-48", "Q-37"],
    title: "Tokens that are never enough",
    clientMust: "stop after a few sign-ins",
    rule: "CR-90, CR-100, CR-101",
    switches: {
      "always-401": refuse("answers every token with 401 invalid_token", 401, "invalid_token"),
      "always-403-scope": refuse("asks for the same scope again and again", 403, "insufficient_scope"),
      "alternating-scopes": refuse("asks for one scope, then for another", 403, "insufficient_scope", [
        "files:read",
        "profile",
      ]),
      "ever-more-scopes": refuse("asks for another set of scopes each time", 403, "insufficient_scope", [
        "files:read",
        "profile",
        "files:read profile",
        "mcp:tools profile",
      ]),
      "unknown-scope-wanted": refuse(
        "asks for a scope that its authorization server does not know",
        403,
        "insufficient_scope",
        ["files:write"],
      ),
      "always-403": refuse("answers every token with 403 for no reason of scope", 403, "invalid_request"),
    },
  },
  {
    numbers: ["F-49"],
    title: "Revocation that fails",
    clientMust: "delete the tokens here, and say honestly what became of them there",
    rule: "CR-103",
    switches: {
      "revocation-503": bent("answers revocations with 503", () =>
        instead("revoke", () => json(503, { error: "temporarily_unavailable" }, { "retry-after": "60" })),
      ),
      "revocation-unsupported": bent("knows no token type", () =>
        instead("revoke", () => json(400, { error: "unsupported_token_type" })),
      ),
      "revocation-404": bent("has no revocation endpoint where it says", () => instead("revoke", () => json(404, {}))),
    },
  },
  {
    numbers: ["F-34"],
    title: "Tokens that are revoked because somebody replayed the code",
    clientMust: "sign in again once, with the same client, and not loop",
    rule: "CR-95, CR-100",
    switches: {
      "code-replayed": bent("revokes the first grant once its tools were listed, as after a replay", replayed),
    },
  },
  {
    numbers: ["Q-35"],
    title: "ID token beside the access token",
    clientMust: "not use it, and send it nowhere",
    rule: "CR-55",
    switches: {
      "id-token-along": tokenMembers("sends an id_token as well", { id_token: ID_TOKEN }),
    },
  },
  {
    numbers: ["Q-29"],
    title: "Granted scope in another form",
    clientMust: "read it, or drop it with a warning",
    rule: "CR-82",
    switches: {
      "scope-array": tokenMembers("sends the scope as an array", (_, honest) => ({
        scope: String(honest.scope).split(" "),
      })),
      "scope-commas": tokenMembers("separates scopes by commas", (_, honest) => ({
        scope: String(honest.scope).replaceAll(" ", ","),
      })),
    },
  },
]
