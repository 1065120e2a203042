import { generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { describe, expect, test } from "vitest"
import { type Mock, type PreregisteredClient, startMock } from "../../mock/index.ts"
import { type Answer, basic, type Form, type Json, postForm, register, stoppedMock } from "./client.ts"

const SECRET = "p%+/é&= :ü"
const CLIENTS: PreregisteredClient[] = [
  { client_id: "a:b c", client_secret: SECRET },
  { client_id: "post", client_secret: SECRET, token_endpoint_auth_method: "client_secret_post" },
  { client_id: "open" },
]

/** Revoking an unknown token: 200 exactly if the client was recognized. */
const prove = (mock: Mock, form: Form, headers: Record<string, string> = {}): Promise<Answer> =>
  postForm(`${mock.issuer}/revoke`, { token: "unknown", ...form }, headers)

const rawBasic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString("base64")}` })
const plus = (text: string) => encodeURIComponent(text).replaceAll("%20", "+")

describe("a client with a secret", () => {
  test.each<[string, Form, Record<string, string>, number, string | undefined]>([
    ["Basic, percent-encoded", {}, basic("a:b c", SECRET), 200, undefined],
    ["Basic, with plus for a space", {}, rawBasic(`${plus("a:b c")}:${plus(SECRET)}`), 200, undefined],
    ["Basic with the client id in the body as well", { client_id: "a:b c" }, basic("a:b c", SECRET), 200, undefined],
    ["post", { client_id: "post", client_secret: SECRET }, {}, 200, undefined],
    ["none", { client_id: "open" }, {}, 200, undefined],
    ["Basic, not encoded", {}, rawBasic(`a:b c:${SECRET}`), 401, "invalid_client"],
    ["Basic with a wrong secret", {}, basic("a:b c", "x"), 401, "invalid_client"],
    ["Basic with broken encoding", {}, rawBasic("a%ZZ:b"), 401, "invalid_client"],
    ["Basic without a colon", {}, rawBasic("abc"), 401, "invalid_client"],
    ["Basic that is not base64", {}, { authorization: "Basic ***" }, 401, "invalid_client"],
    ["another scheme", { client_id: "open" }, { authorization: "Bearer x" }, 401, "invalid_client"],
    [
      "Basic and post at once",
      { client_id: "a:b c", client_secret: SECRET },
      basic("a:b c", SECRET),
      400,
      "invalid_request",
    ],
    ["two client ids", { client_id: "open" }, basic("a:b c", SECRET), 400, "invalid_request"],
    ["the secret left out", { client_id: "a:b c" }, {}, 401, "invalid_client"],
    ["a secret where none is", { client_id: "open", client_secret: "x" }, {}, 401, "invalid_client"],
    ["a wrong secret by post", { client_id: "post", client_secret: "x" }, {}, 401, "invalid_client"],
    ["an empty secret by post", { client_id: "post", client_secret: "" }, {}, 401, "invalid_client"],
    ["post where Basic is registered", { client_id: "a:b c", client_secret: SECRET }, {}, 401, "invalid_client"],
    ["Basic where post is registered", {}, basic("post", SECRET), 401, "invalid_client"],
  ])("with %s", async (_, form, headers, status, error) => {
    await using mock = await startMock({ clients: CLIENTS })
    const answer = await prove(mock, form, headers)
    expect([answer.status, answer.body.error]).toEqual([status, error])
    if (status === 401) expect(answer.headers.get("www-authenticate")).toMatch(/^Basic /)
  })

  test("may mix up Basic and post in observe mode, but not the secret", async () => {
    await using mock = await startMock({ clients: CLIENTS, mode: "observe" })
    expect((await prove(mock, {}, basic("post", SECRET))).status).toBe(200)
    expect(mock.log.failures()).toEqual(["revoke: client-auth-method"])
    expect((await prove(mock, {}, basic("post", "x"))).status).toBe(401)
  })

  test("is out when the secret has expired", async () => {
    const { mock, clock } = await stoppedMock({ registration: { secretLifetime: 60 } })
    await using _ = mock
    const registered = (await register(mock, { token_endpoint_auth_method: "client_secret_basic" })).body
    const id = String(registered.client_id)
    expect(registered.client_secret_expires_at).toBe(clock.now() / 1000 + 60)
    const headers = basic(id, String(registered.client_secret))
    expect((await prove(mock, {}, headers)).status).toBe(200)
    clock.advance(60_000)
    expect((await prove(mock, {}, headers)).status).toBe(401)
  })

  test("cannot be guessed at speed", async () => {
    const { mock, clock } = await stoppedMock({ clients: CLIENTS, rateLimits: { failedAuthentication: 2 } })
    await using _ = mock
    const wrong = () => prove(mock, {}, basic("a:b c", "x"))
    expect([(await wrong()).status, (await wrong()).status]).toEqual([401, 401])
    const limited = await prove(mock, {}, basic("a:b c", SECRET))
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "60"])
    expect((await prove(mock, { client_id: "open" })).status).toBe(200)
    clock.advance(60_000)
    expect((await prove(mock, {}, basic("a:b c", SECRET))).status).toBe(200)
  })
})

describe("a client with a key", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "k1" }
  const keyed: PreregisteredClient = {
    client_id: "keyed",
    jwks: { keys: [jwk, { ...rsa.publicKey.export({ format: "jwk" }), kid: "k2" }] },
    grant_types: ["client_credentials"],
  }
  const encode = (value: Json) => Buffer.from(JSON.stringify(value)).toString("base64url")
  let serial = 0

  function assertion(
    mock: Mock,
    now: number,
    claims: Json = {},
    header: Json = {},
    key: KeyObject = privateKey,
  ): string {
    serial += 1
    const all = {
      iss: "keyed",
      sub: "keyed",
      aud: mock.issuer,
      iat: now,
      exp: now + 60,
      jti: `id-${serial}`,
      ...claims,
    }
    const signed = `${encode({ alg: "ES256", kid: "k1", ...header })}.${encode(all)}`
    const options = key.asymmetricKeyType === "ec" ? { key, dsaEncoding: "ieee-p1363" as const } : { key }
    return `${signed}.${sign("sha256", Buffer.from(signed), options).toString("base64url")}`
  }

  const form = (jwt: string): Form => ({
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: jwt,
  })

  test("proves itself, with ES256 and with RS256", async () => {
    const { mock, clock } = await stoppedMock({ clients: [keyed] })
    await using _ = mock
    const now = clock.now() / 1000
    expect((await prove(mock, form(assertion(mock, now)))).status).toBe(200)
    expect(
      (await prove(mock, { ...form(assertion(mock, now, { aud: [mock.issuer] })), client_id: "keyed" })).status,
    ).toBe(200)
    expect(
      (await prove(mock, form(assertion(mock, now, {}, { alg: "RS256", kid: "k2" }, rsa.privateKey)))).status,
    ).toBe(200)
    const token = await postForm(`${mock.issuer}/token`, {
      grant_type: "client_credentials",
      resource: mock.url,
      ...form(assertion(mock, now)),
    })
    expect(token.status).toBe(200)
    expect(mock.log.held("assertion-audience")).toBe(true)
  })

  const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey
  type Bad = [string, (mock: Mock, now: number) => string]
  test.each<Bad>([
    ["for the token endpoint", (mock, now) => assertion(mock, now, { aud: `${mock.issuer}/token` })],
    ["for two audiences", (mock, now) => assertion(mock, now, { aud: [mock.issuer, "https://other.example"] })],
    ["for nobody", (mock, now) => assertion(mock, now, { aud: undefined })],
    ["by another issuer", (mock, now) => assertion(mock, now, { iss: "other" })],
    ["about another client", (mock, now) => assertion(mock, now, { sub: "open" })],
    ["that has expired", (mock, now) => assertion(mock, now, { exp: now - 10 })],
    ["without an end", (mock, now) => assertion(mock, now, { exp: undefined })],
    ["that lives too long", (mock, now) => assertion(mock, now, { exp: now + 311 })],
    ["of the future", (mock, now) => assertion(mock, now, { iat: now + 60 })],
    ["not valid yet", (mock, now) => assertion(mock, now, { nbf: now + 60 })],
    ["without an id", (mock, now) => assertion(mock, now, { jti: undefined })],
    ["by another key", (mock, now) => assertion(mock, now, {}, {}, other)],
    ["by an unknown key", (mock, now) => assertion(mock, now, {}, { kid: "k9" })],
    ["with the wrong algorithm for its key", (mock, now) => assertion(mock, now, {}, { alg: "RS256" })],
    ["with algorithm none", (mock, now) => assertion(mock, now, {}, { alg: "none" })],
    ["with a shared-key algorithm", (mock, now) => assertion(mock, now, {}, { alg: "HS256" })],
    ["cut short", (mock, now) => assertion(mock, now).slice(0, -2)],
    ["that is no JWT", () => "x"],
  ])("is refused with an assertion %s", async (_, make) => {
    const { mock, clock } = await stoppedMock({ clients: [keyed, ...CLIENTS] })
    await using _mock = mock
    expect((await prove(mock, form(make(mock, clock.now() / 1000)))).body.error).toBe("invalid_client")
  })

  test("cannot use an assertion twice", async () => {
    const { mock, clock } = await stoppedMock({ clients: [keyed] })
    await using _ = mock
    const jwt = assertion(mock, clock.now() / 1000)
    expect([(await prove(mock, form(jwt))).status, (await prove(mock, form(jwt))).status]).toEqual([200, 401])
    clock.advance(65_000)
    expect((await prove(mock, form(jwt))).status).toBe(401)
  })

  test.each<[string, Form]>([
    ["another type", { client_assertion_type: "urn:other" }],
    ["a secret beside it", { client_secret: "x" }],
  ])("is refused with %s", async (_, changes) => {
    const { mock, clock } = await stoppedMock({ clients: [keyed] })
    await using _mock = mock
    const answer = await prove(mock, { ...form(assertion(mock, clock.now() / 1000)), ...changes })
    expect([answer.status, answer.body.error]).toEqual([400, "invalid_request"])
  })
})
