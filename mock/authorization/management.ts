import { type Answer, empty, oauthError } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import type { JsonObject } from "../json.ts"
import type { World } from "../world.ts"
import { type Client, secretMatches, usesSecret } from "./client.ts"
import { bearer, describe, newManagementToken, newSecret, readMetadata, readObject } from "./registration.ts"

// RFC 7592 §2.2: what the server assigns may not come back in an update.
const ASSIGNED = [
  "registration_access_token",
  "registration_client_uri",
  "client_secret_expires_at",
  "client_id_issued_at",
]

/** GET /register/ID, RFC 7592 §2.1. */
export function readClient(world: World, exchange: Exchange): Answer {
  const { client, token } = authenticate(world, exchange)
  const rotate = world.settings.registration.rotation === "always"
  return describe(
    world,
    exchange,
    client,
    200,
    rotate ? renewed(world, client) : { ...secretExpiry(client), registration_access_token: token },
  )
}

/** PUT /register/ID, RFC 7592 §2.2: what is not sent is gone. */
export async function updateClient(world: World, exchange: Exchange): Promise<Answer> {
  const { client, token } = authenticate(world, exchange)
  const { client_secret: secret, ...document } = await readObject(exchange)
  const refuse = (text: string) => () => oauthError(400, "invalid_client_metadata", text)
  exchange.enforce(
    "registration-metadata",
    document.client_id === client.id,
    refuse("client_id must be the client's own"),
  )
  const assigned = ASSIGNED.filter((name) => name in document)
  exchange.enforce(
    "registration-metadata",
    assigned.length === 0,
    refuse(`not for the client to set: ${assigned.join(", ")}`),
  )
  exchange.enforce(
    "registration-metadata",
    secret === undefined || (typeof secret === "string" && secretMatches(client.secret, secret)),
    refuse("a client cannot choose its own secret"),
  )
  // RFC 7592 §2.2: null asks to remove a value.
  const present = Object.fromEntries(Object.entries(document).filter(([, value]) => value !== null))
  const before = client.metadata.token_endpoint_auth_method
  client.metadata = readMetadata(world, exchange, present)
  const rotate =
    world.settings.registration.rotation !== "never" ||
    usesSecret(before) !== usesSecret(client.metadata.token_endpoint_auth_method)
  return describe(
    world,
    exchange,
    client,
    200,
    rotate ? renewed(world, client) : { ...secretExpiry(client), registration_access_token: token },
  )
}

/** DELETE /register/ID, RFC 7592 §2.3: everything the client was granted ends with it. */
export function deleteClient(world: World, exchange: Exchange): Answer {
  const { client } = authenticate(world, exchange)
  world.clients.remove(client.id)
  world.grants.revokeClient(client.id)
  return empty(204, { "cache-control": "no-store" })
}

const renewed = (world: World, client: Client): JsonObject => ({
  ...newSecret(world, client),
  ...newManagementToken(world, client),
})

// The secret itself is kept only as a digest, so it cannot be told again.
const secretExpiry = (client: Client): JsonObject =>
  client.secret === undefined ? {} : { client_secret_expires_at: Math.floor(client.secretExpiresAt / 1000) }

function authenticate(world: World, exchange: Exchange): { client: Client; token: string } {
  const client = world.clients.get(exchange.path.slice(exchange.path.lastIndexOf("/") + 1))
  const token = bearer(exchange)
  // One answer for an unknown client and a wrong token, so that nobody can find out which clients exist (RFC 7592 §2.1).
  const refuse = () =>
    oauthError(401, "invalid_token", "the registration access token is not valid", {
      "www-authenticate": 'Bearer error="invalid_token"',
    })
  if (!client || token === undefined) {
    exchange.note("registration-token", false)
    throw refuse()
  }
  exchange.enforce("registration-token", secretMatches(client.managementToken, token), refuse)
  exchange.event.client = client.id
  return { client, token }
}
