import { bend } from "../behaviour.ts"
import { type Answer, errorText, Refusal, redirect } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { single } from "../http/form.ts"
import { document, html } from "../http/html.ts"
import { BASE_SCOPE, isScope, parseScope, RESOURCE_SCOPES } from "../scopes.ts"
import type { World } from "../world.ts"
import type { Client } from "./client.ts"
import { findClient } from "./client-document.ts"
import { redirectUriMatches } from "./redirect-uri.ts"

/** An authorization request in which everything has been checked. */
export interface AuthorizationRequest {
  readonly client: Client
  readonly redirectUri: string
  readonly state?: string
  readonly scope: readonly string[]
  readonly resource: string
  readonly challenge: string
  readonly prompt?: string
}

/** A page for the user instead of a redirect: as long as the client is in doubt, nothing may be sent anywhere. */
export const errorPage = (status: number, text: string): Refusal =>
  new Refusal(
    document(
      status,
      "This sign-in cannot go on",
      html`<p>${text}</p><p>Nothing was sent to the program that asked.</p>`,
    ),
  )

/**
 * Sends the browser back to the client. The redirect URI stays as the client wrote it; only parameters are appended.
 * `iss` comes along in success and error alike (RFC 9207 §2).
 */
export function sendBack(
  world: World,
  exchange: Exchange,
  redirectUri: string,
  state: string | undefined,
  parameters: Readonly<Record<string, string>>,
): Answer {
  const plain = new URLSearchParams({ ...parameters, ...(state === undefined ? {} : { state }), iss: world.issuer })
  const bent = bend(world.behaviours, "authorizeResponse", plain, exchange)
  if (parameters.error !== undefined) exchange.event.error = parameters.error
  return redirect(`${redirectUri}${redirectUri.includes("?") ? "&" : "?"}${bent}`)
}

/** Checks an authorization request; throws the error page or the error redirect of RFC 6749 §4.1.2.1. */
export async function readAuthorizationRequest(
  world: World,
  exchange: Exchange,
  query: URLSearchParams,
): Promise<AuthorizationRequest> {
  const repeated = ["client_id", "redirect_uri"].filter((name) => query.getAll(name).length > 1)
  exchange.enforce("parameters-single", repeated.length === 0, () =>
    errorPage(400, `Repeated parameter: ${repeated.join(" ")}`),
  )
  const id = query.get("client_id") ?? ""
  const client = await findClient(world, exchange, id)
  if (!client) {
    exchange.note("client-known", false, id)
    throw errorPage(400, "The program that sent you here is not known to this server.")
  }
  exchange.note("client-known", true)
  exchange.event.client = client.id
  const registered = client.metadata.redirect_uris
  const requested = query.get("redirect_uri") || (registered.length === 1 ? registered[0] : undefined)
  if (requested === undefined || !redirectUriMatches(registered, requested)) {
    exchange.note("redirect-uri-exact", false, requested ?? "missing")
    throw errorPage(400, "The address to return to is not one that this program has registered.")
  }
  exchange.note("redirect-uri-exact", true)

  const states = query.getAll("state")
  const state = states.length === 1 && states[0] !== "" ? states[0] : undefined
  const refuse = (error: string, text: string) =>
    new Refusal(sendBack(world, exchange, requested, state, { error, error_description: errorText(text) }))
  const parameters = single(exchange, query, refuse)
  exchange.enforce("response-type-code", parameters.get("response_type") === "code", () =>
    parameters.has("response_type")
      ? refuse("unsupported_response_type", "only response type code is supported")
      : refuse("invalid_request", "response_type is missing"),
  )
  exchange.enforce("grant-allowed", client.metadata.grant_types.includes("authorization_code"), () =>
    refuse("unauthorized_client", "this client may not use the authorization code grant"),
  )
  exchange.enforce("response-type-code", ["query", undefined].includes(parameters.get("response_mode")), () =>
    refuse("invalid_request", "only response mode query is supported"),
  )
  const challenge = parameters.get("code_challenge") ?? ""
  const s256 = parameters.get("code_challenge_method") === "S256" && /^[\w-]{43}$/.test(challenge)
  exchange.enforce("pkce-s256", s256, () => refuse("invalid_request", "a code challenge with method S256 is required"))
  exchange.expect("state-present", state !== undefined, () => refuse("invalid_request", "state is required"))
  const prompt = parameters.get("prompt")
  return {
    client,
    redirectUri: requested,
    ...(state === undefined ? {} : { state }),
    scope: readScope(exchange, client, parameters.get("scope"), refuse),
    resource: readResource(world, exchange, parameters.get("resource"), refuse),
    challenge,
    ...(prompt === undefined ? {} : { prompt }),
  }
}

type RefuseWith = (error: string, text: string) => Refusal

function readScope(
  exchange: Exchange,
  client: Client,
  text: string | undefined,
  refuse: RefuseWith,
): readonly string[] {
  // RFC 6749 §3.3: without a scope the server uses its default, or what the client registered.
  const scope = parseScope(text ?? client.metadata.scope ?? RESOURCE_SCOPES.join(" "))
  const unknown = scope.filter((item) => !isScope(item))
  exchange.enforce(
    "scope-known",
    unknown.length === 0,
    () => refuse("invalid_scope", "unknown scope"),
    unknown.join(" "),
  )
  return scope.length > 0 ? scope : [BASE_SCOPE]
}

function readResource(world: World, exchange: Exchange, resource: string | undefined, refuse: RefuseWith): string {
  exchange.expect("resource-present", resource !== undefined, () => refuse("invalid_target", "resource is required"))
  if (resource === undefined) return world.resource
  const known = world.resources.has(resource)
  exchange.enforce(
    "resource-known",
    known,
    () => refuse("invalid_target", "this server issues no tokens for that resource"),
    resource,
  )
  return resource
}
