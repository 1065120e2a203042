import { generateKeyPairSync, sign } from "node:crypto"
import { describe, expect, test } from "vitest"
import { type Mock, type MockOptions, startMock } from "../../mock/index.ts"
import {
  attempt,
  bearer,
  codeFor,
  get,
  type Json,
  modern,
  newClient,
  redeem,
  signIn,
  stoppedMock,
  string,
} from "./client.ts"

const challengeOf = (answer: { headers: Headers }) => answer.headers.get("www-authenticate")
const discover = (mock: Mock, token?: string, headers = {}) => modern(mock, token, "server/discover", {}, headers)

describe("without a token", () => {
  test.each(["server/discover", "tools/list", "tools/call", "initialize", "no/such/method"])(
    "%s is answered 401",
    async (method) => {
      await using mock = await startMock()
      const answer = await modern(mock, undefined, method, { name: "echo", arguments: { message: "x" } })
      expect(answer.status).toBe(401)
      // RFC 6750 §3.1: no error code when no token was sent.
      expect(challengeOf(answer)).toBe(
        `Bearer scope="mcp:tools files:read profile", resource_metadata="${mock.origin}/.well-known/oauth-protected-resource/mcp"`,
      )
    },
  )

  test.each<[string, RequestInit]>([
    ["GET", { method: "GET", headers: { accept: "text/event-stream" } }],
    ["DELETE", { method: "DELETE", headers: { "mcp-session-id": "x" } }],
    ["an empty POST", { method: "POST" }],
    ["a POST that is no JSON", { method: "POST", body: "{", headers: { "content-type": "application/json" } }],
    ["a POST of another type", { method: "POST", body: "x" }],
    ["a batch", { method: "POST", body: "[]", headers: { "content-type": "application/json" } }],
  ])("%s is answered 401 as well", async (_, init) => {
    await using mock = await startMock()
    const answer = await fetch(mock.url, init)
    expect(answer.status).toBe(401)
    expect(challengeOf(answer)).toContain("resource_metadata=")
  })

  test("a progressive server asks for the base scope only", async () => {
    await using mock = await startMock({ scopes: "progressive" })
    expect(challengeOf(await discover(mock))).toContain('scope="mcp:tools",')
  })

  test("public_info works, in both eras", async () => {
    await using mock = await startMock()
    const params = { name: "public_info", arguments: {} }
    const answer = await modern(mock, undefined, "tools/call", params)
    expect(answer.status).toBe(200)
    expect(JSON.stringify(answer.body)).toContain("You are not signed in.")
    const legacy = await fetch(mock.url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
    })
    expect(legacy.status).toBe(200)
  })

  test("public_info does not excuse a bad token", async () => {
    await using mock = await startMock()
    expect((await modern(mock, "x", "tools/call", { name: "public_info" })).status).toBe(401)
  })

  test("a server without authorization asks nobody", async () => {
    await using mock = await startMock({ noAuth: true })
    expect((await discover(mock)).status).toBe(200)
    const profile = await modern(mock, undefined, "tools/call", { name: "get_user_profile", arguments: {} })
    expect(JSON.stringify(profile.body)).toContain("anonymous")
  })
})

describe("a token", () => {
  const { privateKey: foreign } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const encode = (value: Json) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const part = (token: string, index: number) =>
    JSON.parse(Buffer.from(token.split(".")[index] ?? "", "base64url").toString()) as Json
  const forge = (token: string, header: Json, claims: Json) => {
    const signed = `${encode({ ...part(token, 0), ...header })}.${encode({ ...part(token, 1), ...claims })}`
    return `${signed}.${sign("sha256", Buffer.from(signed), { key: foreign, dsaEncoding: "ieee-p1363" }).toString("base64url")}`
  }
  const claims = (change: Json): MockOptions => ({ behaviours: [{ claims: (honest) => ({ ...honest, ...change }) }] })

  test("is taken from the header, whatever the case of its scheme", async () => {
    await using mock = await startMock()
    const token = mock.issueToken()
    for (const scheme of ["Bearer", "bearer", "BEARER"]) {
      expect((await discover(mock, undefined, { authorization: `${scheme} ${token}` })).status).toBe(200)
    }
  })

  test("is not taken from the query", async () => {
    await using mock = await startMock()
    const answer = await fetch(`${mock.url}?access_token=${mock.issueToken()}`, { method: "POST" })
    expect(answer.status).toBe(401)
    expect(challengeOf(answer)).not.toContain("error=")
    expect(mock.log.failures()).toContain("mcp: token-in-header")
  })

  test.each<[string, (mock: Mock) => string]>([
    ["garbage", () => "garbage"],
    ["tampered with", (mock) => mock.issueToken().replace(/.$/, (last) => (last === "A" ? "Q" : "A"))],
    [
      "with other claims under the same signature",
      (mock) => {
        const token = mock.issueToken({ scope: "mcp:tools" })
        const [header, , signature] = token.split(".")
        return `${header}.${encode({ ...part(token, 1), scope: "mcp:tools profile" })}.${signature}`
      },
    ],
    ["unsigned", (mock) => `${encode({ typ: "at+jwt", alg: "none" })}.${mock.issueToken().split(".")[1]}.`],
    ["signed by somebody else", (mock) => forge(mock.issueToken(), {}, {})],
    [
      "signed by somebody else who brings the key",
      (mock) => forge(mock.issueToken(), { jwk: foreign.export({ format: "jwk" }), kid: undefined }, {}),
    ],
    ["of an unknown key", (mock) => forge(mock.issueToken(), { kid: "x" }, {})],
    ["for another resource", (mock) => mock.issueToken({ resource: "https://other.example/mcp" })],
    ["for the origin only", (mock) => mock.issueToken({ resource: mock.origin })],
    ["for the resource with a slash", (mock) => mock.issueToken({ resource: `${mock.url}/` })],
    [
      "that was withdrawn",
      (mock) => {
        const token = mock.issueToken()
        mock.revokeToken(token)
        return token
      },
    ],
    [
      "of a key that was withdrawn",
      (mock) => {
        const token = mock.issueToken()
        mock.rotateKeys(true)
        return token
      },
    ],
  ])("that is %s is answered 401 invalid_token", async (_, make) => {
    await using mock = await startMock()
    const answer = await discover(mock, make(mock))
    expect(answer.status).toBe(401)
    expect(challengeOf(answer)).toMatch(/^Bearer error="invalid_token", .*resource_metadata="/)
  })

  test.each<[string, MockOptions]>([
    ["the wrong audience", claims({ aud: "https://other.example/mcp" })],
    ["the wrong issuer", claims({ iss: "https://other.example" })],
    ["no expiry", claims({ exp: undefined })],
    ["no audience", claims({ aud: undefined })],
  ])("that this very server signed with %s is not taken", async (_, options) => {
    await using mock = await startMock({ autoApprove: true, ...options })
    expect((await discover(mock, (await signIn(mock)).access)).status).toBe(401)
  })

  describe("of another authority, which only publishes its keys", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
    const issuer = "https://elsewhere.example"
    const authority = { issuer, jwks: () => [{ ...publicKey.export({ format: "jwk" }), kid: "k1" }] }
    /** As that authority would sign it; members that are undefined are left out. */
    const signed = (mock: Mock, header: Json, claims: Json) => {
      const now = Math.floor(Date.now() / 1000)
      const honest = {
        iss: issuer,
        aud: mock.url,
        sub: "ada",
        client_id: "c",
        scope: "mcp:tools",
        iat: now,
        exp: now + 60,
      }
      const text = `${encode({ typ: "at+jwt", alg: "ES256", kid: "k1", ...header })}.${encode({ ...honest, ...claims })}`
      const signature = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" })
      return `${text}.${signature.toString("base64url")}`
    }

    test.each<[string, Json, Json, number]>([
      ["as it must be", {}, {}, 200],
      ["with the type written out", { typ: "application/at+jwt" }, {}, 200],
      ["as an ID token", { typ: "JWT" }, {}, 401],
      ["without a type", { typ: undefined }, {}, 401],
      ["under another algorithm", { alg: "ES384" }, {}, 401],
      ["with a header that must be understood", { crit: ["x"], x: 1 }, {}, 401],
      ["that has expired", {}, { exp: Math.floor(Date.now() / 1000) - 1 }, 401],
      ["that never expires", {}, { exp: undefined }, 401],
      ["for another resource", {}, { aud: "https://other.example/mcp" }, 401],
      ["of an issuer that is not trusted", {}, { iss: "https://elsewhere.example/" }, 401],
    ])("SR-23 a token %s", async (_, header, claims, status) => {
      await using mock = await startMock({ authorizationServers: [authority] })
      expect((await discover(mock, signed(mock, header, claims))).status).toBe(status)
    })
  })

  test("may name this resource among others", async () => {
    await using mock = await startMock({ autoApprove: true })
    mock.behave({ claims: (honest) => ({ ...honest, aud: [honest.aud, "https://other.example"] }) })
    expect((await discover(mock, (await signIn(mock)).access)).status).toBe(200)
  })

  test("ends on the second", async () => {
    const { mock, clock } = await stoppedMock({ tokenLifetime: 60 })
    await using _ = mock
    const token = mock.issueToken()
    clock.advance(59_999)
    expect((await discover(mock, token)).status).toBe(200)
    clock.advance(1)
    expect((await discover(mock, token)).status).toBe(401)
  })

  test("survives a key rotation", async () => {
    await using mock = await startMock()
    const token = mock.issueToken()
    mock.rotateKeys()
    expect((await discover(mock, token)).status).toBe(200)
  })

  test("can be opaque", async () => {
    await using mock = await startMock({ autoApprove: true, tokenFormat: "opaque" })
    const tokens = await signIn(mock)
    expect(tokens.access).not.toContain(".")
    expect((await discover(mock, tokens.access)).status).toBe(200)
    expect((await discover(mock, tokens.refresh)).status).toBe(401)
    mock.revokeToken(tokens.access)
    expect((await discover(mock, tokens.access)).status).toBe(401)
  })

  test("a refresh token is no access token", async () => {
    await using mock = await startMock({ autoApprove: true })
    expect((await discover(mock, (await signIn(mock)).refresh)).status).toBe(401)
  })
})

describe("scopes", () => {
  const call = (mock: Mock, token: string, name: string) => modern(mock, token, "tools/call", { name, arguments: {} })

  test("each tool needs its own, and a refusal names all that are needed", async () => {
    await using mock = await startMock()
    const token = mock.issueToken({ scope: "mcp:tools" })
    for (const [name, scope] of [
      ["list_files", "mcp:tools files:read"],
      ["get_user_profile", "mcp:tools profile"],
    ] as const) {
      for (let round = 0; round < 2; round += 1) {
        const answer = await call(mock, token, name)
        expect(answer.status).toBe(403)
        expect(challengeOf(answer)).toBe(
          `Bearer error="insufficient_scope", error_description="the access token does not cover this operation", scope="${scope}", resource_metadata="${mock.origin}/.well-known/oauth-protected-resource/mcp"`,
        )
      }
    }
    expect((await call(mock, token, "public_info")).status).toBe(200)
  })

  test("the base scope is needed for everything", async () => {
    await using mock = await startMock()
    const token = mock.issueToken({ scope: "profile" })
    expect((await discover(mock, token)).status).toBe(403)
    expect(challengeOf(await call(mock, token, "list_files"))).toContain('scope="mcp:tools files:read"')
    const stream = await fetch(mock.url, { headers: { ...bearer(token), accept: "text/event-stream" } })
    expect(stream.status).toBe(403)
  })

  test("one ordinary sign-in is enough for all tools", async () => {
    await using mock = await startMock({ autoApprove: true })
    const { access } = await signIn(mock)
    for (const name of ["list_files", "get_user_profile", "public_info"])
      expect((await call(mock, access, name)).status).toBe(200)
  })

  test("a progressive sign-in goes step by step", async () => {
    await using mock = await startMock({ autoApprove: true, scopes: "progressive" })
    const first = await signIn(mock, { scope: "mcp:tools" })
    expect((await call(mock, first.access, "list_files")).status).toBe(403)
    const second = await signIn(mock, { scope: "mcp:tools files:read" })
    expect((await call(mock, second.access, "list_files")).status).toBe(200)
  })
})

describe("two servers", () => {
  test("one can issue the tokens of the other", async () => {
    await using issuer = await startMock({ autoApprove: true, issuerPath: "/as" })
    await using resource = await startMock({ authorizationServers: [issuer] })
    const prm = (await get(`${resource.origin}/.well-known/oauth-protected-resource/mcp`)).body
    expect(prm.authorization_servers).toEqual([issuer.issuer])
    for (const path of ["/.well-known/oauth-authorization-server", "/register", "/token", "/authorize"]) {
      expect((await get(resource.origin + path)).status).toBe(404)
    }
    const request = attempt(issuer, await newClient(issuer), { resource: resource.url })
    const { body } = await redeem(issuer, request, await codeFor(issuer, request), { resource: resource.url })
    const token = string(body.access_token)
    expect((await discover(resource, token)).status).toBe(200)
    // Made for the one, not for the other: no token passes through.
    expect((await discover(issuer, token)).status).toBe(401)
    expect((await discover(resource, issuer.issueToken())).status).toBe(401)
    issuer.revokeToken(token)
    expect((await discover(resource, token)).status).toBe(401)
  })

  test("a server can move from one issuer to another", async () => {
    await using before = await startMock({ autoApprove: true })
    await using after = await startMock({ autoApprove: true })
    await using resource = await startMock({ authorizationServers: [before] })
    const tokenOf = (mock: Mock) => mock.issueToken({ resource: resource.url })
    expect((await discover(resource, tokenOf(before))).status).toBe(200)
    resource.trust(after)
    expect((await get(`${resource.origin}/.well-known/oauth-protected-resource`)).body.authorization_servers).toEqual([
      after.issuer,
    ])
    expect((await discover(resource, tokenOf(before))).status).toBe(401)
    expect((await discover(resource, tokenOf(after))).status).toBe(200)
  })

  test("a server can have several issuers, itself among them", async () => {
    await using other = await startMock()
    await using mock = await startMock({ authorizationServers: ["self", other] })
    for (const issuer of [mock, other])
      expect((await discover(mock, issuer.issueToken({ resource: mock.url }))).status).toBe(200)
  })
})
