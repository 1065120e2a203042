import { describe, expect, test } from "vitest"
import { CHECKS, logLine, type MockEvent, seededRandomness, startMock } from "../../mock/index.ts"
import {
  attempt,
  authorizeUrl,
  bearer,
  callback,
  get,
  type Json,
  modern,
  newClient,
  postJson,
  refresh,
  register,
  Session,
  signIn,
  stoppedMock,
} from "./client.ts"

describe("the event log", () => {
  test("tells the story of a sign-in", async () => {
    await using mock = await startMock({ autoApprove: true })
    const tokens = await signIn(mock)
    await modern(mock, tokens.access, "tools/call", { name: "add", arguments: { a: 1, b: 2 } })
    expect([...mock.log].map(({ route, status }) => [route, status])).toEqual([
      ["register", 201],
      ["authorize", 302],
      ["token", 200],
      ["mcp", 200],
    ])
    expect(mock.log.last()).toMatchObject({
      rpc: "tools/call",
      tool: "add",
      revision: "2026-07-28",
      user: "ada",
      client: tokens.clientId,
    })
    expect(mock.log.last("token")?.form).toMatchObject({ grant_type: "authorization_code", resource: mock.url })
    for (const check of [
      "pkce-s256",
      "resource-present",
      "redirect-uri-exact",
      "client-auth-single",
      "verifier-matches",
      "token-valid",
    ] as const) {
      expect(mock.log.held(check)).toBe(true)
    }
    expect(mock.log.held("param-headers")).toBe(true)
    expect(mock.log.held("refresh-valid")).toBe(false)
  })

  test("is complete before the client sees the answer, and calls back", async () => {
    const seen: MockEvent[] = []
    await using mock = await startMock({ onEvent: (event) => void seen.push(event) })
    for (let i = 1; i <= 20; i += 1) {
      await get(`${mock.origin}/health`)
      expect(mock.log.size).toBe(i)
    }
    expect(seen.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  })

  test("prints no secret", async () => {
    const lines: string[] = []
    await using mock = await startMock({ autoApprove: true, onEvent: (event) => void lines.push(logLine(event)) })
    const answers: string[] = []
    mock.behave({
      answer(answer) {
        answers.push(JSON.stringify(answer))
        return answer
      },
    })
    const tokens = await signIn(mock, {}, { token_endpoint_auth_method: "none" })
    await refresh(mock, tokens, tokens.refresh)
    const { body } = await register(mock)
    await get(String(body.registration_client_uri), bearer(String(body.registration_access_token)))
    const session = await Session.open(mock, tokens.access)
    await session.call("ping")
    const printed = lines.join("\n")
    const form = mock.log.all("token")[0]?.form as Json
    const secrets = [
      tokens.access,
      tokens.refresh,
      body.registration_access_token,
      session.id,
      form.code,
      form.code_verifier,
    ]
    for (const secret of secrets) {
      expect(String(secret).length).toBeGreaterThan(20)
      expect(printed).not.toContain(String(secret))
    }
    expect(printed).toContain("sha256:")
    expect(printed).toContain(tokens.clientId)
  })

  test("cites a text for every check", () => {
    for (const source of Object.values(CHECKS)) expect(source).toMatch(/RFC \d+|MCP|JSON-RPC|OAuth/)
  })
})

describe("behaviours", () => {
  test("bend each kind of output, in order, and can be replaced", async () => {
    await using mock = await startMock({
      autoApprove: true,
      behaviours: [
        {
          metadata: (document) => ({ ...document, issuer: "first" }),
          prm: () => ({ resource: "bent" }),
          jwks: () => ({ keys: [] }),
        },
        { metadata: (document) => ({ ...document, issuer: `${document.issuer} second` }) },
      ],
    })
    expect((await get(`${mock.origin}/.well-known/oauth-authorization-server`)).body.issuer).toBe("first second")
    expect((await get(`${mock.origin}/.well-known/oauth-protected-resource`)).body).toEqual({ resource: "bent" })
    expect((await get(`${mock.issuer}/jwks`)).body).toEqual({ keys: [] })
    mock.behave()
    expect((await get(`${mock.origin}/.well-known/oauth-authorization-server`)).body.issuer).toBe(mock.issuer)
  })

  test("reach challenge, registration, redirect, token, MCP and any answer", async () => {
    await using mock = await startMock({ autoApprove: true })
    mock.behave({
      challenge: (values) => ['Basic realm="x"', ...values],
      registration: (answer) => ({ ...answer, status: 200 }),
      authorizeResponse(parameters) {
        parameters.append("state", "again")
        parameters.delete("iss")
        return parameters
      },
      token: (answer) => ({ ...answer, json: { ...(answer.json as Json), token_type: "mac" } }),
      mcp: (message) => ({ ...message, id: "other" }),
      answer: (answer, { path }) =>
        path === "/health" ? { status: 200, headers: { "content-type": "text/html" }, text: "<html>" } : answer,
    })
    expect((await get(mock.url)).headers.get("www-authenticate")).toMatch(/^Basic realm="x", Bearer /)
    expect((await register(mock)).status).toBe(200)
    const parameters = callback(await get(authorizeUrl(mock, attempt(mock, await newClient(mock)).query)))
    expect([parameters.getAll("state"), parameters.has("iss")]).toEqual([["xyzzy-state", "again"], false])
    expect((await signIn(mock)).body.token_type).toBe("mac")
    expect((await modern(mock, mock.issueToken(), "server/discover")).body.id).toBe("other")
    expect((await get(`${mock.origin}/health`)).text).toBe("<html>")
  })

  test("can take a request over, down to its socket", async () => {
    await using mock = await startMock()
    mock.behave({
      intercept({ path, event }, response) {
        if (path !== "/token") return false
        event.status = 0
        response.destroy()
        return true
      },
    })
    await expect(fetch(`${mock.issuer}/token`, { method: "POST" })).rejects.toThrow()
    expect((await get(`${mock.origin}/health`)).status).toBe(200)
    expect(mock.log.size).toBe(2)
  })
})

describe("the control paths", () => {
  test("are closed unless asked for, and to everybody without the token", async () => {
    await using closed = await startMock()
    expect((await get(`${closed.origin}/__mock/log`, bearer(closed.controlToken))).status).toBe(404)
    await using mock = await startMock({ control: true })
    expect((await get(`${mock.origin}/__mock/log`)).status).toBe(401)
    expect((await get(`${mock.origin}/__mock/log`, bearer("x"))).status).toBe(401)
  })

  test("give the log, reset, rotate keys and drop sessions", async () => {
    await using mock = await startMock({ control: true })
    const post = (path: string) => postJson(`${mock.origin}/__mock/${path}`, {}, bearer(mock.controlToken))
    await register(mock)
    const log = JSON.parse((await get(`${mock.origin}/__mock/log`, bearer(mock.controlToken))).text) as Json[]
    expect(log.map(({ route }) => route)).toEqual(["register"])
    const kid = mock.jwks()[0]?.kid
    expect((await post("rotate-keys")).status).toBe(200)
    expect(mock.jwks()[0]?.kid).not.toBe(kid)
    const session = await Session.open(mock, mock.issueToken())
    await post("drop-sessions")
    expect((await session.call("ping")).status).toBe(404)
    await post("reset")
    expect(mock.clients()).toEqual([])
  })
})

test("time and randomness can be chosen, so that a run can be repeated exactly", async () => {
  const run = async () => {
    const { mock } = await stoppedMock({ random: seededRandomness("seed"), tokenFormat: "opaque" })
    await using _ = mock
    const { access, refresh: token, clientId } = await signIn(mock)
    return [access, token, clientId, mock.controlToken]
  }
  expect(await run()).toEqual(await run())
})

test("what the server holds is not what it handed out", async () => {
  await using mock = await startMock({ autoApprove: true })
  const { body } = await register(mock, { token_endpoint_auth_method: "client_secret_basic" })
  expect(JSON.stringify(mock.clients())).not.toContain(String(body.client_secret))
})
