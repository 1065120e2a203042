import { bend } from "../behaviour.ts"
import { type Answer, json } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { SIGNING_ALGORITHMS } from "../jose/jwt.ts"
import type { JsonObject } from "../json.ts"
import { SCOPES } from "../scopes.ts"
import { SERVER_METADATA } from "../well-known.ts"
import type { World } from "../world.ts"

/** Endpoint paths below the issuer. Metadata and routes both come from this table, so they cannot disagree. */
export const ENDPOINTS = {
  authorize: "/authorize",
  login: "/login",
  consent: "/consent",
  token: "/token",
  register: "/register",
  revoke: "/revoke",
  introspect: "/introspect",
  jwks: "/jwks",
} as const

/** How clients may authenticate at the token, revocation and introspection endpoints. */
export const AUTH_METHODS: readonly string[] = ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"]

/** Grants the token endpoint knows. */
const GRANT_TYPES: readonly string[] = ["authorization_code", "refresh_token", "client_credentials"]

/** RFC 8414 §2, also served as OpenID provider metadata. */
export function serverMetadata(world: World, exchange: Exchange): JsonObject {
  const { settings, issuer } = world
  const at = (endpoint: keyof typeof ENDPOINTS) => `${issuer}${ENDPOINTS[endpoint]}`
  const confidential = AUTH_METHODS.filter((method) => method !== "none")
  const document: JsonObject = {
    issuer,
    authorization_endpoint: at("authorize"),
    token_endpoint: at("token"),
    ...(settings.registration.enabled ? { registration_endpoint: at("register") } : {}),
    revocation_endpoint: at("revoke"),
    introspection_endpoint: at("introspect"),
    jwks_uri: at("jwks"),
    scopes_supported: Object.keys(SCOPES),
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: GRANT_TYPES,
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: AUTH_METHODS,
    token_endpoint_auth_signing_alg_values_supported: SIGNING_ALGORITHMS,
    revocation_endpoint_auth_methods_supported: AUTH_METHODS,
    revocation_endpoint_auth_signing_alg_values_supported: SIGNING_ALGORITHMS,
    introspection_endpoint_auth_methods_supported: confidential,
    introspection_endpoint_auth_signing_alg_values_supported: SIGNING_ALGORITHMS,
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: settings.cimd,
    protected_resources: [...world.resources],
    // Required by OpenID Connect Discovery §3, so that clients which ask for that document can read it.
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
    service_documentation: `${world.origin}/`,
  }
  return bend(world.behaviours, "metadata", advertise(document, settings.advertise.authorizationServer), exchange)
}

/** A public document, which caches may keep for a while and pages of other origins may read. */
export const published = (document: unknown): Answer =>
  json(200, document, { "cache-control": "public, max-age=60", "x-content-type-options": "nosniff" })

/** Sets the given fields; one that is given as `undefined` is left out. */
export const advertise = (document: JsonObject, fields: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries({ ...document, ...fields }).filter(([, value]) => value !== undefined))

/** Every path where the metadata is found (RFC 8414 §3.1, OpenID Connect Discovery §4). */
export function metadataPaths(world: World): readonly string[] {
  const { issuerPath, metadataForms } = world.settings
  const path = {
    oauth: `${SERVER_METADATA}${issuerPath}`,
    "oidc-insert": `/.well-known/openid-configuration${issuerPath}`,
    "oidc-append": `${issuerPath}/.well-known/openid-configuration`,
  } as const
  return [...new Set(metadataForms.map((form) => path[form]))]
}
