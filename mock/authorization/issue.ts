import { bend } from "../behaviour.ts"
import { type Answer, json, oauthError } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import type { Parameters } from "../http/form.ts"
import { signJwt } from "../jose/jwt.ts"
import type { JsonObject } from "../json.ts"
import { opaque } from "../randomness.ts"
import type { World } from "../world.ts"
import type { Grant } from "./grants.ts"

/** Makes an access token for a grant (RFC 9068 §2) and remembers it. */
export function issueAccessToken(
  world: World,
  exchange: Exchange | undefined,
  grant: Grant,
  scope: readonly string[],
): string {
  const { tokenLifetime, tokenFormat } = world.settings
  const now = Math.floor(world.clock.now() / 1000)
  const plain: JsonObject = {
    iss: world.issuer,
    aud: grant.resource,
    sub: grant.user?.sub ?? grant.clientId,
    client_id: grant.clientId,
    scope: scope.join(" "),
    iat: now,
    exp: now + tokenLifetime,
    jti: opaque(world.random),
    ...(grant.user && scope.includes("profile") ? { name: grant.user.name, email: grant.user.email } : {}),
  }
  const claims = exchange ? bend(world.behaviours, "claims", plain, exchange) : plain
  const key = tokenFormat === "jwt" ? world.keys.current() : undefined
  const token = key ? signJwt({ typ: "at+jwt", alg: "ES256", kid: key.kid }, claims, key.secret) : opaque(world.random)
  world.grants.access.add(token, { grant, claims, expiresAt: (now + tokenLifetime) * 1000, revoked: false })
  return token
}

/** Makes a refresh token for a grant. */
export function issueRefreshToken(world: World, grant: Grant): string {
  const token = opaque(world.random)
  world.grants.refresh.add(token, { grant, idleUntil: world.clock.now() + world.settings.refresh.idleSeconds * 1000 })
  return token
}

/** The token response of RFC 6749 §5.1. The scope is always told, so the client never has to guess. */
export const tokenAnswer = (world: World, access: string, scope: readonly string[], refresh?: string): Answer =>
  json(
    200,
    {
      access_token: access,
      token_type: "Bearer",
      expires_in: world.settings.tokenLifetime,
      scope: scope.join(" "),
      ...(refresh === undefined ? {} : { refresh_token: refresh }),
    },
    { pragma: "no-cache" },
  )

/** RFC 8707 §2.2: a token request may name the resource of its grant, and (strictly) has to. */
export function checkResource(exchange: Exchange, form: Parameters, granted: string): void {
  const resource = form.get("resource")
  const refuse = (text: string) => () => oauthError(400, "invalid_target", text)
  exchange.expect("resource-present", resource !== undefined, refuse("resource is required"))
  if (resource === undefined) return
  exchange.enforce("resource-same", resource === granted, refuse("the grant is for another resource"), resource)
}
