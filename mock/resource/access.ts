import type { Authority } from "../authorization/authority.ts"
import { json, Refusal } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { readJwt, verifyJwt } from "../jose/jwt.ts"
import { findKey } from "../jose/keys.ts"
import type { JsonObject } from "../json.ts"
import { parseScope } from "../scopes.ts"
import { seconds, type World } from "../world.ts"
import { tokenInvalid } from "./challenge.ts"

/** Who sends a request to the MCP server, out of a verified token. */
export interface Principal {
  readonly sub: string
  readonly clientId: string
  readonly scope: readonly string[]
  readonly claims: JsonObject
}

/** The principal of a request; `undefined` when it came without a token. Throws the 401 for a bad one. */
export function principalOf(world: World, exchange: Exchange): Principal | undefined {
  // OAuth 2.1 §5.1 and MCP: never in the query. It is ignored, not refused, as any unknown parameter is.
  if (exchange.query.has("access_token")) exchange.note("token-in-header", false)
  const header = exchange.header("authorization")
  if (header === undefined) return undefined
  exchange.enforce(
    "authorization-single",
    exchange.count("authorization") === 1,
    () => new Refusal(json(400, { error: "invalid_request", error_description: "more than one Authorization header" })),
  )
  const token = /^bearer +([\w\-.~+/]+=*)$/i.exec(header)?.[1]
  const claims = token === undefined ? "not a bearer token" : verifyAccessToken(world, token)
  if (typeof claims === "string") {
    exchange.note("token-valid", false, claims)
    throw tokenInvalid(world, exchange)
  }
  exchange.note("token-valid", true)
  const principal = {
    sub: String(claims.sub ?? ""),
    clientId: String(claims.client_id ?? ""),
    scope: parseScope(typeof claims.scope === "string" ? claims.scope : ""),
    claims,
  }
  exchange.event.client = principal.clientId
  exchange.event.user = principal.sub
  return principal
}

/** The claims of a valid access token for this resource, or what is wrong with it (RFC 9068 §4). */
export function verifyAccessToken(world: World, token: string): JsonObject | string {
  const jwt = readJwt(token)
  const found = jwt ? fromJwt(world.authorities, jwt, token) : fromInspection(world.authorities, token)
  if (typeof found === "string") return found
  const audience = Array.isArray(found.aud) ? found.aud : [found.aud]
  const { resource, origin } = world
  // RFC 3986 §6.2.3: an empty path and "/" are one; the Python SDK writes the slash.
  const own = world.settings.originResource ? [resource, origin, `${origin}/`] : [resource]
  if (!own.some((name) => audience.includes(name))) return "aud is not this resource"
  if (typeof found.exp !== "number" || seconds(world) >= found.exp) return "the token has expired"
  return found
}

function fromJwt(
  authorities: readonly Authority[],
  jwt: NonNullable<ReturnType<typeof readJwt>>,
  token: string,
): JsonObject | string {
  const { header, claims } = jwt
  // RFC 9068 §4: the type keeps an ID token or an assertion from being taken for an access token.
  if (!/^(application\/)?at\+jwt$/i.test(String(header.typ))) return "typ is not at+jwt"
  if (header.alg !== "ES256") return "alg is not ES256"
  if ("crit" in header) return "unknown critical header"
  const authority = authorities.find(({ issuer }) => issuer === claims.iss)
  if (!authority) return "iss is not a trusted issuer"
  const key = findKey(authority.jwks(), header.kid)
  if (!key || !verifyJwt(jwt, key)) return "the signature is not valid"
  if (authority.inspect && !authority.inspect(token)) return "the token is revoked or unknown to its issuer"
  return claims
}

function fromInspection(authorities: readonly Authority[], token: string): JsonObject | string {
  for (const authority of authorities) {
    const facts = authority.inspect?.(token)
    // A refresh token is active too, but it is not for resource servers.
    if (facts?.token_type === "Bearer") return facts
  }
  return "the token is not known"
}
