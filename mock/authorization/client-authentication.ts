import { oauthError, type Refusal } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import type { Parameters } from "../http/form.ts"
import type { World } from "../world.ts"
import { type Client, secretMatches } from "./client.ts"
import { assertionFault, assertionSubject } from "./client-assertion.ts"
import { findClient } from "./client-document.ts"

interface Credentials {
  readonly method: string
  readonly id: string
  readonly secret: string
}

/** RFC 6749 §5.2: 401, with the challenge that RFC 9110 §11.6.1 wants beside it. */
const unknownClient = (): Refusal =>
  oauthError(401, "invalid_client", "client authentication failed", { "www-authenticate": 'Basic realm="mock"' })

/** The client behind a request to the token, revocation or introspection endpoint. */
export async function authenticateClient(world: World, exchange: Exchange, form: Parameters): Promise<Client> {
  const credentials = readCredentials(exchange, form)
  exchange.event.client = credentials.id
  const name = `client ${credentials.id}`
  const limit = world.settings.rateLimits.failedAuthentication
  world.limits.spend(exchange, name, limit, false)
  const fail = (detail: string) => {
    world.limits.count(name)
    exchange.note("client-auth-valid", false, detail)
    return unknownClient()
  }
  const client = await findClient(world, exchange, credentials.id)
  if (!client) throw fail("the client is not known")
  const registered = client.metadata.token_endpoint_auth_method
  const secretBoth = registered.startsWith("client_secret_") && credentials.method.startsWith("client_secret_")
  // Basic and post prove the same; which of them is a matter of keeping to the registration, not of security.
  if (registered !== credentials.method && secretBoth)
    exchange.expect("client-auth-method", false, unknownClient, credentials.method)
  else
    exchange.enforce(
      "client-auth-method",
      registered === credentials.method,
      () => fail("another method is registered"),
      credentials.method,
    )
  const fault = prove(world, exchange, client, credentials)
  if (fault !== undefined) throw fail(fault)
  exchange.note("client-auth-valid", true)
  return client
}

function prove(world: World, exchange: Exchange, client: Client, { method, secret }: Credentials): string | undefined {
  if (method === "none") return undefined
  if (method === "private_key_jwt") return assertionFault(world, exchange, client, secret)
  if (!secretMatches(client.secret, secret)) return "the secret is wrong"
  const expired = client.secretExpiresAt !== 0 && world.clock.now() >= client.secretExpiresAt
  return expired ? "the secret has expired" : undefined
}

/** How the client authenticates; RFC 6749 §2.3: it may use one method only. */
function readCredentials(exchange: Exchange, form: Parameters): Credentials {
  const header = exchange.header("authorization")
  const sent = [
    header === undefined ? undefined : "client_secret_basic",
    form.has("client_secret") ? "client_secret_post" : undefined,
    form.has("client_assertion") || form.has("client_assertion_type") ? "private_key_jwt" : undefined,
  ].filter((method) => method !== undefined)
  const once = sent.length <= 1 && exchange.count("authorization") <= 1
  exchange.enforce(
    "client-auth-single",
    once,
    () => oauthError(400, "invalid_request", "more than one client authentication"),
    sent.join(" "),
  )
  const id = form.get("client_id")
  switch (sent[0]) {
    case "client_secret_basic": {
      const basic = readBasic(header ?? "")
      if (!basic) throw unknownClient()
      if (id !== undefined && id !== basic.id) throw oauthError(400, "invalid_request", "two different client ids")
      return { method: "client_secret_basic", ...basic }
    }
    case "client_secret_post":
      if (id === undefined) throw unknownClient()
      return { method: "client_secret_post", id, secret: form.get("client_secret") ?? "" }
    case "private_key_jwt": {
      const assertion = form.get("client_assertion") ?? ""
      const subject = assertionSubject(assertion)
      const known = form.get("client_assertion_type") === "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
      if (!known) throw oauthError(400, "invalid_request", "unknown client_assertion_type")
      if (subject === undefined || (id !== undefined && id !== subject)) throw unknownClient()
      return { method: "private_key_jwt", id: subject, secret: assertion }
    }
    default:
      if (id === undefined) throw unknownClient()
      return { method: "none", id, secret: "" }
  }
}

/** RFC 6749 §2.3.1: both parts were form-encoded before they went into Basic. */
function readBasic(header: string): { id: string; secret: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(header)?.[1]
  if (encoded === undefined) return undefined
  const pair = Buffer.from(encoded, "base64").toString("utf8")
  const colon = pair.indexOf(":")
  const decode = (text: string) => decodeURIComponent(text.replaceAll("+", " "))
  try {
    return colon < 0 ? undefined : { id: decode(pair.slice(0, colon)), secret: decode(pair.slice(colon + 1)) }
  } catch {
    return undefined
  }
}
