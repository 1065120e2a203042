import { expect, test } from "vitest"
import { DEMO_TOOLS, startMock } from "../../mock/index.ts"
import { type Json, member, modern, Session } from "./client.ts"

const names = (body: Json, list: string) => (member(body, "result", list) as { name: string }[]).map(({ name }) => name)

test.each([false, true])(
  "the suite's tools, prompts and resources are there only if asked for: %j",
  async (diagnostics) => {
    await using mock = await startMock({ noAuth: true, diagnostics })
    const tools = names((await modern(mock, undefined, "tools/list")).body, "tools")
    expect(tools.slice(0, DEMO_TOOLS.length)).toEqual(DEMO_TOOLS.map(({ name }) => name))
    expect(tools.includes("test_simple_text")).toBe(diagnostics)
    const prompts = names((await modern(mock, undefined, "prompts/list")).body, "prompts")
    expect(prompts.includes("test_simple_prompt")).toBe(diagnostics)
    const resources = names((await modern(mock, undefined, "resources/list")).body, "resources")
    expect(resources.includes("static-text")).toBe(diagnostics)
    const templates = names((await modern(mock, undefined, "resources/templates/list")).body, "resourceTemplates")
    expect(templates.includes("template")).toBe(diagnostics)
  },
)

test("a question to the model goes to a client that has one", async () => {
  await using mock = await startMock({ noAuth: true, diagnostics: true })
  const session = await Session.open(mock, undefined, "2025-06-18", { sampling: {} })
  const stream = await session.stream("tools/call", { name: "test_sampling", arguments: { prompt: "Hi" } })
  const { id, method } = await stream.message()
  expect(method).toBe("sampling/createMessage")
  const content = { type: "text", text: "Hello" }
  await session.send({ jsonrpc: "2.0", id, result: { role: "assistant", model: "m", content } })
  expect(member(await stream.message(), "result", "content", 0, "text")).toContain("Hello")
})

test("several questions go out at once, and each is asked again until it is answered", async () => {
  await using mock = await startMock({ noAuth: true, diagnostics: true })
  const call = async (params: Json) => {
    const _meta = { "io.modelcontextprotocol/clientCapabilities": { elicitation: {}, sampling: {}, roots: {} } }
    const name = "test_input_required_result_multiple_inputs"
    return (await modern(mock, undefined, "tools/call", { name, ...params, _meta })).body.result as Json
  }
  const first = await call({})
  expect(Object.keys(first.inputRequests as Json)).toEqual(["user_name", "greeting", "client_roots"])
  const second = await call({
    inputResponses: { user_name: { action: "accept", content: { name: "Ada" } }, client_roots: { roots: [] } },
    requestState: first.requestState,
  })
  expect(Object.keys(second.inputRequests as Json)).toEqual(["greeting"])
  const third = await call({
    inputResponses: { greeting: { role: "assistant", model: "m", content: { type: "text", text: "Good day" } } },
    requestState: second.requestState,
  })
  expect(member(third, "content", 0, "text")).toContain("Hello, Ada")
})

test("a prompt can ask as well", async () => {
  await using mock = await startMock({ noAuth: true, diagnostics: true })
  const get = async (params: Json) => {
    const _meta = { "io.modelcontextprotocol/clientCapabilities": { elicitation: {} } }
    const all = { name: "test_input_required_result_prompt", ...params, _meta }
    return (await modern(mock, undefined, "prompts/get", all)).body.result as Json
  }
  const { requestState, resultType } = await get({})
  expect(resultType).toBe("input_required")
  const answered = { user_context: { action: "accept", content: { context: "tests" } } }
  expect(member(await get({ inputResponses: answered, requestState }), "messages", 0, "content", "text")).toContain(
    "tests",
  )
})
