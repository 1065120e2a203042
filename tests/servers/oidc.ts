import { createPublicKey, generateKeyPairSync, type JsonWebKey, verify } from "node:crypto"
import type http from "node:http"
import { InvalidTokenError } from "@modelcontextprotocol/sdk/server/auth/errors.js"
import type { AuthInfo } from "@modelcontextprotocol/sdk/server/auth/types.js"
import { errors, Provider } from "oidc-provider"
import { listen } from "./listening.ts"
import { modernEndpoint } from "./modern-endpoint.ts"
import { makeShelves } from "./oidc-shelves.ts"
import { guardedApp, scope, sdkEndpoint } from "./sdk-resource.ts"
import type { ThirdParty } from "./third-party.ts"

const resourceServer = { id: "resource-server", secret: "resource-server-secret" }

export interface OidcOptions {
  /** `opaque` tokens are introspected by the resource server, `jwt` ones checked against the JWKS. */
  readonly tokens: "opaque" | "jwt"
  /** `forms`: the pages that oidc-provider brings, for somebody who fills them in; `at-once`: no page, only redirects. */
  readonly consent: "forms" | "at-once"
  /** The MCP server behind the guard. */
  readonly endpoint: "sdk-1" | "server-2"
}

/** What a hosting application does in its interaction route: signs in, and consents to whatever is missing. */
const approveAtOnce = (provider: Provider) => async (request: http.IncomingMessage, response: http.ServerResponse) => {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response)
  const finish = (result: object) =>
    provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true })
  if (prompt.name === "login") return finish({ login: { accountId: "ada" } })
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId)
  const grant = known ?? new provider.Grant({ accountId: session?.accountId ?? "", clientId: params.client_id ?? "" })
  grant.addOIDCScope((prompt.details.missingOIDCScope ?? []).join(" "))
  for (const [resource, scopes] of Object.entries(prompt.details.missingResourceScopes ?? {}))
    grant.addResourceScope(resource, scopes.join(" "))
  return finish({ consent: { grantId: await grant.save() } })
}

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })

const makeProvider = (issuer: string, resource: string, options: OidcOptions, adapter: unknown) =>
  new Provider(issuer, {
    adapter,
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "a", use: "sig", alg: "RS256" }] },
    clients: [
      {
        client_id: resourceServer.id,
        client_secret: resourceServer.secret,
        redirect_uris: [],
        response_types: [],
        grant_types: [],
      },
    ],
    cookies: { keys: ["a key for the tests"] },
    scopes: ["openid", "offline_access", scope],
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    rotateRefreshToken: true,
    pkce: { required: () => true },
    // Said by the defaults on the console otherwise.
    clientBasedCORS: () => false,
    renderError: (context: { body: string }, out: { error: string }) => {
      context.body = `<!doctype html><title>${out.error}</title>`
    },
    ttl: { AccessToken: 3600, RefreshToken: 86_400, Interaction: 600, Session: 600, Grant: 86_400 },
    features: {
      devInteractions: { enabled: options.consent === "forms" },
      registration: { enabled: true },
      registrationManagement: { enabled: true },
      revocation: { enabled: true, allowedPolicy: (_: unknown, client: object, token: object) => owns(client, token) },
      introspection: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_: unknown, indicator: string) => {
          if (indicator !== resource) throw new errors.InvalidTarget()
          return { scope, audience: resource, accessTokenFormat: options.tokens }
        },
      },
    },
  })

const owns = (client: object, token: object): boolean =>
  "clientId" in client && "clientId" in token && client.clientId === token.clientId

/** RFC 7662, as the confidential client that the authorization server knows. */
const introspect = async (issuer: string, token: string): Promise<AuthInfo> => {
  const answer = await fetch(`${issuer}/token/introspection`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${resourceServer.id}:${resourceServer.secret}`)}` },
    body: new URLSearchParams({ token }),
  })
  return infoOf(token, Object(await answer.json()))
}

/** RFC 9068: signature and issuer. Time and audience is checked by the SDK's guard. */
const verifyJwt = async (issuer: string, token: string): Promise<AuthInfo> => {
  const [header = "", payload = "", signature = ""] = token.split(".")
  const { keys } = Object(await (await fetch(`${issuer}/jwks`)).json())
  const key = createPublicKey({ key: keys[0] as JsonWebKey, format: "jwk" })
  const genuine = verify("sha256", Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url"))
  const claims = Object(JSON.parse(Buffer.from(payload, "base64url").toString()))
  return infoOf(token, { ...claims, active: genuine && claims.iss === issuer })
}

const infoOf = (token: string, claims: Record<string, unknown>): AuthInfo => {
  if (claims.active !== true) throw new InvalidTokenError("not active")
  return {
    token,
    clientId: String(claims.client_id),
    scopes: String(claims.scope).split(" "),
    expiresAt: Number(claims.exp),
    resource: new URL(String(claims.aud)),
  }
}

/**
 * (b) `oidc-provider` as a separate authorization server, and in front of it a resource server of the official SDK that
 * checks the tokens by itself.
 */
export const oidcServer = async (options: OidcOptions): Promise<ThirdParty> => {
  const shelves = makeShelves()
  const accepted = new Set<string>()
  const refused = new Set<string>()
  let issuer = ""
  const verifyAccessToken = async (token: string) => {
    if (refused.has(token)) throw new InvalidTokenError("no longer")
    const info = await (options.tokens === "jwt" ? verifyJwt : introspect)(issuer, token)
    accepted.add(token)
    return info
  }
  const seen: Array<string> = []
  const resource = await listen((origin) => {
    const { app, guard } = guardedApp({ resource: `${origin}/mcp`, verifier: { verifyAccessToken } })
    app.get("/.well-known/oauth-protected-resource/mcp", (_: unknown, response: { json: (body: object) => void }) =>
      response.json({ resource: `${origin}/mcp`, authorization_servers: [issuer], scopes_supported: [scope] }),
    )
    app.all("/mcp", guard, options.endpoint === "sdk-1" ? sdkEndpoint() : modernEndpoint())
    return app
  }, seen)
  const url = `${resource.origin}/mcp`
  const authorization = await listen((origin) => {
    issuer = origin
    const provider = makeProvider(origin, url, options, shelves.adapter)
    const callback = provider.callback()
    const approve = approveAtOnce(provider)
    return (request, response) =>
      options.consent === "at-once" && request.url?.startsWith("/interaction/") === true
        ? void approve(request, response)
        : callback(request, response)
  }, seen)
  return {
    url,
    issuer,
    seen,
    expireAccessTokens: () => {
      shelves.clear("AccessToken")
      for (const token of accepted) refused.add(token)
    },
    liveTokens: () => shelves.live("AccessToken") + shelves.live("RefreshToken"),
    afterLogout:
      options.tokens === "opaque"
        ? "revoked at the server and deleted here"
        : "deleted here; the refresh token is revoked; the access token cannot be revoked there and ends when it expires",
    [Symbol.asyncDispose]: async () => {
      await resource[Symbol.asyncDispose]()
      await authorization[Symbol.asyncDispose]()
    },
  }
}
