import { type Answer, oauthError } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import type { Parameters } from "../http/form.ts"
import { parseScope } from "../scopes.ts"
import type { World } from "../world.ts"
import type { Client } from "./client.ts"
import { checkResource, issueAccessToken, issueRefreshToken, tokenAnswer } from "./issue.ts"

/** grant_type=refresh_token, RFC 6749 §6 with the rotation of RFC 9700 §4.14. */
export function refreshGrant(world: World, exchange: Exchange, client: Client, form: Parameters): Answer {
  const { rotation, graceSeconds, lifetimeSeconds } = world.settings.refresh
  const now = world.clock.now()
  const invalid = (text: string) => () => oauthError(400, "invalid_grant", text)
  const sent = form.get("refresh_token")
  if (sent === undefined) throw oauthError(400, "invalid_request", "refresh_token is missing")
  const token = world.grants.refresh.get(sent)
  if (!token || token.grant.clientId !== client.id) {
    exchange.note("refresh-valid", false)
    throw invalid("the refresh token is not valid")()
  }
  const { grant } = token
  if (grant.user) exchange.event.user = grant.user.sub
  exchange.enforce("refresh-valid", !grant.revoked, invalid("the grant was revoked"))
  const reused = token.rotatedAt !== undefined && now > token.rotatedAt + graceSeconds * 1000
  // Two parties hold the token and nobody can tell which is the thief, so the whole family ends.
  if (reused) grant.revoked = true
  exchange.enforce(
    "refresh-unused",
    !reused,
    invalid("the refresh token was used before; all tokens of this grant are revoked"),
  )
  const alive = now < token.idleUntil && now < grant.createdAt + lifetimeSeconds * 1000
  exchange.enforce("refresh-valid", alive, invalid("the refresh token has expired"))
  checkResource(exchange, form, grant.resource)
  const scope = form.has("scope") ? parseScope(form.get("scope")) : grant.scope
  exchange.enforce(
    "scope-not-widened",
    scope.length > 0 && scope.every((item) => grant.scope.includes(item)),
    () => oauthError(400, "invalid_scope", "a refresh cannot ask for more than was granted"),
    form.get("scope"),
  )
  if (rotation) token.rotatedAt ??= now
  const access = issueAccessToken(world, exchange, grant, scope)
  return tokenAnswer(world, access, scope, rotation ? issueRefreshToken(world, grant) : undefined)
}
