import { describe, expect, test } from "vitest"
import { startMock } from "../../mock/index.ts"
import { bearer, type Json, member, postJson } from "./client.ts"

const headers = (token: string) => bearer(token)

describe("a method at a path of its own", () => {
  test.each<[string, unknown]>([
    ["bare parameters", { name: "add", arguments: { a: 1, b: 2 } }],
    ["parameters in a frame", { params: { name: "add", arguments: { a: 1, b: 2 } } }],
    [
      "a JSON-RPC request",
      { jsonrpc: "2.0", id: "x", method: "tools/call", params: { name: "add", arguments: { a: 1, b: 2 } } },
    ],
  ])("takes %s without any handshake", async (_, body) => {
    await using mock = await startMock()
    const answer = await postJson(`${mock.url}/tools/call`, body, headers(mock.issueToken()))
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json"])
    const rpc = "jsonrpc" in (body as Json)
    expect(member(answer.body, ...(rpc ? ["result"] : []), "structuredContent", "sum")).toBe(3)
    if (rpc) expect(answer.body.id).toBe("x")
    expect(mock.log.failures()).toEqual([])
  })

  test("lists tools, even for an empty body", async () => {
    await using mock = await startMock()
    const answer = await fetch(`${mock.url}/tools/list`, { method: "POST", headers: headers(mock.issueToken()) })
    expect(member((await answer.json()) as Json, "tools", 0, "name")).toBe("get_weather")
  })

  test("initializes without a session", async () => {
    await using mock = await startMock()
    const bare = await postJson(`${mock.url}/initialize`, {}, headers(mock.issueToken()))
    expect([bare.status, bare.body.protocolVersion, bare.headers.get("mcp-session-id")]).toEqual([
      200,
      "2025-11-25",
      null,
    ])
    const full = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "x", version: "1" } }
    expect((await postJson(`${mock.url}/initialize`, full, headers(mock.issueToken()))).body.protocolVersion).toBe(
      "2025-06-18",
    )
  })

  test("answers progress-giving tools in one piece", async () => {
    await using mock = await startMock()
    const body = { name: "slow", arguments: { steps: 1, delayMs: 0 } }
    const answer = await postJson(`${mock.url}/tools/call`, body, headers(mock.issueToken()))
    expect(member(answer.body, "content", 0, "text")).toBe("Finished 1 steps.")
  })

  test("needs the same token and the same scopes", async () => {
    await using mock = await startMock()
    const call = (token: string | undefined, name: string) =>
      postJson(`${mock.url}/tools/call`, { name, arguments: {} }, token === undefined ? {} : headers(token))
    expect((await call(undefined, "echo")).status).toBe(401)
    expect((await call("x", "echo")).headers.get("www-authenticate")).toContain("invalid_token")
    expect((await call(mock.issueToken({ scope: "mcp:tools" }), "list_files")).status).toBe(403)
    expect((await call(undefined, "public_info")).status).toBe(200)
    expect((await postJson(`${mock.url}/tools/list`, {})).status).toBe(401)
  })

  test("refuses what does not belong there", async () => {
    await using mock = await startMock()
    const token = headers(mock.issueToken())
    const other = await postJson(
      `${mock.url}/tools/list`,
      { jsonrpc: "2.0", id: 1, method: "tools/call", params: {} },
      token,
    )
    expect(other.status).toBe(400)
    const unknown = await postJson(`${mock.url}/tools/call`, { name: "nothing" }, token)
    expect([unknown.status, member(unknown.body, "error", "code")]).toEqual([400, -32602])
    expect((await fetch(`${mock.url}/tools/list`, { headers: token })).status).toBe(405)
    expect((await postJson(`${mock.url}/tools/other`, {}, token)).status).toBe(404)
  })
})
