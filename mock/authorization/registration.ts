import { bend } from "../behaviour.ts"
import { type Answer, json, oauthError } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { isObject, type JsonObject } from "../json.ts"
import { digest, opaque, sameText } from "../randomness.ts"
import type { World } from "../world.ts"
import { type Client, type ClientMetadata, usesSecret } from "./client.ts"
import { isFault, readClientMetadata } from "./client-metadata.ts"
import { ENDPOINTS } from "./metadata.ts"

const LIMIT = 32 * 1024

/** POST /register, RFC 7591 §3. */
export async function register(world: World, exchange: Exchange): Promise<Answer> {
  const { registration, rateLimits } = world.settings
  world.limits.spend(exchange, "registration", rateLimits.registration)
  if (registration.initialAccessToken !== undefined) {
    const sent = bearer(exchange)
    exchange.enforce(
      "initial-access-token",
      sent !== undefined && sameText(sent, registration.initialAccessToken),
      () =>
        oauthError(401, "invalid_token", "registration needs an initial access token", {
          "www-authenticate": "Bearer",
        }),
    )
  }
  const asked = readMetadata(world, exchange, { ...registration.defaults, ...(await readObject(exchange)) })
  const { authMethod = asked.token_endpoint_auth_method } = registration
  const metadata = { ...asked, token_endpoint_auth_method: authMethod }
  exchange.enforce("registration-metadata", world.clients.all().length < registration.maxClients, () =>
    oauthError(400, "invalid_client_metadata", "this server takes no more clients"),
  )
  const client: Client = {
    id: `client-${Buffer.from(world.random(16)).toString("hex")}`,
    kind: "registered",
    metadata,
    issuedAt: world.clock.now(),
    secretExpiresAt: 0,
  }
  world.clients.add(client)
  exchange.event.client = client.id
  return describe(world, exchange, client, 201, { ...newSecret(world, client), ...newManagementToken(world, client) })
}

/** The metadata of a request body, or the refusal of RFC 7591 §3.2.2. */
export function readMetadata(world: World, exchange: Exchange, document: JsonObject): ClientMetadata {
  const metadata = readClientMetadata(document, world.settings.registration.oidc)
  if (isFault(metadata)) {
    const redirects = metadata.error === "invalid_redirect_uri"
    exchange.note(redirects ? "registration-redirects" : "registration-metadata", false, metadata.text)
    throw oauthError(400, metadata.error, metadata.text)
  }
  exchange.note("registration-metadata", true)
  exchange.note("registration-redirects", true)
  // Clients of the time before 2026-07-28 do not know that they must say it, so it is only noted.
  exchange.note("registration-application-type", "application_type" in document)
  exchange.note("registration-auth-method", "token_endpoint_auth_method" in document)
  return metadata
}

/** The JSON object in a request body. */
export async function readObject(exchange: Exchange): Promise<JsonObject> {
  const type = exchange.header("content-type")?.split(";")[0]?.trim().toLowerCase()
  const text = await exchange.text(LIMIT)
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {}
  exchange.event.body = body
  const refuse = () =>
    oauthError(400, "invalid_client_metadata", "the body must be a JSON object of type application/json")
  exchange.enforce("content-type-json", type === "application/json", refuse, type ?? "none")
  if (!isObject(body)) throw refuse()
  return body
}

/** The bearer token of a request, if there is exactly one. */
export const bearer = (exchange: Exchange): string | undefined =>
  exchange.count("authorization") === 1
    ? /^bearer +([\w\-.~+/]+=*)$/i.exec(exchange.header("authorization") ?? "")?.[1]
    : undefined

/** Gives the client a secret if its method needs one; the members that tell it. */
export function newSecret(world: World, client: Client): JsonObject {
  if (!usesSecret(client.metadata.token_endpoint_auth_method)) {
    delete client.secret
    client.secretExpiresAt = 0
    return {}
  }
  const secret = opaque(world.random)
  const lifetime = world.settings.registration.secretLifetime
  client.secret = digest(secret)
  client.secretExpiresAt = lifetime === 0 ? 0 : world.clock.now() + lifetime * 1000
  return { client_secret: secret, client_secret_expires_at: Math.floor(client.secretExpiresAt / 1000) }
}

/** Gives the client a new registration access token (RFC 7592 §3). */
export function newManagementToken(world: World, client: Client): JsonObject {
  const token = opaque(world.random)
  client.managementToken = digest(token)
  return { registration_access_token: token }
}

/** The client information response, RFC 7591 §3.2.1: everything that was registered, with the credentials given. */
export function describe(
  world: World,
  exchange: Exchange,
  client: Client,
  status: number,
  credentials: JsonObject,
): Answer {
  const answer = json(status, {
    client_id: client.id,
    client_id_issued_at: Math.floor(client.issuedAt / 1000),
    ...client.metadata,
    ...credentials,
    registration_client_uri: `${world.issuer}${ENDPOINTS.register}/${client.id}`,
  })
  return bend(world.behaviours, "registration", answer, exchange)
}
