import { describe, expect, test } from "vitest"
import { type Mock, manualClock, startMock } from "../../mock/index.ts"
import { type Json, member, modern, modernRaw, reading, Session } from "./client.ts"

const ID = "io.modelcontextprotocol/subscriptionId"

const listen = (mock: Mock, notifications: unknown, signal?: AbortSignal) =>
  reading(modernRaw(mock, mock.issueToken(), "subscriptions/listen", { notifications }, {}, signal))
const call = (mock: Mock, name: string, input: Json = {}) =>
  modern(mock, mock.issueToken(), "tools/call", { name, arguments: input })
const methods = (messages: Json[]) => messages.map(({ method }) => method)

describe("subscriptions/listen", () => {
  test("acknowledges first, with the part of the filter that there is", async () => {
    await using mock = await startMock()
    const stream = await listen(mock, {
      toolsListChanged: true,
      promptsListChanged: false,
      resourceSubscriptions: ["mock:///readme.md", "mock:///weather/Oslo", "mock:///nothing"],
      somethingElse: true,
    })
    expect(stream.response.headers.get("content-type")).toBe("text/event-stream")
    expect(await stream.message()).toEqual({
      jsonrpc: "2.0",
      method: "notifications/subscriptions/acknowledged",
      params: {
        _meta: { [ID]: 1 },
        notifications: {
          toolsListChanged: true,
          resourceSubscriptions: ["mock:///readme.md", "mock:///weather/Oslo"],
        },
      },
    })
    expect(mock.log.failures()).toEqual([])
  })

  test("carries what was asked for and nothing else, marked with its id, and ends with a result", async () => {
    await using mock = await startMock()
    const stream = await listen(mock, { toolsListChanged: true, resourceSubscriptions: ["mock:///readme.md"] })
    await stream.message()
    for (const list of ["prompts", "resources", "tools"] as const) mock.announce({ list })
    for (const uri of ["mock:///logo.png", "mock:///readme.md"]) mock.announce({ uri })
    mock.endSubscriptions()
    const messages = await stream.rest()
    expect(methods(messages)).toEqual([
      "notifications/tools/list_changed",
      "notifications/resources/updated",
      undefined,
    ])
    expect(member(messages[1] ?? {}, "params", "uri")).toBe("mock:///readme.md")
    for (const message of messages.slice(0, 2)) expect(member(message, "params", "_meta", ID)).toBe(1)
    expect(messages[2]).toMatchObject({ id: 1, result: { resultType: "complete", _meta: { [ID]: 1 } } })
  })

  test("hears of tools that come and go", async () => {
    await using mock = await startMock()
    const stream = await listen(mock, { toolsListChanged: true })
    await stream.message()
    expect((await call(mock, "secret_handshake")).body.error).toMatchObject({ code: -32602 })
    await call(mock, "rearrange_tools")
    expect((await stream.message()).method).toBe("notifications/tools/list_changed")
    expect(member((await call(mock, "secret_handshake")).body, "result", "content", 0, "type")).toBe("text")
    await call(mock, "rearrange_tools")
    expect((await stream.message()).method).toBe("notifications/tools/list_changed")
    expect((await call(mock, "secret_handshake")).body.error).toBeDefined()
  })

  test("hears of notes, new and changed", async () => {
    await using mock = await startMock()
    const uri = "mock:///notes/to%20do"
    const save = (text: string) => call(mock, "save_note", { title: "to do", text })
    const lists = await listen(mock, { resourcesListChanged: true })
    await lists.message()
    expect(member((await save("one")).body, "result", "content", 1)).toMatchObject({ type: "resource_link", uri })
    expect((await lists.message()).method).toBe("notifications/resources/list_changed")
    const one = await listen(mock, { resourceSubscriptions: [uri] })
    await one.message()
    await save("two")
    expect(await one.message()).toMatchObject({ method: "notifications/resources/updated", params: { uri } })
    const { body } = await modern(mock, mock.issueToken(), "resources/read", { uri })
    expect(member(body, "result", "contents", 0, "text")).toBe("two")
    mock.reset()
    const gone = await modern(mock, mock.issueToken(), "resources/read", { uri })
    expect(gone.body.error).toBeDefined()
  })

  test("gives signs of life, and is over when the client closes it", async () => {
    const clock = manualClock()
    await using mock = await startMock({ clock })
    const controller = new AbortController()
    const stream = await listen(mock, {}, controller.signal)
    await stream.message()
    await expect.poll(() => clock.waiting).toBe(1)
    clock.advance(15_000)
    expect((await stream.next())?.comment).toBe("keep-alive")
    controller.abort()
    await expect.poll(() => clock.waiting).toBe(0)
  })

  test.each([undefined, null, [], "tools", { resourceSubscriptions: "x" }, { resourceSubscriptions: [5] }])(
    "refuses the filter %j",
    async (notifications) => {
      await using mock = await startMock()
      const answer = await modern(mock, mock.issueToken(), "subscriptions/listen", { notifications })
      expect([answer.status, member(answer.body, "error", "code")]).toEqual([400, -32602])
    },
  )
})

describe("changes in a session", () => {
  const URI = "mock:///readme.md"

  test("of lists come on the stand-alone stream, those of resources to subscribers", async () => {
    await using mock = await startMock()
    const session = await Session.open(mock, mock.issueToken())
    const stream = await session.listen()
    mock.announce({ uri: URI })
    expect((await session.call("resources/subscribe", { uri: URI })).body.result).toEqual({})
    mock.announce({ uri: URI })
    mock.announce({ list: "prompts" })
    expect(await stream.message()).toEqual({
      jsonrpc: "2.0",
      method: "notifications/resources/updated",
      params: { uri: URI },
    })
    expect((await stream.message()).method).toBe("notifications/prompts/list_changed")
    expect((await session.call("resources/unsubscribe", { uri: URI })).body.result).toEqual({})
    mock.announce({ uri: URI })
    mock.announce({ list: "tools" })
    expect((await stream.message()).method).toBe("notifications/tools/list_changed")
  })

  test("come on one stream only", async () => {
    await using mock = await startMock()
    const session = await Session.open(mock, mock.issueToken())
    const streams = [await session.listen(), await session.listen()]
    for (const stream of streams) expect((await stream.next())?.comment).toBe("open")
    mock.announce({ list: "tools" })
    mock.dropSessions()
    const messages = await Promise.all(streams.map((stream) => stream.rest()))
    expect(messages.flat()).toHaveLength(1)
  })

  test("need a resource that is there", async () => {
    await using mock = await startMock()
    const session = await Session.open(mock, mock.issueToken())
    const answer = await session.call("resources/subscribe", { uri: "mock:///nothing" })
    expect(answer.body.error).toMatchObject({ code: -32002, data: { uri: "mock:///nothing" } })
    expect((await session.call("resources/subscribe", {})).body.error).toMatchObject({ code: -32602 })
  })
})
