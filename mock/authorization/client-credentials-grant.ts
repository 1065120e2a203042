import { type Answer, oauthError } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import type { Parameters } from "../http/form.ts"
import { opaque } from "../randomness.ts"
import { parseScope, RESOURCE_SCOPES } from "../scopes.ts"
import type { World } from "../world.ts"
import { type Client, isConfidential } from "./client.ts"
import type { Grant } from "./grants.ts"
import { issueAccessToken, tokenAnswer } from "./issue.ts"

/** grant_type=client_credentials, RFC 6749 §4.4: only for clients an operator set up, and never with a refresh token. */
export function clientCredentialsGrant(world: World, exchange: Exchange, client: Client, form: Parameters): Answer {
  exchange.enforce("grant-allowed", client.kind === "preregistered" && isConfidential(client), () =>
    oauthError(400, "unauthorized_client", "only pre-registered confidential clients may use this grant"),
  )
  const resource = form.get("resource")
  const target = (text: string) => () => oauthError(400, "invalid_target", text)
  exchange.expect("resource-present", resource !== undefined, target("resource is required"))
  const known = resource ?? world.resource
  exchange.enforce(
    "resource-known",
    world.resources.has(known),
    target("this server issues no tokens for that resource"),
    known,
  )
  const scope = parseScope(form.get("scope") ?? client.metadata.scope ?? RESOURCE_SCOPES.join(" "))
  const unknown = scope.filter((item) => !RESOURCE_SCOPES.includes(item))
  exchange.enforce(
    "scope-known",
    unknown.length === 0,
    () => oauthError(400, "invalid_scope", "unknown scope"),
    unknown.join(" "),
  )
  const grant: Grant = {
    id: opaque(world.random),
    clientId: client.id,
    scope,
    resource: known,
    createdAt: world.clock.now(),
    revoked: false,
  }
  world.grants.add(grant)
  return tokenAnswer(world, issueAccessToken(world, exchange, grant, scope), scope)
}
