import { createHash } from "node:crypto"
import { type Answer, oauthError } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import type { Parameters } from "../http/form.ts"
import { opaque, sameText } from "../randomness.ts"
import type { World } from "../world.ts"
import type { Client } from "./client.ts"
import type { Grant } from "./grants.ts"
import { checkResource, issueAccessToken, issueRefreshToken, tokenAnswer } from "./issue.ts"

/** grant_type=authorization_code, RFC 6749 §4.1.3 with RFC 7636 §4.6. */
export function codeGrant(world: World, exchange: Exchange, client: Client, form: Parameters): Answer {
  const invalid = (text: string) => () => oauthError(400, "invalid_grant", text)
  const sent = form.get("code")
  if (sent === undefined) throw oauthError(400, "invalid_request", "code is missing")
  const code = world.grants.codes.get(sent)
  if (!code || code.clientId !== client.id) {
    exchange.note("code-valid", false)
    throw invalid("the code is not valid")()
  }
  exchange.enforce(
    "code-valid",
    world.clock.now() < code.expiresAt || code.grant !== undefined,
    invalid("the code has expired"),
  )
  const replayed = invalid("the code was used before")
  if (code.grant && world.settings.codeReplay === "rfc-6749") {
    code.grant.revoked = true
    exchange.enforce("code-unused", false, replayed)
  }
  const redirectUri = form.get("redirect_uri")
  // OAuth 2.1 §10.2: no longer required, but if it comes it must be the same.
  exchange.note("redirect-uri-repeated", redirectUri !== undefined)
  exchange.enforce(
    "redirect-uri-same",
    redirectUri === undefined || redirectUri === code.redirectUri,
    invalid("redirect_uri is not that of the authorization request"),
    redirectUri,
  )
  const verifier = form.get("code_verifier") ?? ""
  const computed = createHash("sha256").update(verifier).digest("base64url")
  exchange.enforce(
    "verifier-matches",
    /^[\w\-.~]{43,128}$/.test(verifier) && sameText(computed, code.challenge),
    invalid("the code verifier does not match the challenge"),
  )
  checkResource(exchange, form, code.resource)
  // Only a replay that is right in every other respect shows that the code has leaked to somebody who can use it.
  // Anything less must not end the grant, or knowing a code would be enough to sign the user out (OAuth 2.1 §7.5).
  if (code.grant) code.grant.revoked = true
  exchange.enforce("code-unused", code.grant === undefined, replayed)

  const grant: Grant = {
    id: opaque(world.random),
    clientId: client.id,
    user: code.user,
    scope: code.scope,
    resource: code.resource,
    createdAt: world.clock.now(),
    revoked: false,
  }
  code.grant = grant
  world.grants.add(grant)
  exchange.event.user = code.user.sub
  const refreshable = client.metadata.grant_types.includes("refresh_token")
  const access = issueAccessToken(world, exchange, grant, grant.scope)
  return tokenAnswer(world, access, grant.scope, refreshable ? issueRefreshToken(world, grant) : undefined)
}
