import { describe, expect, test } from "vitest"
import { type Mock, type MockOptions, startMock } from "../../mock/index.ts"
import {
  basic,
  type Form,
  modern,
  newClient,
  postForm,
  refresh,
  signIn,
  stoppedMock,
  string,
  type Tokens,
} from "./client.ts"

const auto: MockOptions = { autoApprove: true }
const revoke = (mock: Mock, tokens: { clientId: string }, form: Form) =>
  postForm(`${mock.issuer}/revoke`, { client_id: tokens.clientId, ...form })

describe("revocation", () => {
  const works = async (mock: Mock, token: string) => (await modern(mock, token, "server/discover")).status

  test("of the refresh token ends the whole family", async () => {
    await using mock = await startMock(auto)
    const tokens = await signIn(mock)
    const next = (await refresh(mock, tokens, tokens.refresh)).body
    const { status, headers } = await revoke(mock, tokens, {
      token: string(next.refresh_token),
      token_type_hint: "refresh_token",
    })
    expect([status, headers.get("cache-control")]).toEqual([200, "no-store"])
    expect([await works(mock, tokens.access), await works(mock, string(next.access_token))]).toEqual([401, 401])
    expect((await refresh(mock, tokens, string(next.refresh_token))).body.error).toBe("invalid_grant")
  })

  test("of an access token ends that one", async () => {
    await using mock = await startMock(auto)
    const tokens = await signIn(mock)
    expect((await revoke(mock, tokens, { token: tokens.access, token_type_hint: "refresh_token" })).status).toBe(200)
    expect(await works(mock, tokens.access)).toBe(401)
    expect((await refresh(mock, tokens, tokens.refresh)).status).toBe(200)
  })

  test("of an unknown token is no error", async () => {
    await using mock = await startMock(auto)
    const tokens = await signIn(mock)
    expect((await revoke(mock, tokens, { token: "unknown" })).status).toBe(200)
  })

  test("of somebody else's token does nothing", async () => {
    await using mock = await startMock(auto)
    const tokens = await signIn(mock)
    const other = { clientId: await newClient(mock) }
    for (const token of [tokens.access, tokens.refresh]) expect((await revoke(mock, other, { token })).status).toBe(200)
    expect(await works(mock, tokens.access)).toBe(200)
    expect((await refresh(mock, tokens, tokens.refresh)).status).toBe(200)
  })

  test("needs a client and a token", async () => {
    await using mock = await startMock(auto)
    const tokens = await signIn(mock)
    expect((await postForm(`${mock.issuer}/revoke`, { token: tokens.access })).body.error).toBe("invalid_client")
    expect((await revoke(mock, tokens, {})).body.error).toBe("invalid_request")
    expect((await fetch(`${mock.issuer}/revoke`)).status).toBe(405)
  })

  test("can be made to be unavailable", async () => {
    await using mock = await startMock(auto)
    const tokens = await signIn(mock)
    mock.behave({
      revocation: (answer) => ({ ...answer, status: 503, headers: { ...answer.headers, "retry-after": "5" } }),
    })
    const answer = await revoke(mock, tokens, { token: tokens.refresh })
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"])
  })
})

describe("introspection", () => {
  const server = { client_id: "resource-server", client_secret: "s", grant_types: ["client_credentials"] }
  const look = (mock: Mock, token: string, headers = basic("resource-server", "s")) =>
    postForm(`${mock.issuer}/introspect`, { token }, headers)
  const start = async (options: MockOptions = {}) => {
    const { mock, clock } = await stoppedMock({ clients: [server], ...options })
    return { mock, clock, tokens: await signIn(mock) }
  }

  test("tells what a live token is", async () => {
    const { mock, tokens } = await start()
    await using _ = mock
    const { status, body } = await look(mock, tokens.access)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      active: true,
      client_id: tokens.clientId,
      sub: "ada",
      aud: mock.url,
      iss: mock.issuer,
      token_type: "Bearer",
    })
    expect((await look(mock, tokens.refresh)).body).toMatchObject({ active: true, client_id: tokens.clientId })
  })

  test.each<[string, (mock: Mock, tokens: Tokens, advance: (ms: number) => void) => Promise<string> | string]>([
    ["unknown", () => "unknown"],
    [
      "expired",
      (_, tokens, advance) => {
        advance(3_600_000)
        return tokens.access
      },
    ],
    [
      "revoked",
      (mock, tokens) => {
        mock.revokeToken(tokens.access)
        return tokens.access
      },
    ],
    [
      "used up",
      async (mock, tokens) => {
        await refresh(mock, tokens, tokens.refresh)
        return tokens.refresh
      },
    ],
  ])("says nothing but inactive of a token that is %s", async (_, make) => {
    const { mock, tokens, clock } = await start()
    await using _mock = mock
    const token = await make(mock, tokens, clock.advance)
    expect((await look(mock, token)).body).toEqual({ active: false })
  })

  test("is not for anybody", async () => {
    const { mock, tokens } = await start()
    await using _ = mock
    expect((await look(mock, tokens.access, {} as never)).status).toBe(401)
    expect((await look(mock, tokens.access, basic("resource-server", "x"))).status).toBe(401)
    const open = await postForm(`${mock.issuer}/introspect`, { token: tokens.access, client_id: tokens.clientId })
    expect(open.status).toBe(401)
  })

  test("shows a registered client its own tokens only", async () => {
    const { mock, tokens } = await start()
    await using _ = mock
    let registration: Record<string, unknown> = {}
    mock.behave({
      registration(answer) {
        registration = answer.json as Record<string, unknown>
        return answer
      },
    })
    const id = await newClient(mock, { token_endpoint_auth_method: "client_secret_basic" })
    const headers = basic(id, string(registration.client_secret))
    expect((await look(mock, tokens.access, headers)).body).toEqual({ active: false })
    expect((await look(mock, mock.issueToken({ clientId: id }), headers)).body.active).toBe(true)
  })
})
