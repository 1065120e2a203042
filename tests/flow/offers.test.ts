import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Behaviour, DEMO_PROMPTS, DEMO_RESOURCES, DEMO_TEMPLATES, REVISIONS } from "../../mock/index.ts"
import { rpcPreview } from "../../source/flow/rpc-preview.ts"
import { callStep } from "../../source/flow/steps/10-call.ts"
import { defaultTarget } from "../../source/flow/target.ts"
import { mocked, run, statuses } from "./room.ts"

const mcpCalls = (mock: { readonly log: { all: (route: "mcp") => ReadonlyArray<{ readonly rpc?: string }> } }) =>
  mock.log.all("mcp").map(({ rpc }) => rpc)

/** Declares nothing but tools. */
const withoutPrompts: Behaviour = {
  mcp: (message) =>
    JSON.stringify(message).includes('"prompts":{')
      ? { ...message, result: { ...Object(message.result), capabilities: { tools: {} } } }
      : message,
}

describe("what a server offers beside tools", () => {
  for (const revision of REVISIONS)
    it.live(`${revision}: each list to its end, and it stays while resources are read and prompts are filled in`, () =>
      Effect.gen(function* () {
        // Pages of one entry: every list has more than one page.
        const mock = yield* mocked({ pageSize: 1, revisions: [revision] })
        yield* run(mock.url, {}, ({ flow, intend, state }) =>
          Effect.gen(function* () {
            yield* flow.runTo("tools")
            for (const list of ["resources", "templates", "prompts"] as const) yield* intend({ _tag: "List", list })
            const { resources, templates, prompts, tools } = state().facts
            assert.deepStrictEqual(
              resources?.map(({ uri }) => uri),
              DEMO_RESOURCES.map(({ uri }) => uri),
            )
            assert.deepStrictEqual(
              templates?.map(({ uriTemplate }) => uriTemplate),
              DEMO_TEMPLATES.map(({ uriTemplate }) => uriTemplate),
            )
            assert.deepStrictEqual(
              prompts?.map(({ name }) => name),
              DEMO_PROMPTS.map(({ name }) => name),
            )

            yield* intend({ _tag: "Request", method: "resources/read", params: { uri: "mock:///logo.png" } })
            assert.nestedPropertyVal(state().facts.answer, "result.contents[0].mimeType", "image/png")
            const city = { city: "Oslo" }
            yield* intend({ _tag: "Request", method: "prompts/get", params: { name: "packing_list", arguments: city } })
            assert.nestedPropertyVal(state().facts.answer, "result.messages[0].role", "user")
            assert.strictEqual(state().facts.request?.method, "prompts/get")
            const ref = { type: "ref/resource", uri: "mock:///weather/{city}" }
            const argument = { name: "city", value: "os" }
            yield* intend({ _tag: "Request", method: "completion/complete", params: { ref, argument } })
            assert.deepNestedPropertyVal(state().facts.answer, "result.completion.values", ["Oslo"])

            yield* intend({ _tag: "Call", tool: "add", arguments: { a: 1, b: 2 } })
            const after = state().facts
            assert.deepStrictEqual(after.result?.structuredContent ?? { sum: 3 }, { sum: 3 })
            assert.deepStrictEqual([after.request, after.answer], [undefined, undefined])
            assert.deepStrictEqual([after.resources, after.templates, after.prompts], [resources, templates, prompts])
            // Tools were listed once, at step 9.
            assert.strictEqual(after.tools, tools)
          }),
        )
        assert.strictEqual(mcpCalls(mock).filter((rpc) => rpc === "resources/list").length, DEMO_RESOURCES.length)
      }).pipe(Effect.scoped),
    )

  it.live("MR-11 a list that the server does not declare is empty, and is not asked for", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ noAuth: true, behaviours: [withoutPrompts] })
      const state = yield* run(mock.url, {}, ({ flow }) => flow.list("prompts"))
      assert.deepStrictEqual(state.facts.prompts, [])
      assert.strictEqual(state.steps.call.status, "done")
      assert.isTrue(state.steps.call.findings.some(({ text }) => /does not declare prompts/.test(text)))
      assert.notInclude(mcpCalls(mock), "prompts/list")
    }).pipe(Effect.scoped),
  )

  it.live("a list before the sign-in runs to it like any other errand; Retry reads it again", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      yield* run(mock.url, {}, ({ flow, intend }) =>
        Effect.gen(function* () {
          const first = yield* flow.list("resources")
          assert.strictEqual(statuses(first).tools, "skipped")
          const again = yield* intend({ _tag: "Retry" })
          assert.deepStrictEqual(again.facts.resources, first.facts.resources)
        }),
      )
      assert.strictEqual(mcpCalls(mock).filter((rpc) => rpc === "resources/list").length, 2)
    }).pipe(Effect.scoped),
  )

  it.live("a refusal of one request is the failure of step 10, and the lists are still there", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ noAuth: true })
      yield* run(mock.url, {}, ({ flow }) =>
        Effect.gen(function* () {
          yield* flow.list("resources")
          const state = yield* flow.request("resources/read", { uri: "mock:///nothing" })
          assert.strictEqual(statuses(state).call, "failed: rpc_error")
          assert.isDefined(state.facts.resources)
          assert.isUndefined(state.facts.answer)
        }),
      )
    }).pipe(Effect.scoped),
  )
})

describe("the preview of step 10", () => {
  const target = defaultTarget("https://mcp.example/mcp")
  it("is the request that was chosen", () => {
    const request = { method: "resources/read", params: { uri: "a:b" } }
    const preview = callStep.preview({ target, facts: { request } })
    assert.deepStrictEqual(JSON.parse(preview?.body ?? ""), { jsonrpc: "2.0", ...request })
  })

  it("is a line that is written, where the server is a local program", () => {
    const local = { ...target, serverUrl: "stdio:node", stdio: { command: "node", args: [], env: {} } }
    const { method, url, headers } = rpcPreview({ target: local, facts: {} }, "tools/list")
    assert.deepStrictEqual({ method, url, headers }, { method: "WRITE", url: "stdio:node", headers: [] })
  })
})
