import * as oauth from "oauth4webapi"
import { describe, expect, test } from "vitest"
import { startMock } from "../../mock/index.ts"

/** Plain http on this machine. */
const insecure = { [oauth.allowInsecureRequests]: true }
const REDIRECT = "http://127.0.0.1:43210/callback"

const methods = {
  none: () => oauth.None(),
  client_secret_basic: oauth.ClientSecretBasic,
  client_secret_post: oauth.ClientSecretPost,
}

/** oauth4webapi checks every answer against its standard and throws at the first deviation. */
describe("a client that checks every answer", () => {
  test.each(Object.entries(methods))("finds nothing, from discovery to revocation, with %s", async (method, proof) => {
    await using mock = await startMock({ autoApprove: true })
    const resource = new URL(mock.url)
    const described = await oauth.resourceDiscoveryRequest(resource, insecure)
    const { authorization_servers, scopes_supported } = await oauth.processResourceDiscoveryResponse(
      resource,
      described,
    )
    const issuer = new URL(authorization_servers?.[0] ?? "")
    const discovered = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: "oauth2" })
    const server = await oauth.processDiscoveryResponse(issuer, discovered)

    const client = await oauth.processDynamicClientRegistrationResponse(
      await oauth.dynamicClientRegistrationRequest(
        server,
        {
          redirect_uris: [REDIRECT],
          token_endpoint_auth_method: method,
          grant_types: ["authorization_code", "refresh_token"],
        },
        insecure,
      ),
    )
    const authentication = proof(String(client.client_secret))

    const verifier = oauth.generateRandomCodeVerifier()
    const state = oauth.generateRandomState()
    const asked = new URL(server.authorization_endpoint ?? "")
    asked.search = new URLSearchParams({
      response_type: "code",
      client_id: client.client_id,
      redirect_uri: REDIRECT,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      scope: `${scopes_supported?.join(" ")} offline_access`,
      resource: mock.url,
    }).toString()
    const { headers } = await fetch(asked, { redirect: "manual" })
    const answered = oauth.validateAuthResponse(server, client, new URL(headers.get("location") ?? ""), state)

    const more = { ...insecure, additionalParameters: { resource: mock.url } }
    const first = await oauth.processAuthorizationCodeResponse(
      server,
      client,
      await oauth.authorizationCodeGrantRequest(server, client, authentication, answered, REDIRECT, verifier, more),
    )
    const refresh = (token: string | undefined) =>
      oauth.refreshTokenGrantRequest(server, client, authentication, token ?? "", more)
    const second = await oauth.processRefreshTokenResponse(server, client, await refresh(first.refresh_token))
    expect(second.access_token).not.toBe(first.access_token)
    // Throws where the answer holds a challenge.
    await oauth.protectedResourceRequest(second.access_token, "POST", resource, new Headers(), "{}", insecure)

    const live = second.refresh_token ?? ""
    await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, authentication, live, insecure))
    await expect(oauth.processRefreshTokenResponse(server, client, await refresh(live))).rejects.toMatchObject({
      error: "invalid_grant",
    })
  })
})
