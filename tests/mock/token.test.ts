import { describe, expect, test } from "vitest"
import { type Mock, type MockOptions, startMock } from "../../mock/index.ts"
import {
  attempt,
  basic,
  codeFor,
  type Form,
  get,
  type Json,
  newClient,
  postForm,
  REDIRECT,
  redeem,
  refresh,
  register,
  signIn,
  stoppedMock,
  string,
} from "./client.ts"

const auto: MockOptions = { autoApprove: true }
const decode = (token: string, part: 0 | 1): Json =>
  JSON.parse(Buffer.from(token.split(".")[part] ?? "", "base64url").toString()) as Json

describe("the authorization code grant", () => {
  test("gives an RFC 9068 token for the resource that was asked for", async () => {
    const { mock, clock } = await stoppedMock()
    await using _ = mock
    const request = attempt(mock, await newClient(mock))
    const { status, body, headers } = await redeem(mock, request, await codeFor(mock, request))
    expect(status).toBe(200)
    expect(headers.get("cache-control")).toBe("no-store")
    expect(body).toMatchObject({ token_type: "Bearer", expires_in: 3600, scope: "mcp:tools files:read profile" })
    const now = clock.now() / 1000
    expect(decode(string(body.access_token), 0)).toMatchObject({ typ: "at+jwt", alg: "ES256", kid: expect.any(String) })
    expect(decode(string(body.access_token), 1)).toEqual({
      iss: mock.issuer,
      aud: mock.url,
      sub: "ada",
      client_id: request.clientId,
      scope: "mcp:tools files:read profile",
      iat: now,
      exp: now + 3600,
      jti: expect.stringMatching(/^[\w-]{43}$/),
      name: "Ada Lovelace",
      email: "ada@example.com",
    })
    expect(mock.log.failures()).toEqual([])
  })

  test("keeps name and address to itself without the profile scope", async () => {
    await using mock = await startMock(auto)
    const { access } = await signIn(mock, { scope: "mcp:tools" })
    expect(decode(access, 1)).not.toHaveProperty("email")
  })

  test("gives a refresh token only to clients registered for it", async () => {
    await using mock = await startMock(auto)
    expect((await signIn(mock, {}, { grant_types: ["authorization_code"] })).body).not.toHaveProperty("refresh_token")
    expect((await signIn(mock)).body).toHaveProperty("refresh_token")
  })

  test.each<[string, Form, string]>([
    ["no code", { code: undefined }, "invalid_request"],
    ["an unknown code", { code: "x" }, "invalid_grant"],
    ["no verifier", { code_verifier: undefined }, "invalid_grant"],
    ["a wrong verifier", { code_verifier: "a".repeat(43) }, "invalid_grant"],
    ["a short verifier", { code_verifier: "a".repeat(42) }, "invalid_grant"],
    ["another redirect URI", { redirect_uri: `${REDIRECT}/x` }, "invalid_grant"],
    ["another port", { redirect_uri: REDIRECT.replace("43210", "43211") }, "invalid_grant"],
    ["no resource", { resource: undefined }, "invalid_target"],
    ["another resource", { resource: "https://other.example" }, "invalid_target"],
    ["no grant type", { grant_type: undefined }, "invalid_request"],
    ["the password grant", { grant_type: "password" }, "unsupported_grant_type"],
    ["a grant type that is a property of every object", { grant_type: "constructor" }, "unsupported_grant_type"],
    ["a grant it did not register for", { grant_type: "client_credentials" }, "unauthorized_client"],
  ])("refuses %s, and the code stays good", async (_, changes, error) => {
    await using mock = await startMock(auto)
    const request = attempt(mock, await newClient(mock))
    const code = await codeFor(mock, request)
    const refused = await redeem(mock, request, code, changes)
    expect([refused.status, refused.body.error]).toEqual([400, error])
    expect(refused.headers.get("cache-control")).toBe("no-store")
    expect((await redeem(mock, request, code)).status).toBe(200)
  })

  test("SR-11 speaks ASCII in its errors, whatever it was sent", async () => {
    await using mock = await startMock(auto)
    const answer = await fetch(`${mock.issuer}/token`, {
      method: "POST",
      body: new URLSearchParams('gr\u00fc\u00df=1&gr\u00fc\u00df=2&"=1&"=2'),
    })
    const { error, error_description: words } = (await answer.json()) as Json
    expect(error).toBe("invalid_request")
    // RFC 6749 section 5.2: no quotation mark and no backslash either.
    expect(words).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
  })

  test("takes a request without redirect_uri, as OAuth 2.1 has it, and notes it", async () => {
    await using mock = await startMock(auto)
    const request = attempt(mock, await newClient(mock))
    expect((await redeem(mock, request, await codeFor(mock, request), { redirect_uri: undefined })).status).toBe(200)
    expect(mock.log.failures()).toEqual(["token: redirect-uri-repeated"])
  })

  test("takes a request without resource in observe mode", async () => {
    await using mock = await startMock({ ...auto, mode: "observe" })
    const request = attempt(mock, await newClient(mock))
    expect((await redeem(mock, request, await codeFor(mock, request), { resource: undefined })).status).toBe(200)
    expect(mock.log.failures()).toEqual(["token: resource-present"])
  })

  test("lets a code live for a minute", async () => {
    const { mock, clock } = await stoppedMock()
    await using _ = mock
    const request = attempt(mock, await newClient(mock))
    const [first, second] = [await codeFor(mock, request), await codeFor(mock, request)]
    clock.advance(59_999)
    expect((await redeem(mock, request, first)).status).toBe(200)
    clock.advance(1)
    expect((await redeem(mock, request, second)).body.error).toBe("invalid_grant")
  })

  test("a right replay ends the grant, a wrong one does not", async () => {
    await using mock = await startMock(auto)
    const request = attempt(mock, await newClient(mock))
    const code = await codeFor(mock, request)
    const access = string((await redeem(mock, request, code)).body.access_token)
    const wrong: [Form, string?][] = [
      [{ code_verifier: "a".repeat(43) }],
      [{ redirect_uri: "https://other.example" }],
      [{ client_id: await newClient(mock) }],
    ]
    for (const [changes] of wrong) expect((await redeem(mock, request, code, changes)).body.error).toBe("invalid_grant")
    expect(mock.inspect?.(access)).toBeDefined()
    expect((await redeem(mock, request, code)).body.error).toBe("invalid_grant")
    expect(mock.inspect?.(access)).toBeUndefined()
  })

  test("X-19 in the way of RFC 6749 any replay by the client ends the grant, one of another client does not", async () => {
    await using mock = await startMock({ ...auto, codeReplay: "rfc-6749" })
    const request = attempt(mock, await newClient(mock))
    const code = await codeFor(mock, request)
    const access = string((await redeem(mock, request, code)).body.access_token)
    expect((await redeem(mock, request, code, { client_id: await newClient(mock) })).body.error).toBe("invalid_grant")
    expect(mock.inspect?.(access)).toBeDefined()
    const wrong = { code_verifier: "a".repeat(43) }
    expect((await redeem(mock, request, code, wrong)).body.error).toBe("invalid_grant")
    expect(mock.inspect?.(access)).toBeUndefined()
    expect(mock.log.failures()).toContain("token: code-unused")
  })

  test("of two at once, one wins and then both have lost", async () => {
    await using mock = await startMock(auto)
    const request = attempt(mock, await newClient(mock))
    const code = await codeFor(mock, request)
    const answers = await Promise.all([redeem(mock, request, code), redeem(mock, request, code)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
    const winner = answers.find(({ status }) => status === 200)
    expect(mock.inspect?.(string(winner?.body.access_token))).toBeUndefined()
  })

  test("is not for another client", async () => {
    await using mock = await startMock(auto)
    const request = attempt(mock, await newClient(mock))
    const code = await codeFor(mock, request)
    expect((await redeem(mock, request, code, { client_id: await newClient(mock) })).body.error).toBe("invalid_grant")
  })
})

describe("the token endpoint", () => {
  test.each<[string, RequestInit, number, string | undefined]>([
    ["GET", { method: "GET" }, 405, "method_not_allowed"],
    ["JSON", { method: "POST", body: "{}", headers: { "content-type": "application/json" } }, 400, "invalid_request"],
    ["nothing", { method: "POST" }, 400, "invalid_request"],
    ["a huge form", { method: "POST", body: new URLSearchParams({ a: "x".repeat(70_000) }) }, 413, "invalid_request"],
    [
      "a parameter twice",
      { method: "POST", body: new URLSearchParams("client_id=a&client_id=b") },
      400,
      "invalid_request",
    ],
    [
      "a resource twice",
      { method: "POST", body: new URLSearchParams("client_id=a&resource=a&resource=b") },
      400,
      "invalid_target",
    ],
    [
      "an unknown client",
      { method: "POST", body: new URLSearchParams({ client_id: "nobody" }) },
      401,
      "invalid_client",
    ],
    ["no client", { method: "POST", body: new URLSearchParams({ code: "x" }) }, 401, "invalid_client"],
  ])("answers %s with %j", async (_, init, status, error) => {
    await using mock = await startMock()
    const answer = await fetch(`${mock.issuer}/token`, init)
    expect([answer.status, ((await answer.json()) as Json).error]).toEqual([status, error])
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull()
  })

  test("is not asked by a query: parameters there are ignored", async () => {
    await using mock = await startMock(auto)
    const id = await newClient(mock)
    expect((await postForm(`${mock.issuer}/token?client_id=${id}&grant_type=refresh_token`, {})).body.error).toBe(
      "invalid_client",
    )
  })
})

describe("refreshing", () => {
  test("rotates", async () => {
    await using mock = await startMock(auto)
    const tokens = await signIn(mock)
    const { status, body, headers } = await refresh(mock, tokens, tokens.refresh)
    expect([status, headers.get("cache-control")]).toEqual([200, "no-store"])
    expect(body.refresh_token).not.toBe(tokens.refresh)
    expect(body.access_token).not.toBe(tokens.access)
    expect(body.scope).toBe("mcp:tools files:read profile")
    expect(mock.inspect?.(tokens.access)).toBeDefined()
    expect(mock.log.failures()).toEqual([])
  })

  test("with a used token ends the whole family", async () => {
    await using mock = await startMock(auto)
    const tokens = await signIn(mock)
    const second = (await refresh(mock, tokens, tokens.refresh)).body
    expect((await refresh(mock, tokens, tokens.refresh)).body.error).toBe("invalid_grant")
    expect(mock.log.last("token")?.checks).toContainEqual({ name: "refresh-unused", passed: false })
    for (const token of [tokens.access, string(second.access_token)]) expect(mock.inspect?.(token)).toBeUndefined()
    expect((await refresh(mock, tokens, string(second.refresh_token))).body.error).toBe("invalid_grant")
  })

  test("leaves other sign-ins of the same client alone", async () => {
    await using mock = await startMock(auto)
    const [one, two] = [await signIn(mock), await signIn(mock)]
    await refresh(mock, one, one.refresh)
    await refresh(mock, one, one.refresh)
    expect((await refresh(mock, two, two.refresh)).status).toBe(200)
  })

  test("forgives a second use within the grace time", async () => {
    const { mock, clock } = await stoppedMock({ refresh: { graceSeconds: 10 } })
    await using _ = mock
    const tokens = await signIn(mock)
    expect((await refresh(mock, tokens, tokens.refresh)).status).toBe(200)
    clock.advance(10_000)
    expect((await refresh(mock, tokens, tokens.refresh)).status).toBe(200)
    clock.advance(1)
    expect((await refresh(mock, tokens, tokens.refresh)).body.error).toBe("invalid_grant")
  })

  test("can do without rotation: no new token, the old one stays", async () => {
    await using mock = await startMock({ ...auto, refresh: { rotation: false } })
    const tokens = await signIn(mock)
    expect((await refresh(mock, tokens, tokens.refresh)).body).not.toHaveProperty("refresh_token")
    expect((await refresh(mock, tokens, tokens.refresh)).status).toBe(200)
  })

  test("may narrow the scope, and only that", async () => {
    await using mock = await startMock(auto)
    const tokens = await signIn(mock, { scope: "mcp:tools profile" })
    const wider = await refresh(mock, tokens, tokens.refresh, { scope: "mcp:tools files:read" })
    expect(wider.body.error).toBe("invalid_scope")
    const narrow = await refresh(mock, tokens, tokens.refresh, { scope: "mcp:tools" })
    expect(narrow.body.scope).toBe("mcp:tools")
    const back = await refresh(mock, tokens, string(narrow.body.refresh_token))
    expect(back.body.scope).toBe("mcp:tools profile")
  })

  test.each<[string, Form, string]>([
    ["an unknown token", { refresh_token: "x" }, "invalid_grant"],
    ["no token", { refresh_token: undefined }, "invalid_request"],
    ["no resource", { resource: undefined }, "invalid_target"],
    ["another resource", { resource: "https://other.example" }, "invalid_target"],
  ])("refuses %s, and the token stays good", async (_, changes, error) => {
    await using mock = await startMock(auto)
    const tokens = await signIn(mock)
    expect((await refresh(mock, tokens, tokens.refresh, changes)).body.error).toBe(error)
    expect((await refresh(mock, tokens, tokens.refresh)).status).toBe(200)
  })

  test("is not for another client, nor for an access token", async () => {
    await using mock = await startMock(auto)
    const tokens = await signIn(mock)
    expect((await refresh(mock, { clientId: await newClient(mock) }, tokens.refresh)).body.error).toBe("invalid_grant")
    expect((await refresh(mock, tokens, tokens.access)).body.error).toBe("invalid_grant")
    expect((await refresh(mock, tokens, tokens.refresh)).status).toBe(200)
  })

  test("ends when idle, and in any case after a while", async () => {
    const { mock, clock } = await stoppedMock({ refresh: { idleSeconds: 100, lifetimeSeconds: 150 } })
    await using _ = mock
    const idle = await signIn(mock)
    const busy = await signIn(mock)
    clock.advance(99_999)
    const second = await refresh(mock, busy, busy.refresh)
    expect(second.status).toBe(200)
    clock.advance(1)
    expect((await refresh(mock, idle, idle.refresh)).body.error).toBe("invalid_grant")
    clock.advance(50_000)
    expect((await refresh(mock, busy, string(second.body.refresh_token))).body.error).toBe("invalid_grant")
  })
})

describe("the client credentials grant", () => {
  const machine = { client_id: "machine", client_secret: "s3cret/+ %", grant_types: ["client_credentials"] }
  const ask = (mock: Mock, changes: Form = {}) =>
    postForm(
      `${mock.issuer}/token`,
      { grant_type: "client_credentials", resource: mock.url, scope: "mcp:tools", ...changes },
      basic(machine.client_id, machine.client_secret),
    )

  test("gives a token for the client itself, without refresh token", async () => {
    await using mock = await startMock({ clients: [machine] })
    const { status, body } = await ask(mock)
    expect(status).toBe(200)
    expect(body).not.toHaveProperty("refresh_token")
    expect(decode(string(body.access_token), 1)).toMatchObject({
      sub: "machine",
      client_id: "machine",
      scope: "mcp:tools",
    })
  })

  test.each<[Form, string]>([
    [{ resource: undefined }, "invalid_target"],
    [{ resource: "https://other.example" }, "invalid_target"],
    [{ scope: "offline_access" }, "invalid_scope"],
  ])("refuses %j", async (changes, error) => {
    await using mock = await startMock({ clients: [machine] })
    expect((await ask(mock, changes)).body.error).toBe(error)
  })

  test("is not for public clients", async () => {
    await using mock = await startMock({ clients: [{ client_id: "open", grant_types: ["client_credentials"] }] })
    const answer = await postForm(`${mock.issuer}/token`, {
      grant_type: "client_credentials",
      client_id: "open",
      resource: mock.url,
    })
    expect(answer.body.error).toBe("unauthorized_client")
  })
})

test("a reset forgets clients and grants, but not pre-registered ones", async () => {
  await using mock = await startMock({ ...auto, clients: [{ client_id: "pre", redirect_uris: [REDIRECT] }] })
  const tokens = await signIn(mock)
  mock.reset()
  expect(mock.clients().map(({ client_id }) => client_id)).toEqual(["pre"])
  expect(mock.log.size).toBe(0)
  expect((await refresh(mock, tokens, tokens.refresh)).body.error).toBe("invalid_client")
  expect((await get(mock.url)).status).toBe(401)
  expect((await register(mock)).status).toBe(201)
})
