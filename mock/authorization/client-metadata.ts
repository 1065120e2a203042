import { isObject, isStrings, type JsonObject } from "../json.ts"
import { isScope, parseScope } from "../scopes.ts"
import type { ClientMetadata } from "./client.ts"
import { AUTH_METHODS } from "./metadata.ts"
import { isLoopback, redirectUriFault } from "./redirect-uri.ts"

/** What is wrong with client metadata, in the error codes of RFC 7591 §3.2.2. */
export interface MetadataFault {
  readonly error: "invalid_redirect_uri" | "invalid_client_metadata"
  readonly text: string
}

type Rule = (value: unknown) => string | undefined

const is =
  (holds: (value: unknown) => boolean, otherwise: string): Rule =>
  (value) =>
    holds(value) ? undefined : otherwise
const text = is((value) => typeof value === "string" && value.length > 0 && value.length <= 512, "must be a short text")
const webPage = is(
  (value) => typeof value === "string" && value.length <= 2000 && /^https?:\/\//.test(value) && URL.canParse(value),
  "must be an http or https URL",
)
const listOf = (allowed: readonly string[]) =>
  is(
    (value) => isStrings(value) && value.length > 0 && value.every((item) => allowed.includes(item)),
    `must be a list out of: ${allowed.join(", ")}`,
  )

// Members that are understood and echoed; all others are ignored, as RFC 7591 §2 wants.
const RULES: Readonly<Record<string, Rule>> = {
  redirect_uris: is((value) => isStrings(value) && value.length <= 20, "must be a list of at most 20 URIs"),
  token_endpoint_auth_method: is(
    (value) => typeof value === "string" && AUTH_METHODS.includes(value),
    `must be one of: ${AUTH_METHODS.join(", ")}`,
  ),
  // client_credentials is for clients an operator has vetted, so it cannot be registered for.
  grant_types: listOf(["authorization_code", "refresh_token"]),
  response_types: listOf(["code"]),
  client_name: text,
  client_uri: webPage,
  logo_uri: webPage,
  tos_uri: webPage,
  policy_uri: webPage,
  scope: is((value) => typeof value === "string" && value.length <= 1000, "must be a text"),
  contacts: is((value) => isStrings(value) && value.length <= 10, "must be a list of texts"),
  software_id: text,
  software_version: text,
  application_type: is((value) => value === "native" || value === "web", "must be native or web"),
  jwks: is(
    (value) => isObject(value) && Array.isArray(value.keys) && value.keys.length > 0 && value.keys.every(isPublicKey),
    "must be a set of public keys",
  ),
  // This server fetches nothing but client documents, so it could never read the keys.
  jwks_uri: () => "is not supported, send jwks",
}

function isPublicKey(key: unknown): boolean {
  return isObject(key) && typeof key.kty === "string" && key.kty !== "oct" && !("d" in key)
}

const bad = (text: string, error: MetadataFault["error"] = "invalid_client_metadata"): MetadataFault => ({
  error,
  text,
})

/** Checks client metadata as in RFC 7591 §2 and fills in the defaults of that section. */
export function readClientMetadata(document: JsonObject, oidc: boolean): ClientMetadata | MetadataFault {
  for (const [name, rule] of Object.entries(RULES)) {
    const fault = name in document ? rule(document[name]) : undefined
    if (fault !== undefined)
      return bad(`${name} ${fault}`, name === "redirect_uris" ? "invalid_redirect_uri" : undefined)
  }
  const known = Object.fromEntries(Object.entries(document).filter(([name]) => Object.hasOwn(RULES, name)))
  const scope = parseScope(typeof document.scope === "string" ? document.scope : "").filter(isScope)
  const { scope: _, ...kept } = known
  const metadata: ClientMetadata = {
    redirect_uris: [],
    token_endpoint_auth_method: "client_secret_basic",
    grant_types: ["authorization_code"],
    response_types: ["code"],
    ...(oidc ? { application_type: "web" } : {}),
    ...kept,
    ...(scope.length > 0 ? { scope: scope.join(" ") } : {}),
  }
  return relations(metadata) ?? redirects(metadata, oidc) ?? metadata
}

/** Tells a fault from metadata. */
export const isFault = (value: ClientMetadata | MetadataFault): value is MetadataFault =>
  "error" in value && "text" in value

function relations(metadata: ClientMetadata): MetadataFault | undefined {
  // RFC 7591 §2.1: response type code and grant type authorization_code go together.
  if (!metadata.grant_types.includes("authorization_code"))
    return bad("response type code needs grant type authorization_code")
  if (metadata.token_endpoint_auth_method === "private_key_jwt" && !metadata.jwks)
    return bad("private_key_jwt needs jwks")
  return undefined
}

function redirects(metadata: ClientMetadata, oidc: boolean): MetadataFault | undefined {
  if (metadata.redirect_uris.length === 0) return bad("redirect_uris is missing", "invalid_redirect_uri")
  for (const uri of metadata.redirect_uris) {
    const fault = redirectUriFault(uri) ?? (oidc ? applicationFault(uri, metadata.application_type) : undefined)
    if (fault !== undefined) return bad(`redirect URI refused: ${fault}`, "invalid_redirect_uri")
  }
  return undefined
}

/** OpenID Connect registration §2: web clients use https on a real host, native ones a private scheme or loopback http. */
function applicationFault(uri: string, type: string | undefined): string | undefined {
  const https = uri.startsWith("https:")
  if (type === "native") return https ? "application_type native may not use https" : undefined
  return https && !isLoopback(uri) && new URL(uri).hostname !== "localhost"
    ? undefined
    : "application_type web needs https and no loopback host"
}
