import { describe, expect, test } from "vitest"
import { DEMO_TOOLS, type Mock, manualClock, startMock, type Tool } from "../../mock/index.ts"
import { BOTH, bearer, type Json, member, modern, modernRaw, sseMessages } from "./client.ts"

const META = "io.modelcontextprotocol"
const error = (answer: { body: Json }) => member(answer.body, "error", "code")
const result = (answer: { body: Json }) => answer.body.result as Json

describe("server/discover", () => {
  test("tells versions, capabilities and the server's name, and mints no session", async () => {
    await using mock = await startMock()
    const token = mock.issueToken()
    const answer = await modern(mock, token, "server/discover")
    expect(answer.status).toBe(200)
    expect(answer.headers.get("mcp-session-id")).toBeNull()
    expect(result(answer)).toEqual({
      resultType: "complete",
      supportedVersions: ["2026-07-28"],
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        completions: {},
        logging: {},
      },
      instructions: expect.any(String),
      ttlMs: 60_000,
      cacheScope: "private",
      _meta: { [`${META}/serverInfo`]: expect.objectContaining({ name: "mcp-dcr-tui-mock" }) },
    })
    expect(mock.log.failures()).toEqual([])
  })
})

describe("a request of 2026-07-28", () => {
  type Change = { params?: Json; headers?: Record<string, string | undefined> }
  const CALL = { name: "echo", arguments: { message: "x" } }

  test.each<[string, Change, number, number]>([
    ["no version header", { headers: { "mcp-protocol-version": undefined } }, 400, -32020],
    ["another version in the header", { headers: { "mcp-protocol-version": "2025-11-25" } }, 400, -32020],
    ["no method header", { headers: { "mcp-method": undefined } }, 400, -32020],
    ["another method in the header", { headers: { "mcp-method": "tools/list" } }, 400, -32020],
    ["the method in upper case in the header", { headers: { "mcp-method": "TOOLS/CALL" } }, 400, -32020],
    ["no name header", { headers: { "mcp-name": undefined } }, 400, -32020],
    ["another name in the header", { headers: { "mcp-name": "add" } }, 400, -32020],
    ["a broken encoding of the name", { headers: { "mcp-name": "=?base64?ZWNo?=x" } }, 400, -32020],
    ["encoded bytes that are no UTF-8", { headers: { "mcp-name": "=?base64?/w==?=" } }, 400, -32020],
    ["no _meta", { params: { _meta: null } }, 400, -32602],
    ["no version in _meta", { params: { _meta: { [`${META}/protocolVersion`]: undefined } } }, 400, -32602],
    ["no capabilities", { params: { _meta: { [`${META}/clientCapabilities`]: undefined } } }, 400, -32602],
    ["capabilities that are no object", { params: { _meta: { [`${META}/clientCapabilities`]: [] } } }, 400, -32602],
    ["a malformed client info", { params: { _meta: { [`${META}/clientInfo`]: "me" } } }, 400, -32602],
    ["an Accept without streams", { headers: { accept: "application/json" } }, 406, -32600],
    ["an Accept without JSON", { headers: { accept: "text/event-stream" } }, 406, -32600],
    ["an Accept that refuses streams", { headers: { accept: "application/json, text/event-stream;q=0" } }, 406, -32600],
    ["another content type", { headers: { "content-type": "text/plain" } }, 415, -32600],
  ])("with %s gets %j", async (_, { params = {}, headers = {} }, status, code) => {
    await using mock = await startMock()
    const token = mock.issueToken()
    const answer = await modern(mock, token, "tools/call", { ...CALL, ...params }, headers)
    expect([answer.status, error(answer)]).toEqual([status, code])
    expect(mock.log.failures()).not.toEqual([])
  })

  test.each<[string, Change]>([
    ["no client info", { params: { _meta: { [`${META}/clientInfo`]: undefined } } }],
    ["header names in another case", { headers: { "MCP-METHOD": "tools/call", "mcp-method": undefined } }],
    ["an encoded name", { headers: { "mcp-name": `=?base64?${Buffer.from("echo").toString("base64")}?=` } }],
    ["an Accept of anything", { headers: { accept: "*/*" } }],
    ["a charset", { headers: { "content-type": "application/json; charset=utf-8" } }],
    ["a session id from elsewhere", { headers: { "mcp-session-id": "x" } }],
  ])("with %s is fine", async (_, { params = {}, headers = {} }) => {
    await using mock = await startMock()
    const token = mock.issueToken()
    expect((await modern(mock, token, "tools/call", { ...CALL, ...params }, headers)).status).toBe(200)
  })

  test("of an unknown version is told the known one", async () => {
    await using mock = await startMock()
    const token = mock.issueToken()
    for (const version of ["2099-01-01", "2025-11-25", "x"]) {
      const answer = await modern(
        mock,
        token,
        "tools/list",
        { _meta: { [`${META}/protocolVersion`]: version } },
        { "mcp-protocol-version": version },
      )
      expect([answer.status, error(answer)]).toEqual([400, -32022])
      expect(member(answer.body, "error", "data")).toEqual({ supported: ["2026-07-28"], requested: version })
    }
  })

  test.each(["ping", "initialize", "logging/setLevel", "resources/subscribe", "no/such", "TOOLS/LIST", "toString"])(
    "for the method %s gets 404 and -32601",
    async (method) => {
      await using mock = await startMock()
      const token = mock.issueToken()
      const answer = await modern(mock, token, method)
      expect([answer.status, error(answer), answer.body.id]).toEqual([404, -32601, 1])
    },
  )

  const post = (mock: Mock, token: string, body: string) =>
    fetch(mock.url, {
      method: "POST",
      headers: {
        ...bearer(token),
        "content-type": "application/json",
        accept: BOTH,
        "mcp-protocol-version": "2026-07-28",
      },
      body,
    })

  test.each<[string, string, number, number]>([
    ["no JSON", "{", 400, -32700],
    ["an empty batch", "[]", 400, -32600],
    ["a batch", '[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]', 400, -32600],
    ["a response", '{"jsonrpc":"2.0","id":1,"result":{}}', 400, -32600],
    ["another JSON-RPC version", '{"jsonrpc":"1.0","id":1,"method":"tools/list"}', 400, -32600],
    ["a null id", '{"jsonrpc":"2.0","id":null,"method":"tools/list"}', 400, -32600],
    ["a fractional id", '{"jsonrpc":"2.0","id":1.5,"method":"tools/list"}', 400, -32600],
    ["params that are a list", '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}', 400, -32600],
  ])("that is %s is refused", async (_, body, status, code) => {
    await using mock = await startMock()
    const token = mock.issueToken()
    const answer = await post(mock, token, body)
    expect([answer.status, error({ body: (await answer.json()) as Json })]).toEqual([status, code])
  })

  test("that is a notification gets 202 and no body", async () => {
    await using mock = await startMock()
    const token = mock.issueToken()
    const answer = await post(
      mock,
      token,
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}',
    )
    expect([answer.status, await answer.text()]).toEqual([202, ""])
  })

  test.each(["GET", "DELETE"])("by %s is not allowed", async (method) => {
    await using mock = await startMock()
    const token = mock.issueToken()
    const answer = await fetch(mock.url, {
      method,
      headers: { ...bearer(token), "mcp-protocol-version": "2026-07-28" },
    })
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"])
  })

  test("is let through in observe mode when only the Accept header is wrong", async () => {
    await using mock = await startMock({ mode: "observe" })
    const token = mock.issueToken()
    expect((await modern(mock, token, "tools/list", {}, { accept: "application/json" })).status).toBe(200)
    expect(mock.log.failures()).toEqual(["mcp: accept-both"])
  })
})

describe("a server of 2026-07-28 only", () => {
  test("names its versions when an older client comes", async () => {
    await using mock = await startMock({ revisions: ["2026-07-28"] })
    const token = mock.issueToken()
    const answer = await fetch(mock.url, {
      method: "POST",
      headers: { ...bearer(token), "content-type": "application/json", accept: BOTH },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "initialize",
        params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "x", version: "1" } },
      }),
    })
    const body = (await answer.json()) as Json
    expect([answer.status, error({ body })]).toEqual([400, -32022])
    expect(member(body, "error", "data", "supported")).toEqual(["2026-07-28"])
    expect(member(body, "error", "message")).toContain("2026-07-28")
  })

  test("has neither GET nor DELETE", async () => {
    await using mock = await startMock({ revisions: ["2026-07-28"] })
    const token = mock.issueToken()
    for (const method of ["GET", "DELETE"])
      expect((await fetch(mock.url, { method, headers: bearer(token) })).status).toBe(405)
  })
})

describe("lists", () => {
  test("come in pages of the chosen size, in a fixed order, with the same hints", async () => {
    await using mock = await startMock({ pageSize: 3 })
    const token = mock.issueToken()
    const names: string[] = []
    const hints: unknown[] = []
    let cursor: unknown
    do {
      const page = result(await modern(mock, token, "tools/list", cursor === undefined ? {} : { cursor }))
      names.push(...(page.tools as { name: string }[]).map(({ name }) => name))
      hints.push([page.ttlMs, page.cacheScope])
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(names).toEqual(DEMO_TOOLS.map(({ name }) => name))
    expect(hints).toEqual(Array.from({ length: Math.ceil(DEMO_TOOLS.length / 3) }, () => [60_000, "private"]))
  })

  test.each(["", "3", "cGFnZTo0", "cGFnZTo5OQ", 3, null])("do not know the cursor %j", async (cursor) => {
    await using mock = await startMock({ pageSize: 3 })
    const token = mock.issueToken()
    const answer = await modern(mock, token, "tools/list", { cursor })
    expect(error(answer)).toBe(-32602)
  })
})

describe("streams", () => {
  const slow = { name: "slow", arguments: { steps: 3, delayMs: 0 } }

  test("carry progress before the result", async () => {
    await using mock = await startMock()
    const token = mock.issueToken()
    const answer = await modern(mock, token, "tools/call", { ...slow, _meta: { progressToken: "p" } })
    expect(answer.headers.get("content-type")).toBe("text/event-stream")
    expect(answer.headers.get("x-accel-buffering")).toBe("no")
    const messages = sseMessages(answer.text)
    expect(
      messages.map((message) => member(message, "params", "progress") ?? member(message, "result", "resultType")),
    ).toEqual([1, 2, 3, "complete"])
    expect(messages[0]).toMatchObject({ method: "notifications/progress", params: { progressToken: "p", total: 3 } })
  })

  test("carry no progress that was not asked for", async () => {
    await using mock = await startMock()
    const token = mock.issueToken()
    expect(sseMessages((await modern(mock, token, "tools/call", slow)).text)).toHaveLength(1)
  })

  test.each([
    ["info", 3],
    ["debug", 3],
    ["warning", 0],
    [undefined, 0],
    ["nonsense", 0],
  ])("carry log messages only from the level %s on", async (level, count) => {
    await using mock = await startMock()
    const token = mock.issueToken()
    const answer = await modern(mock, token, "tools/call", { ...slow, _meta: { [`${META}/logLevel`]: level } })
    expect(sseMessages(answer.text).filter((message) => message.method === "notifications/message")).toHaveLength(count)
  })

  test("can be the form of every answer", async () => {
    await using mock = await startMock({ answers: "sse" })
    const token = mock.issueToken()
    const answer = await modern(mock, token, "tools/list")
    expect(answer.headers.get("content-type")).toBe("text/event-stream")
    expect(sseMessages(answer.text)).toHaveLength(1)
  })

  test("wait for the clock, and closing one cancels the call", async () => {
    const clock = manualClock()
    await using mock = await startMock({ clock })
    const controller = new AbortController()
    const params = { name: "slow", arguments: { steps: 2, delayMs: 1000 }, _meta: { progressToken: 7 } }
    const response = await modernRaw(mock, mock.issueToken(), "tools/call", params, {}, controller.signal)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    clock.advance(1000)
    expect((await reader?.read())?.value).toContain('"progress":1')
    expect(clock.waiting).toBe(1)
    controller.abort()
    await reader?.closed.catch(() => {})
    await expect.poll(() => clock.waiting).toBe(0)
  })
})

describe("mirrored parameters", () => {
  const tool: Tool = {
    name: "regional",
    title: "Regional",
    description: "Has a mirrored parameter.",
    inputSchema: {
      type: "object",
      properties: {
        region: { type: "string", "x-mcp-header": "Region" },
        nested: { type: "object", properties: { count: { type: "integer", "x-mcp-header": "Count" } } },
      },
    },
    annotations: {},
    run: () => ({ content: [] }),
  }

  test.each<[Json, Record<string, string>, number]>([
    [{ region: "eu" }, { "Mcp-Param-Region": "eu" }, 200],
    [{ region: "eu", nested: { count: 3 } }, { "mcp-param-region": "eu", "mcp-param-count": "3" }, 200],
    [{ region: "é" }, { "mcp-param-region": "=?base64?w6k=?=" }, 200],
    [{}, {}, 200],
    [{ region: "eu" }, {}, 400],
    [{ region: "eu" }, { "mcp-param-region": "us" }, 400],
    [{}, { "mcp-param-region": "eu" }, 400],
    [{ nested: { count: 3 } }, { "mcp-param-count": "4" }, 400],
  ])("arguments %j with headers %j get %i", async (input, headers, status) => {
    await using mock = await startMock({ tools: [tool] })
    const token = mock.issueToken()
    const answer = await modern(mock, token, "tools/call", { name: "regional", arguments: input }, headers)
    expect(answer.status).toBe(status)
    if (status === 400) expect(error(answer)).toBe(-32020)
  })
})
