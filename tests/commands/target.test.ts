import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { type Mock, startMock } from "../../mock/index.ts"
import { run } from "./program.ts"

let mock: Mock
beforeAll(async () => {
  mock = await startMock({
    autoApprove: true,
    clients: [{ client_id: "known", client_secret: "known-secret", redirect_uris: ["http://127.0.0.1/callback"] }],
  })
})
beforeEach(() => mock.reset())
afterAll(() => mock.close())

const login = (options: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
  run(["login", mock.url, "--no-store", "--browser", "follow", "--json", ...options], { env })

describe("flags about the server", () => {
  test.each(["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"])("--protocol-version %s", async (revision) => {
    const ended = await login(["--protocol-version", revision])
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.document()).toMatchObject({ protocolVersion: revision })
    expect(mock.log.last("mcp")).toMatchObject({ revision })
    expect(mock.log.failures()).toEqual([])
  })

  test("--header goes out on every leg, also twice", async () => {
    const ended = await login(["--header", "X-Tenant: blue", "--header=X-Trace:7"])
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    const legs = new Set(mock.log.all().map(({ route }) => route))
    expect(legs).toEqual(new Set(["mcp", "prm", "metadata", "register", "authorize", "token"]))
    for (const { headers } of mock.log) expect(headers).toMatchObject({ "x-tenant": "blue", "x-trace": "7" })
  })
})

describe("flags about the sign-in", () => {
  test("--client-id with its secret from the environment registers nothing", async () => {
    const ended = await login(["--client-id", "known"], { MCP_DCR_TUI_CLIENT_SECRET: "known-secret" })
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.document()).toMatchObject({ clientId: "known", registration: "preregistered" })
    expect(mock.log.all("register")).toHaveLength(0)
    expect(ended.stdout + ended.stderr).not.toContain("known-secret")
  })

  test("--scope, --client-name and --redirect-uri say what is asked for", async () => {
    const redirect = "http://127.0.0.1:0/elsewhere"
    const ended = await login(["--scope", "mcp:tools", "--client-name", "My script", "--redirect-uri", redirect])
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.document()).toMatchObject({ scope: "mcp:tools", refreshable: expect.any(Boolean) })
    expect(mock.log.last("authorize")?.query).toMatchObject({
      scope: "mcp:tools",
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:[1-9]\d+\/elsewhere$/),
    })
    expect(mock.clients()).toContainEqual(
      expect.objectContaining({ metadata: expect.objectContaining({ client_name: "My script" }) }),
    )
  })
})
