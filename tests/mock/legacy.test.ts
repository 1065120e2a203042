import { describe, expect, test } from "vitest"
import { type MockOptions, manualClock, REVISIONS, type Revision, startMock } from "../../mock/index.ts"
import { bearer, type Json, member, Session, sseMessages, stoppedMock } from "./client.ts"

const LEGACY = REVISIONS.filter((revision) => revision !== "2026-07-28")
const error = (answer: { body: Json }) => member(answer.body, "error", "code")

const open = async (options: MockOptions = {}, revision?: Revision) => {
  const mock = await startMock(options)
  const session = await Session.open(mock, mock.issueToken(), revision)
  return { mock, session, [Symbol.asyncDispose]: () => mock.close() }
}

const initialize = (protocolVersion: unknown, changes: Json = {}) => ({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion, capabilities: {}, clientInfo: { name: "test", version: "1" }, ...changes },
})

describe.each(LEGACY)("a session of %s", (revision) => {
  test("lists and calls tools", async () => {
    await using opened = await open({}, revision)
    const { session, mock } = opened
    expect(session.id).toMatch(/^[\x21-\x7e]{32,}$/)
    const list = await session.call("tools/list")
    expect(member(list.body, "result", "tools", 0, "name")).toBe("get_weather")
    expect(member(list.body, "result", "resultType")).toBeUndefined()
    const sum = await session.call("tools/call", { name: "add", arguments: { a: 1, b: 2 } })
    expect(member(sum.body, "result", "content", 0, "text")).toBe('{"sum":3}')
    expect(member(sum.body, "result", "structuredContent")).toEqual(revision === "2025-03-26" ? undefined : { sum: 3 })
    expect((await session.call("ping")).body.result).toEqual({})
    expect(mock.log.failures()).toEqual([])
    expect(mock.log.last("mcp")?.revision).toBe(revision)
  })

  test("shows of a tool what the revision knows", async () => {
    await using opened = await open({}, revision)
    const tool = member((await opened.session.call("tools/list")).body, "result", "tools", 0) as Json
    const later = revision === "2025-03-26" ? [] : ["outputSchema", "title"]
    expect(Object.keys(tool).sort()).toEqual(["annotations", "description", "inputSchema", "name", ...later].sort())
  })

  test("takes notifications and responses with 202", async () => {
    await using opened = await open({}, revision)
    for (const body of [
      { jsonrpc: "2.0", method: "notifications/roots/list_changed" },
      { jsonrpc: "2.0", id: 1, result: {} },
      { jsonrpc: "2.0", id: 1, error: { code: -1, message: "x" } },
    ]) {
      const answer = await opened.session.send(body)
      expect([answer.status, answer.text]).toEqual([202, ""])
    }
  })

  test("answers an unknown method inside the protocol", async () => {
    await using opened = await open({}, revision)
    const answer = await opened.session.call("server/nothing")
    expect([answer.status, error(answer)]).toEqual([200, -32601])
  })

  test("says whether arguments are wrong in the way of its time", async () => {
    await using opened = await open({}, revision)
    const answer = await opened.session.call("tools/call", { name: "add", arguments: { a: "1" } })
    if (revision === "2025-11-25") expect(member(answer.body, "result", "isError")).toBe(true)
    else expect(error(answer)).toBe(-32602)
  })

  test("takes a batch only if it is of 2025-03-26", async () => {
    await using opened = await open({}, revision)
    const answer = await opened.session.send([
      { jsonrpc: "2.0", id: "a", method: "ping" },
      { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 99 } },
      { jsonrpc: "2.0", id: "b", method: "nothing" },
    ])
    if (revision === "2025-03-26") {
      const answers = JSON.parse(answer.text) as Json[]
      expect(answers.map(({ id }) => id)).toEqual(["a", "b"])
      expect((await opened.session.send([{ jsonrpc: "2.0", method: "notifications/x" }])).status).toBe(202)
    } else expect([answer.status, error(answer)]).toEqual([400, -32600])
  })
})

describe("initialize", () => {
  const ask = async (options: MockOptions, body: unknown) => {
    const mock = await startMock(options)
    const session = await Session.open(mock, mock.issueToken()).catch(() => undefined)
    if (session) session.id = ""
    const answer = await fetch(mock.url, {
      method: "POST",
      headers: {
        ...bearer(mock.issueToken()),
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: JSON.stringify(body),
    })
    const text = await answer.text()
    await mock.close()
    return { status: answer.status, id: answer.headers.get("mcp-session-id"), body: JSON.parse(text) as Json }
  }

  test.each<[string, MockOptions, string]>([
    ["2025-06-18", {}, "2025-06-18"],
    ["2024-11-05", {}, "2025-11-25"],
    ["1.0", {}, "2025-11-25"],
    ["2026-07-28", {}, "2025-11-25"],
    ["2025-11-25", { revisions: ["2025-06-18", "2025-03-26"] }, "2025-06-18"],
  ])("of %s with %j settles on %s", async (asked, options, settled) => {
    const { status, body, id } = await ask(options, initialize(asked))
    expect([status, member(body, "result", "protocolVersion")]).toEqual([200, settled])
    expect(member(body, "result", "serverInfo", "name")).toBe("mcp-dcr-tui-mock")
    expect(id).not.toBeNull()
  })

  test.each<[string, unknown]>([
    ["no version", initialize(undefined)],
    ["no capabilities", initialize("2025-11-25", { capabilities: undefined })],
    ["no client info", initialize("2025-11-25", { clientInfo: undefined })],
    ["a nameless client", initialize("2025-11-25", { clientInfo: { version: "1" } })],
  ])("with %s is refused", async (_, body) => {
    const answer = await ask({}, body)
    expect([error(answer), answer.id]).toEqual([-32602, null])
  })

  test("can answer as a stream, with the session id in the header", async () => {
    await using mock = await startMock({ answers: "sse" })
    const session = await Session.open(mock, mock.issueToken())
    const list = await session.call("tools/list")
    expect(sseMessages(list.text)).toHaveLength(1)
    expect(mock.log.failures()).toEqual([])
  })

  test("gives no session when the server keeps none", async () => {
    await using mock = await startMock({ sessions: false })
    const answer = await ask({ sessions: false }, initialize("2025-11-25"))
    expect([answer.status, answer.id]).toEqual([200, null])
    const headers = {
      ...bearer(mock.issueToken()),
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    }
    const list = await fetch(mock.url, {
      method: "POST",
      headers: { ...headers, "mcp-protocol-version": "2025-06-18" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
    })
    expect(list.status).toBe(200)
    expect(mock.log.last("mcp")?.revision).toBe("2025-06-18")
    expect((await fetch(mock.url, { headers })).status).toBe(405)
  })
})

describe("a session id", () => {
  test("has to be there, has to be known, and is gone after DELETE", async () => {
    await using opened = await open()
    const { session, mock } = opened
    expect((await session.call("ping", {}, { "mcp-session-id": undefined })).status).toBe(400)
    expect((await session.call("ping", {}, { "mcp-session-id": "x" })).status).toBe(404)
    expect((await fetch(mock.url, { method: "DELETE", headers: session.headers() })).status).toBe(204)
    expect((await session.call("ping")).status).toBe(404)
    expect((await fetch(mock.url, { method: "DELETE", headers: session.headers() })).status).toBe(404)
  })

  test("opens nothing without a token", async () => {
    await using opened = await open()
    expect((await opened.session.call("ping", {}, { authorization: undefined })).status).toBe(401)
  })

  test.each<[string, { user?: string; clientId?: string }]>([
    ["another user", { user: "grace" }],
    ["another client", { clientId: "other" }],
  ])("is unknown to %s", async (_, who) => {
    await using opened = await open()
    const headers = bearer(opened.mock.issueToken(who))
    expect((await opened.session.call("ping", {}, headers)).status).toBe(404)
    expect(opened.mock.log.failures()).toEqual(["mcp: session-owner"])
    expect((await opened.session.call("ping")).status).toBe(200)
  })

  test("goes on with a new token of the same user and client", async () => {
    await using opened = await open()
    expect((await opened.session.call("ping", {}, bearer(opened.mock.issueToken()))).status).toBe(200)
  })

  test("can be lost, and a new one found", async () => {
    await using opened = await open()
    opened.mock.dropSessions()
    expect((await opened.session.call("ping")).status).toBe(404)
    const again = await Session.open(opened.mock, opened.session.token)
    expect((await again.call("ping")).status).toBe(200)
  })
})

describe("headers of a session", () => {
  test.each<[string, Record<string, string | undefined>, number]>([
    ["no version", { "mcp-protocol-version": undefined }, 400],
    ["another known version", { "mcp-protocol-version": "2025-06-18" }, 400],
    ["an unknown version", { "mcp-protocol-version": "2099-01-01" }, 400],
    ["an Accept without streams", { accept: "application/json" }, 406],
    ["another content type", { "content-type": "text/plain" }, 415],
  ])("with %s get %i", async (_, headers, status) => {
    await using opened = await open()
    expect((await opened.session.call("ping", {}, headers)).status).toBe(status)
  })

  test("may lack the version in observe mode", async () => {
    await using opened = await open({ mode: "observe" })
    expect((await opened.session.call("ping", {}, { "mcp-protocol-version": undefined })).status).toBe(200)
    expect(opened.mock.log.failures()).toEqual(["mcp: protocol-version-header"])
  })

  test("need no version in 2025-03-26", async () => {
    await using opened = await open({}, "2025-03-26")
    expect((await opened.session.call("ping")).status).toBe(200)
  })
})

test("a request id is used once, and 1 is not the text 1", async () => {
  await using opened = await open()
  const ping = (id: unknown) => opened.session.send({ jsonrpc: "2.0", id, method: "ping" })
  expect((await ping(5)).status).toBe(200)
  expect((await ping("5")).status).toBe(200)
  const again = await ping(5)
  expect([again.status, error(again)]).toEqual([400, -32600])
})

test("logging follows the level that was set", async () => {
  await using opened = await open()
  const logs = async () => {
    const answer = await opened.session.call("tools/call", { name: "slow", arguments: { steps: 1, delayMs: 0 } })
    return sseMessages(answer.text).filter(({ method }) => method === "notifications/message").length
  }
  expect(await logs()).toBe(0)
  expect((await opened.session.call("logging/setLevel", { level: "info" })).body.result).toEqual({})
  expect(await logs()).toBe(1)
  expect(error(await opened.session.call("logging/setLevel", { level: "loud" }))).toBe(-32602)
})

describe("a slow call", () => {
  const slow = (id: number) => ({
    jsonrpc: "2.0",
    id,
    method: "tools/call",
    params: { name: "slow", arguments: { steps: 2, delayMs: 1000 }, _meta: { progressToken: "p" } },
  })

  test("is cancelled by a notification, and then has no result", async () => {
    const { mock, clock } = await stoppedMock()
    await using _ = mock
    const session = await Session.open(mock, mock.issueToken())
    const response = await session.raw(slow(7))
    clock.advance(1000)
    await expect.poll(() => clock.waiting).toBe(1)
    expect(
      (await session.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 7 } })).status,
    ).toBe(202)
    const messages = sseMessages(await response.text())
    expect(messages.map(({ method }) => method)).toEqual(["notifications/progress"])
    expect(clock.waiting).toBe(0)
  })

  test("goes on when the connection is lost", async () => {
    const { mock, clock } = await stoppedMock()
    await using _ = mock
    const session = await Session.open(mock, mock.issueToken())
    const controller = new AbortController()
    await session.raw(slow(7), {}, controller.signal)
    controller.abort()
    await session.call("ping")
    expect(clock.waiting).toBe(1)
    clock.advance(1000)
    await expect.poll(() => clock.waiting).toBe(1)
  })
})

describe("the stand-alone stream", () => {
  const listen = (session: Session, headers = {}) =>
    fetch(session.mock.url, {
      headers: session.headers({ accept: "text/event-stream", "content-type": undefined, ...headers }),
    })

  test("opens, stays alive, and ends with the session", async () => {
    const clock = manualClock()
    await using opened = await open({ clock })
    const response = await listen(opened.session)
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"])
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader?.read())?.value).toBe(": open\n\n")
    clock.advance(15_000)
    expect((await reader?.read())?.value).toBe(": keep-alive\n\n")
    await fetch(opened.mock.url, { method: "DELETE", headers: opened.session.headers() })
    expect((await reader?.read())?.done).toBe(true)
  })

  test("needs a session, an Accept header and a token", async () => {
    await using opened = await open()
    expect((await listen(opened.session, { "mcp-session-id": undefined })).status).toBe(400)
    expect((await listen(opened.session, { "mcp-session-id": "x" })).status).toBe(404)
    expect((await listen(opened.session, { accept: "application/json" })).status).toBe(406)
    expect((await listen(opened.session, { authorization: undefined })).status).toBe(401)
  })

  test("can be switched off", async () => {
    await using opened = await open({ getStream: false })
    expect((await listen(opened.session)).status).toBe(405)
  })
})

test("a server of older revisions does not know the newest", async () => {
  await using opened = await open({ revisions: ["2025-11-25"] })
  const answer = await opened.session.call(
    "server/discover",
    {},
    { "mcp-protocol-version": "2026-07-28", "mcp-session-id": undefined },
  )
  expect(answer.status).toBe(400)
  expect(error(answer)).toBe(-32000)
})
