import { type Answer, json, oauthError } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { readForm, single } from "../http/form.ts"
import type { JsonObject } from "../json.ts"
import type { World } from "../world.ts"
import { isConfidential } from "./client.ts"
import { authenticateClient } from "./client-authentication.ts"

/** POST /introspect, RFC 7662. */
export async function introspect(world: World, exchange: Exchange): Promise<Answer> {
  const form = single(exchange, await readForm(exchange), (error, text) => oauthError(400, error, text))
  const client = await authenticateClient(world, exchange, form)
  // RFC 7662 §4: without real authentication anybody could scan for tokens.
  exchange.enforce("client-auth-valid", isConfidential(client), () =>
    oauthError(401, "invalid_client", "introspection is for confidential clients", {
      "www-authenticate": 'Basic realm="mock"',
    }),
  )
  const token = form.get("token")
  if (token === undefined) throw oauthError(400, "invalid_request", "token is missing")
  const facts = activeToken(world, token)
  // A registered client may look at its own tokens; one that the operator set up stands for a resource server.
  const allowed = facts && (client.kind === "preregistered" || facts.client_id === client.id)
  // RFC 7662 §2.2: nothing but this for a token that is not active, whatever the reason.
  return json(200, allowed ? { active: true, ...facts } : { active: false })
}

/** What is known of a token that is active at this moment. */
export function activeToken(world: World, token: string): JsonObject | undefined {
  const now = world.clock.now()
  const access = world.grants.access.get(token)
  if (access) {
    const alive = !access.revoked && !access.grant.revoked && now < access.expiresAt
    return alive ? { ...access.claims, token_type: "Bearer" } : undefined
  }
  const refresh = world.grants.refresh.get(token)
  if (!refresh || refresh.rotatedAt !== undefined || refresh.grant.revoked || now >= refresh.idleUntil) return undefined
  const { clientId, user, scope, resource } = refresh.grant
  return { iss: world.issuer, client_id: clientId, sub: user?.sub ?? clientId, scope: scope.join(" "), aud: resource }
}
