import { generateKeyPairSync } from "node:crypto"
import { describe, expect, test } from "vitest"
import { type Mock, startMock } from "../../mock/index.ts"
import {
  basic,
  bearer,
  get,
  type Json,
  postForm,
  postJson,
  REDIRECT,
  register,
  signIn,
  stoppedMock,
  string,
} from "./client.ts"

describe("registration", () => {
  test("answers 201 with everything that was registered", async () => {
    await using mock = await startMock()
    const metadata = {
      client_name: "Näme",
      client_uri: "https://client.example",
      software_id: "4NRB1",
      software_version: "1.2",
      contacts: ["a@b.example"],
      application_type: "native",
      scope: "mcp:tools profile",
    }
    const { status, body, headers } = await register(mock, { ...metadata, unknown_member: 1 })
    expect(status).toBe(201)
    expect(headers.get("cache-control")).toBe("no-store")
    expect(body).toMatchObject({ ...metadata, token_endpoint_auth_method: "none", redirect_uris: [REDIRECT] })
    expect(body).not.toHaveProperty("unknown_member")
    expect(body).not.toHaveProperty("client_secret")
    expect(body).not.toHaveProperty("client_secret_expires_at")
    expect(body.client_id).toMatch(/^client-[0-9a-f]{32}$/)
    expect(mock.clients()).toMatchObject([{ client_id: body.client_id, kind: "registered" }])
  })

  test("an omitted method means Basic, with a secret and its expiry", async () => {
    await using mock = await startMock()
    const { body } = await postJson(`${mock.issuer}/register`, { redirect_uris: [REDIRECT] })
    expect(body).toMatchObject({
      token_endpoint_auth_method: "client_secret_basic",
      grant_types: ["authorization_code"],
      response_types: ["code"],
      client_secret_expires_at: 0,
    })
    expect(string(body.client_secret).length).toBe(43)
    expect(mock.log.failures()).toEqual([
      "register: registration-application-type",
      "register: registration-auth-method",
    ])
  })

  test("every client gets another id", async () => {
    await using mock = await startMock()
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await register(mock)).body.client_id))
    expect(new Set(ids).size).toBe(20)
  })

  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const redirect = (uri: unknown): Json => ({ redirect_uris: [uri] })

  test.each<[string, Json]>([
    ["https", redirect("https://app.example/cb?x=1")],
    ["127.0.0.1 without a port", redirect("http://127.0.0.1/cb")],
    ["127.0.0.1 with a port", redirect("http://127.0.0.1:1234/cb")],
    ["IPv6 loopback", redirect("http://[::1]:1234/cb")],
    ["localhost", redirect("http://localhost/cb")],
    ["a reversed domain name", redirect("com.example.app:/cb")],
    [
      "public keys",
      { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [publicKey.export({ format: "jwk" })] } },
    ],
  ])("takes %s", async (_, metadata) => {
    await using mock = await startMock()
    expect((await register(mock, metadata)).status).toBe(201)
  })

  test.each<[string, Json, string]>([
    ["a missing redirect", { redirect_uris: undefined }, "invalid_redirect_uri"],
    ["no redirect", { redirect_uris: [] }, "invalid_redirect_uri"],
    ["a redirect that is no list", { redirect_uris: REDIRECT }, "invalid_redirect_uri"],
    ["a number", redirect(5), "invalid_redirect_uri"],
    ["a relative one", redirect("/cb"), "invalid_redirect_uri"],
    ["a fragment", redirect("https://app.example/cb#f"), "invalid_redirect_uri"],
    ["an empty fragment", redirect("https://app.example/cb#"), "invalid_redirect_uri"],
    ["http elsewhere", redirect("http://app.example/cb"), "invalid_redirect_uri"],
    ["a name that only begins like localhost", redirect("http://localhost.evil.example/cb"), "invalid_redirect_uri"],
    ["a name that only begins like an address", redirect("http://127.0.0.1.nip.io/cb"), "invalid_redirect_uri"],
    ["another spelling of loopback", redirect("http://0x7f.1/cb"), "invalid_redirect_uri"],
    ["a port beyond the last", redirect("http://127.0.0.1:99999/cb"), "invalid_redirect_uri"],
    ["user information", redirect("https://u:p@app.example/cb"), "invalid_redirect_uri"],
    ["user information before loopback", redirect("http://127.0.0.1:80@evil.example/cb"), "invalid_redirect_uri"],
    ["a wildcard host", redirect("https://*.app.example/cb"), "invalid_redirect_uri"],
    ["a wildcard path", redirect("https://app.example/*"), "invalid_redirect_uri"],
    ["javascript:", redirect("javascript:alert(1)//.example"), "invalid_redirect_uri"],
    ["data:", redirect("data:text/html,x"), "invalid_redirect_uri"],
    ["file:", redirect("file:///etc/passwd"), "invalid_redirect_uri"],
    ["a short private scheme", redirect("myapp:/cb"), "invalid_redirect_uri"],
    ["a backslash", redirect("https:\\\\app.example/cb"), "invalid_redirect_uri"],
    ["white space around it", redirect(" https://app.example/cb"), "invalid_redirect_uri"],
    ["a line break", redirect("https://app.example/cb\r\nx"), "invalid_redirect_uri"],
    [
      "too many",
      { redirect_uris: Array.from({ length: 21 }, (_, i) => `https://app.example/${i}`) },
      "invalid_redirect_uri",
    ],
    ["a null", { client_name: null }, "invalid_client_metadata"],
    ["an unknown method", { token_endpoint_auth_method: "client_secret_jwt" }, "invalid_client_metadata"],
    ["an unknown grant", { grant_types: ["authorization_code", "password"] }, "invalid_client_metadata"],
    ["the machine grant", { grant_types: ["client_credentials"] }, "invalid_client_metadata"],
    ["a grant without its response type", { grant_types: ["refresh_token"] }, "invalid_client_metadata"],
    ["the implicit response type", { response_types: ["token"] }, "invalid_client_metadata"],
    ["a logo that is a script", { logo_uri: "javascript:alert(1)" }, "invalid_client_metadata"],
    ["keys by reference", { jwks_uri: "https://app.example/jwks" }, "invalid_client_metadata"],
    ["key authentication without keys", { token_endpoint_auth_method: "private_key_jwt" }, "invalid_client_metadata"],
    ["a private key", { jwks: { keys: [privateKey.export({ format: "jwk" })] } }, "invalid_client_metadata"],
    ["an unknown application type", { application_type: "desktop" }, "invalid_client_metadata"],
    ["a long name", { client_name: "x".repeat(513) }, "invalid_client_metadata"],
  ])("refuses %s", async (_, metadata, error) => {
    await using mock = await startMock()
    const { status, body } = await register(mock, metadata)
    expect([status, body.error]).toEqual([400, error])
    expect(mock.clients()).toEqual([])
  })

  test.each<[string, unknown, string, number]>([
    ["a list", [], "application/json", 400],
    ["no JSON", "{", "application/json", 400],
    ["a form", "{}", "application/x-www-form-urlencoded", 400],
    ["a huge body", { client_name: "x".repeat(40_000) }, "application/json", 413],
  ])("refuses %s as a body", async (_, body, type, status) => {
    await using mock = await startMock()
    expect((await postJson(`${mock.issuer}/register`, body, { "content-type": type })).status).toBe(status)
  })

  test.each<[string, string, number]>([
    ["web", "http://127.0.0.1/cb", 400],
    ["web", "https://app.example/cb", 201],
    ["native", "https://app.example/cb", 400],
    ["native", "http://127.0.0.1/cb", 201],
    ["native", "com.example.app:/cb", 201],
  ])("under the OpenID profile a %s client with %s gets %i", async (type, uri, status) => {
    await using mock = await startMock({ registration: { profile: "oidc" } })
    expect((await register(mock, { application_type: type, redirect_uris: [uri] })).status).toBe(status)
  })

  test("can need an initial access token", async () => {
    await using mock = await startMock({ registration: { requireInitialAccessToken: "let-me-in" } })
    const refused = await register(mock)
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, "Bearer"])
    expect((await register(mock, {}, bearer("let-me-out"))).status).toBe(401)
    expect((await register(mock, {}, bearer("let-me-in"))).status).toBe(201)
  })

  test("is limited in number and in rate", async () => {
    await using full = await startMock({ registration: { maxClients: 1 } })
    expect([(await register(full)).status, (await register(full)).status]).toEqual([201, 400])
    const { mock, clock } = await stoppedMock({ rateLimits: { registration: 2 } })
    await using _ = mock
    expect([(await register(mock)).status, (await register(mock)).status]).toEqual([201, 201])
    clock.advance(20_000)
    const late = await register(mock)
    expect([late.status, late.headers.get("retry-after")]).toEqual([429, "40"])
    clock.advance(40_000)
    expect((await register(mock)).status).toBe(201)
  })
})

describe("registration management", () => {
  const managed = async (mock: Mock, metadata: Json = {}) => {
    const { body } = await register(mock, metadata)
    return { body, url: string(body.registration_client_uri), token: string(body.registration_access_token) }
  }
  // What RFC 7592 §2.2 wants back: everything but what the server assigned.
  const update = ({
    registration_access_token,
    registration_client_uri,
    client_secret_expires_at,
    client_id_issued_at,
    ...rest
  }: Json) => rest

  test("reads the registration", async () => {
    await using mock = await startMock()
    const { body, url, token } = await managed(mock)
    const read = await get(url, bearer(token))
    expect(read.status).toBe(200)
    expect(read.headers.get("cache-control")).toBe("no-store")
    expect(read.body).toEqual(body)
  })

  test("replaces all metadata, and the token with it", async () => {
    await using mock = await startMock()
    const { body, url, token } = await managed(mock, { client_uri: "https://client.example" })
    const { client_uri, ...rest } = update(body)
    const updated = await postJson(url, { ...rest, client_name: "New name", software_id: null }, bearer(token), "PUT")
    expect(updated.status).toBe(200)
    expect(updated.body.client_name).toBe("New name")
    expect(updated.body).not.toHaveProperty("client_uri")
    expect((await get(url, bearer(token))).status).toBe(401)
    expect((await get(url, bearer(string(updated.body.registration_access_token)))).status).toBe(200)
  })

  test("gives a new secret with an update, and the old one is dead", async () => {
    await using mock = await startMock()
    const { body, url, token } = await managed(mock, { token_endpoint_auth_method: "client_secret_basic" })
    const updated = await postJson(url, update(body), bearer(token), "PUT")
    const attemptWith = (secret: unknown) =>
      postForm(`${mock.issuer}/revoke`, { token: "x" }, basic(string(body.client_id), string(secret)))
    expect(updated.body.client_secret).not.toBe(body.client_secret)
    expect((await attemptWith(body.client_secret)).status).toBe(401)
    expect((await attemptWith(updated.body.client_secret)).status).toBe(200)
  })

  test.each<["never" | "update" | "always", boolean, boolean]>([
    ["never", false, false],
    ["update", false, true],
    ["always", true, true],
  ])("rotates as told: %s", async (rotation, onRead, onUpdate) => {
    await using mock = await startMock({ registration: { rotation } })
    const { body, url, token } = await managed(mock)
    const afterRead = string((await get(url, bearer(token))).body.registration_access_token)
    expect(afterRead !== token).toBe(onRead)
    const afterUpdate = (await postJson(url, update(body), bearer(afterRead), "PUT")).body.registration_access_token
    expect(afterUpdate !== afterRead).toBe(onUpdate)
  })

  test.each<[string, (body: Json) => Json]>([
    ["another client_id", (body) => ({ ...update(body), client_id: "other" })],
    ["no client_id", (body) => ({ ...update(body), client_id: undefined })],
    ["a registration access token", (body) => ({ ...update(body), registration_access_token: "x" })],
    ["an issuing time", (body) => ({ ...update(body), client_id_issued_at: 1 })],
    ["a secret of its own", (body) => ({ ...update(body), client_secret: "mine" })],
    ["a bad redirect", (body) => ({ ...update(body), redirect_uris: ["javascript:x"] })],
  ])("refuses an update with %s and changes nothing", async (_, change) => {
    await using mock = await startMock()
    const { body, url, token } = await managed(mock)
    expect((await postJson(url, change(body), bearer(token), "PUT")).status).toBe(400)
    expect((await get(url, bearer(token))).body).toEqual(body)
  })

  test("answers a wrong token and an unknown client alike", async () => {
    await using mock = await startMock()
    const { url, token } = await managed(mock)
    const answers = await Promise.all([get(url), get(url, bearer("wrong")), get(`${url}x`, bearer(token))])
    for (const { status, body } of answers) expect([status, body.error]).toEqual([401, "invalid_token"])
  })

  test("deletion ends the client and everything it was granted", async () => {
    await using mock = await startMock({ autoApprove: true })
    let registration: Json = {}
    mock.behave({
      registration: (answer) => {
        registration = answer.json as Json
        return answer
      },
    })
    const tokens = await signIn(mock)
    const { status } = await fetch(string(registration.registration_client_uri), {
      method: "DELETE",
      headers: bearer(string(registration.registration_access_token)),
    })
    expect(status).toBe(204)
    expect(mock.inspect?.(tokens.access)).toBeUndefined()
    expect(
      (await get(string(registration.registration_client_uri), bearer(string(registration.registration_access_token))))
        .status,
    ).toBe(401)
  })
})
