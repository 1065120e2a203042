import { expect, test } from "vitest"
import { type Mock, startMock } from "../../mock/index.ts"
import { bearer, type Json, member, postJson, sseMessages, string } from "./client.ts"

/** A client of HTTP+SSE: what it posts is answered on the one stream. */
async function openLine(mock: Mock) {
  const headers = bearer(mock.issueToken())
  const hangUp = new AbortController()
  const stream = await fetch(mock.url, { headers: { ...headers, accept: "text/event-stream" }, signal: hangUp.signal })
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
  let heard = ""
  const until = async <Found>(find: () => Found | undefined): Promise<Found> => {
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      const next = await reader?.read()
      if (next === undefined || next.done) throw new Error(`the stream ended after ${heard}`)
      heard += next.value
    }
  }
  const path = await until(() => /^event: endpoint\ndata: (.+)\n\n/.exec(heard)?.[1])
  const say = (body: Json) => postJson(new URL(path, mock.url).href, { jsonrpc: "2.0", ...body }, headers)
  const messages = () => sseMessages(heard.slice(heard.indexOf("\n\n") + 2, heard.lastIndexOf("\n\n") + 2))
  let count = 0
  const call = async (method: string, params: Json = {}) => {
    count += 1
    const id = count
    expect((await say({ id, method, params })).status).toBe(202)
    return until(() => messages().find((message) => message.id === id))
  }
  const initialize = async (protocolVersion: string) => {
    const params = { protocolVersion, capabilities: {}, clientInfo: { name: "test", version: "1" } }
    const answer = await call("initialize", params)
    await say({ method: "notifications/initialized" })
    return answer
  }
  return { call, initialize, messages, [Symbol.dispose]: () => hangUp.abort() }
}

test.each([
  ["2024-11-05", "2024-11-05"],
  ["2025-03-26", "2025-03-26"],
  ["2025-11-25", "2025-11-25"],
  ["2024-10-07", "2025-11-25"],
])("over HTTP+SSE %s settles on %s", async (asked, settled) => {
  await using mock = await startMock({ scenarios: ["legacy-sse"] })
  using line = await openLine(mock)
  expect(member(await line.initialize(asked), "result", "protocolVersion")).toBe(settled)
  expect(member(await line.call("ping"), "result")).toEqual({})
  expect(mock.log.last("mcp")?.revision).toBe(settled)
  expect(mock.log.failures()).toEqual([])
})

test("2024-11-05 is answered with what it knows", async () => {
  await using mock = await startMock({ transport: "sse" })
  using line = await openLine(mock)
  const introduction = await line.initialize("2024-11-05")
  expect(Object.keys(member(introduction, "result", "capabilities") as Json)).not.toContain("completions")
  const tools = member(await line.call("tools/list"), "result", "tools") as Json[]
  const members = ["name", "description", "inputSchema"]
  expect(new Set(tools.flatMap((tool) => Object.keys(JSON.parse(JSON.stringify(tool)))))).toEqual(new Set(members))
  const sum = await line.call("tools/call", { name: "add", arguments: { a: 1, b: 2 } })
  expect(member(sum, "result")).toEqual({ content: [{ type: "text", text: '{"sum":3}' }] })
  const wrong = await line.call("tools/call", { name: "add", arguments: { a: "1" } })
  expect(member(wrong, "error", "code")).toBe(-32602)
  const [resource] = member(await line.call("resources/list"), "result", "resources") as Json[]
  expect(Object.keys(resource ?? {})).not.toContain("title")
  expect(string(resource?.uri)).not.toBe("")
  const slow = { name: "slow", arguments: { steps: 1, delayMs: 0 }, _meta: { progressToken: "p" } }
  await line.call("tools/call", slow)
  const progress = line.messages().find(({ method }) => method === "notifications/progress")
  expect(progress?.params).toEqual({ progressToken: "p", progress: 1, total: 1 })
  expect(mock.log.failures()).toEqual(["mcp: arguments-valid"])
})
