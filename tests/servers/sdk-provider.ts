import { randomUUID } from "node:crypto"
import type { OAuthRegisteredClientsStore } from "@modelcontextprotocol/sdk/server/auth/clients.js"
import { InvalidGrantError, InvalidTokenError } from "@modelcontextprotocol/sdk/server/auth/errors.js"
import type { AuthorizationParams, OAuthServerProvider } from "@modelcontextprotocol/sdk/server/auth/provider.js"
import type { AuthInfo } from "@modelcontextprotocol/sdk/server/auth/types.js"
import type { OAuthClientInformationFull, OAuthTokens } from "@modelcontextprotocol/sdk/shared/auth.js"

interface Grant {
  readonly clientId: string
  readonly scopes: Array<string>
  readonly resource: URL | undefined
}

/** The half of an authorization server that the SDK leaves to its user: in memory, approves at once, rotates. */
export class SdkProvider implements OAuthServerProvider {
  readonly #clients = new Map<string, OAuthClientInformationFull>()
  readonly #codes = new Map<string, Grant & { readonly challenge: string; readonly redirectUri: string }>()
  readonly access = new Map<string, Grant & { readonly expiresAt: number }>()
  readonly refresh = new Map<string, Grant>()

  readonly #expiresIn: number

  /** `expiresIn` is what clients are told, in seconds; tokens are accepted for an hour all the same. */
  constructor(expiresIn: number) {
    this.#expiresIn = expiresIn
  }

  readonly clientsStore: OAuthRegisteredClientsStore = {
    getClient: (id) => this.#clients.get(id),
    registerClient: (client) => {
      // The SDK has put client_id into it already.
      const full = client as OAuthClientInformationFull
      this.#clients.set(full.client_id, full)
      return full
    },
  }

  async authorize(
    client: OAuthClientInformationFull,
    params: AuthorizationParams,
    response: { redirect: (url: string) => void },
  ) {
    const code = randomUUID()
    this.#codes.set(code, {
      clientId: client.client_id,
      scopes: params.scopes ?? [],
      resource: params.resource,
      challenge: params.codeChallenge,
      redirectUri: params.redirectUri,
    })
    const url = new URL(params.redirectUri)
    url.searchParams.set("code", code)
    if (params.state !== undefined) url.searchParams.set("state", params.state)
    response.redirect(url.href)
  }

  async challengeForAuthorizationCode(_: OAuthClientInformationFull, code: string) {
    const known = this.#codes.get(code)
    if (known === undefined) throw new InvalidGrantError("unknown code")
    return known.challenge
  }

  async exchangeAuthorizationCode(
    client: OAuthClientInformationFull,
    code: string,
    _verifier?: string,
    redirectUri?: string,
    resource?: URL,
  ) {
    const known = this.#codes.get(code)
    this.#codes.delete(code)
    if (known?.clientId !== client.client_id) throw new InvalidGrantError("unknown code")
    if (known.redirectUri !== redirectUri) throw new InvalidGrantError("another redirect URI")
    if (known.resource?.href !== resource?.href) throw new InvalidGrantError("another resource")
    return this.#issue(known)
  }

  async exchangeRefreshToken(client: OAuthClientInformationFull, token: string, _scopes?: string[], resource?: URL) {
    const known = this.refresh.get(token)
    this.refresh.delete(token)
    if (known?.clientId !== client.client_id) throw new InvalidGrantError("unknown refresh token")
    if (resource !== undefined && known.resource?.href !== resource.href)
      throw new InvalidGrantError("another resource")
    return this.#issue(known)
  }

  #issue({ clientId, scopes, resource }: Grant): OAuthTokens {
    const [access_token, refresh_token] = [randomUUID(), randomUUID()]
    const grant = { clientId, scopes, resource }
    this.access.set(access_token, { ...grant, expiresAt: Math.floor(Date.now() / 1000) + 3600 })
    this.refresh.set(refresh_token, grant)
    return { access_token, token_type: "bearer", expires_in: this.#expiresIn, refresh_token, scope: scopes.join(" ") }
  }

  async verifyAccessToken(token: string): Promise<AuthInfo> {
    const { resource, ...known } = this.access.get(token) ?? { resource: undefined }
    if (!("clientId" in known)) throw new InvalidTokenError("unknown token")
    return { token, ...known, ...(resource === undefined ? {} : { resource }) }
  }

  async revokeToken(_: OAuthClientInformationFull, { token }: { token: string }) {
    this.access.delete(token)
    this.refresh.delete(token)
  }
}
