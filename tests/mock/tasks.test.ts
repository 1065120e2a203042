import { describe, expect, test } from "vitest"
import { type Mock, manualClock, startMock } from "../../mock/index.ts"
import { type Json, modern, string } from "./client.ts"

const TASKS = "io.modelcontextprotocol/tasks"
const ABLE = { elicitation: {}, extensions: { [TASKS]: {} } }

/** A request of a client that can deal with tasks, unless told otherwise. */
const ask = async (mock: Mock, method: string, params: Json, capabilities: Json = ABLE, token?: string) => {
  const _meta = { "io.modelcontextprotocol/clientCapabilities": capabilities }
  const named = typeof params.taskId === "string" ? { "mcp-name": params.taskId } : {}
  const { body, status } = await modern(mock, token, method, { ...params, _meta }, named)
  return { status, result: (body.result ?? {}) as Json, error: body.error as Json | undefined }
}

const begin = async (mock: Mock, name: string, args: Json = {}, token?: string): Promise<string> =>
  string((await ask(mock, "tools/call", { name, arguments: args }, ABLE, token)).result.taskId)

const state = async (mock: Mock, taskId: string) => (await ask(mock, "tasks/get", { taskId })).result

const diagnostic = (clock = manualClock(Date.now())) => startMock({ noAuth: true, diagnostics: true, clock })

describe("the tasks extension (SEP-2663)", () => {
  test("is not there without a tool that needs it", async () => {
    await using mock = await startMock({ noAuth: true })
    const { result } = await ask(mock, "server/discover", {})
    expect(result.capabilities).not.toHaveProperty("extensions")
    expect(await ask(mock, "tasks/get", { taskId: "x" })).toMatchObject({ status: 404, error: { code: -32601 } })
  })

  test("is announced, and a call goes on after its first answer", async () => {
    const clock = manualClock(Date.now())
    await using mock = await diagnostic(clock)
    const { result } = await ask(mock, "server/discover", {})
    expect(result.capabilities).toMatchObject({ extensions: { [TASKS]: {} } })
    const begun = await ask(mock, "tools/call", { name: "slow_compute", arguments: { seconds: 5 } })
    expect(begun.result).toMatchObject({ resultType: "task", status: "working", ttlMs: expect.any(Number) })
    const taskId = string(begun.result.taskId)
    expect(await state(mock, taskId)).toMatchObject({ resultType: "complete", taskId, status: "working" })
    clock.advance(5000)
    await expect
      .poll(() => state(mock, taskId))
      .toMatchObject({
        status: "completed",
        result: { content: [{ type: "text", text: "Computed for 5 s." }] },
      })
  })

  test("is for clients that say so; a tool that cannot do without refuses the others", async () => {
    await using mock = await diagnostic()
    const plain = await ask(mock, "tools/call", { name: "slow_compute", arguments: { seconds: 0 } }, {})
    expect(plain.result).toMatchObject({ resultType: "complete", content: [{ type: "text" }] })
    for (const [method, params] of [
      ["tools/call", { name: "failing_job", arguments: {} }],
      ["tasks/get", { taskId: "x" }],
      ["tasks/cancel", { taskId: "x" }],
    ] as const)
      expect((await ask(mock, method, params, {})).error).toMatchObject({
        code: -32021,
        data: { requiredCapabilities: { extensions: { [TASKS]: {} } } },
      })
  })

  test("tells an error of the tool from one of the protocol", async () => {
    const clock = manualClock(Date.now())
    await using mock = await diagnostic(clock)
    const failing = await begin(mock, "failing_job")
    clock.advance(1000)
    await expect.poll(() => state(mock, failing)).toMatchObject({ status: "completed", result: { isError: true } })
    const broken = await begin(mock, "protocol_error_job")
    await expect.poll(() => state(mock, broken)).toMatchObject({ status: "failed", error: { code: -32603 } })
  })

  test("waits for answers, one by one, and ignores what it did not ask", async () => {
    await using mock = await diagnostic()
    const taskId = await begin(mock, "multi_input")
    await expect.poll(() => state(mock, taskId)).toMatchObject({ status: "input_required" })
    expect(Object.keys((await state(mock, taskId)).inputRequests as Json)).toEqual(["first", "second"])
    const accept = { action: "accept", content: { confirm: true } }
    const answer = (inputResponses: Json) => ask(mock, "tasks/update", { taskId, inputResponses })
    expect((await answer({ other: accept, first: accept })).result).toEqual({
      resultType: "complete",
      _meta: expect.anything(),
    })
    expect(Object.keys((await state(mock, taskId)).inputRequests as Json)).toEqual(["second"])
    await answer({ second: accept })
    await expect.poll(() => state(mock, taskId)).toMatchObject({ status: "completed" })
  })

  test("is cancelled for good", async () => {
    const clock = manualClock(Date.now())
    await using mock = await diagnostic(clock)
    const taskId = await begin(mock, "slow_compute", { seconds: 60 })
    for (let times = 0; times < 2; times++) {
      expect((await ask(mock, "tasks/cancel", { taskId })).result).not.toHaveProperty("status")
      clock.advance(60_000)
      expect(await state(mock, taskId)).toMatchObject({ status: "cancelled" })
    }
  })

  test("belongs to whoever began it", async () => {
    await using mock = await startMock({ diagnostics: true })
    const mine = mock.issueToken({ clientId: "mine" })
    const taskId = await begin(mock, "slow_compute", { seconds: 60 }, mine)
    const seen = (token: string) => ask(mock, "tasks/get", { taskId }, ABLE, token)
    expect((await seen(mine)).result.taskId).toBe(taskId)
    expect((await seen(mock.issueToken({ clientId: "yours" }))).error).toMatchObject({ code: -32602 })
  })
})
