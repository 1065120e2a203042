import { createPublicKey } from "node:crypto"
import { describe, expect, test } from "vitest"
import { type MockOptions, startMock } from "../../mock/index.ts"
import { get, type Json } from "./client.ts"

describe("authorization server metadata", () => {
  test.each<[string, MockOptions, string[], string[]]>([
    [
      "an issuer without a path",
      {},
      ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"],
      ["/.well-known/oauth-authorization-server/mcp"],
    ],
    [
      "an issuer with a path, everywhere",
      { issuerPath: "/tenant1" },
      [
        "/.well-known/oauth-authorization-server/tenant1",
        "/.well-known/openid-configuration/tenant1",
        "/tenant1/.well-known/openid-configuration",
      ],
      ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"],
    ],
    [
      "path-append only",
      { issuerPath: "/tenant1", metadataForms: ["oidc-append"] },
      ["/tenant1/.well-known/openid-configuration"],
      ["/.well-known/oauth-authorization-server/tenant1", "/.well-known/openid-configuration/tenant1"],
    ],
  ])("is found for %s, and only there", async (_, options, present, absent) => {
    await using mock = await startMock(options)
    const documents = await Promise.all(present.map((path) => get(mock.origin + path)))
    for (const { status, body, headers } of documents) {
      expect(status).toBe(200)
      expect(headers.get("content-type")).toBe("application/json")
      expect(body).toEqual(documents[0]?.body)
      expect(body.issuer).toBe(mock.issuer)
    }
    for (const path of absent) expect((await get(mock.origin + path)).status).toBe(404)
  })

  test("names endpoints that exist, below the issuer", async () => {
    await using mock = await startMock({ issuerPath: "/tenant1" })
    const { body } = await get(`${mock.origin}/.well-known/oauth-authorization-server/tenant1`)
    const endpoints = Object.entries(body).filter(([name]) => name.endsWith("_endpoint") || name === "jwks_uri")
    expect(endpoints.length).toBe(6)
    for (const [, url] of endpoints) {
      expect(String(url).startsWith(`${mock.issuer}/`)).toBe(true)
      expect((await fetch(String(url), { method: "PATCH" })).status).toBe(405)
    }
    expect(body).toMatchObject({
      code_challenge_methods_supported: ["S256"],
      response_types_supported: ["code"],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
    })
  })

  test("leaves out what is switched off", async () => {
    await using mock = await startMock({ registration: { enabled: false }, cimd: false })
    const { body } = await get(`${mock.origin}/.well-known/oauth-authorization-server`)
    expect(body).not.toHaveProperty("registration_endpoint")
    expect(body.client_id_metadata_document_supported).toBe(false)
    expect((await fetch(`${mock.issuer}/register`, { method: "POST" })).status).toBe(404)
  })

  test("each field can be set or removed", async () => {
    await using mock = await startMock({
      advertise: {
        authorizationServer: { issuer: "https://other.example", code_challenge_methods_supported: undefined },
        protectedResource: { scopes_supported: undefined, resource: "https://other.example/mcp" },
      },
    })
    const server = (await get(`${mock.origin}/.well-known/oauth-authorization-server`)).body
    expect(server.issuer).toBe("https://other.example")
    expect(server).not.toHaveProperty("code_challenge_methods_supported")
    const resource = (await get(`${mock.origin}/.well-known/oauth-protected-resource/mcp`)).body
    expect(resource).not.toHaveProperty("scopes_supported")
    expect(resource.resource).toBe("https://other.example/mcp")
  })

  test("pages of other origins may read it, but may not call the authorization endpoint", async () => {
    await using mock = await startMock()
    const origin = { origin: "https://app.example" }
    expect(
      (await get(`${mock.origin}/.well-known/oauth-authorization-server`, origin)).headers.get(
        "access-control-allow-origin",
      ),
    ).toBe("*")
    const challenged = await get(mock.url, { origin: mock.origin })
    expect(challenged.headers.get("access-control-expose-headers")).toContain("WWW-Authenticate")
    expect((await get(`${mock.issuer}/authorize`, origin)).headers.get("access-control-allow-origin")).toBeNull()
    const preflight = await fetch(`${mock.issuer}/token`, { method: "OPTIONS", headers: origin })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get("access-control-allow-methods")).toBe("POST")
    expect(preflight.headers.get("access-control-allow-credentials")).toBeNull()
  })
})

describe("protected resource metadata", () => {
  test.each<[MockOptions, string[]]>([
    [{}, ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"]],
    [{ prmForms: ["root"] }, ["/.well-known/oauth-protected-resource"]],
    [{ mcpPath: "/api/v1/mcp", prmForms: ["path"] }, ["/.well-known/oauth-protected-resource/api/v1/mcp"]],
    [{ mcpPath: "" }, ["/.well-known/oauth-protected-resource"]],
  ])("with %j is found where it should be", async (options, paths) => {
    await using mock = await startMock(options)
    for (const path of paths) {
      const { status, body } = await get(mock.origin + path)
      expect(status).toBe(200)
      expect(body).toMatchObject({
        resource: mock.url,
        authorization_servers: [mock.issuer],
        bearer_methods_supported: ["header"],
      })
    }
    const challenge = (await fetch(mock.url, { method: "POST" })).headers.get("www-authenticate")
    expect(challenge).toContain(`resource_metadata="${mock.origin}${paths[0]}"`)
  })

  test("does not list offline_access, which is the authorization server's business", async () => {
    await using mock = await startMock()
    const resource = (await get(`${mock.origin}/.well-known/oauth-protected-resource`)).body
    const server = (await get(`${mock.origin}/.well-known/oauth-authorization-server`)).body
    expect(resource.scopes_supported).not.toContain("offline_access")
    expect(server.scopes_supported).toContain("offline_access")
  })
})

describe("the key set", () => {
  const keysOf = async (issuer: string) => (await get(`${issuer}/jwks`)).body.keys as Json[]

  test("has public members of usable keys only", async () => {
    await using mock = await startMock()
    const [key, ...others] = await keysOf(mock.issuer)
    expect(others).toEqual([])
    expect(Object.keys(key ?? {}).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"])
    expect(createPublicKey({ key: key ?? {}, format: "jwk" }).asymmetricKeyType).toBe("ec")
  })

  test("grows by rotation, and shrinks when the old key is withdrawn", async () => {
    await using mock = await startMock()
    const before = (await keysOf(mock.issuer)).map(({ kid }) => kid)
    mock.rotateKeys()
    const after = (await keysOf(mock.issuer)).map(({ kid }) => kid)
    expect(after.slice(1)).toEqual(before)
    mock.rotateKeys(true)
    expect(await keysOf(mock.issuer)).toHaveLength(1)
  })
})

describe("for people", () => {
  test("the home page says what this is and how to connect", async () => {
    await using mock = await startMock()
    const { text, headers } = await get(`${mock.origin}/`)
    expect(text).toContain(`mcp-dcr-tui ${mock.url}`)
    for (const word of ["get_weather", "public_info", mock.issuer, "/.well-known/oauth-protected-resource/mcp"])
      expect(text).toContain(word)
    expect(headers.get("content-security-policy")).toContain("default-src 'none'")
  })

  test("health answers, anything else does not exist", async () => {
    await using mock = await startMock()
    expect((await get(`${mock.origin}/health`)).body).toEqual({ status: "ok", issuer: mock.issuer, resource: mock.url })
    const { status, body, headers } = await get(`${mock.origin}/nothing`)
    expect([status, body.error, headers.get("content-type")]).toEqual([404, "not_found", "application/json"])
  })
})
