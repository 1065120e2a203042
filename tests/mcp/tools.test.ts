import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ProtocolVersion } from "../../source/mcp/revisions.ts"
import { callTool, listTools, type Tool } from "../../source/mcp/tools.ts"
import { json, observed, result, rpcError, type Script, serve } from "./server.ts"

const inputSchema = { type: "object", properties: {} }

const withServer = <A, E, R>(
  script: Script,
  use: (
    server: Effect.Success<ReturnType<typeof serve>>,
    session: ReturnType<typeof sessionAt>,
  ) => Effect.Effect<A, E, R>,
  version: ProtocolVersion = "2026-07-28",
) => Effect.scoped(Effect.flatMap(serve(script), (server) => use(server, sessionAt(server.url, version))))

const sessionAt = (url: string, protocolVersion: ProtocolVersion) => ({
  url,
  era: protocolVersion === "2026-07-28" ? ("modern" as const) : ("legacy" as const),
  protocolVersion,
  capabilities: {},
})

/** Pages by cursor; the answer of a cursor is a page or an error. */
const paged =
  (pages: Readonly<Record<string, { readonly names: ReadonlyArray<string>; readonly next?: unknown }>>): Script =>
  (request, response) => {
    const page = pages[String(request.json.params?.cursor)]
    if (page === undefined) return json(response, rpcError(request, -32602, "invalid cursor"))
    const { names, next } = page
    json(
      response,
      result(request, {
        tools: names.map((name) => ({ name, inputSchema })),
        ...(next === undefined ? {} : { nextCursor: next }),
      }),
    )
  }

describe("tools/list", () => {
  const list = (script: Script, version?: ProtocolVersion) =>
    withServer(
      script,
      (server, session) =>
        Effect.map(observed(server.url, listTools(session)), ({ exit, findings }) => ({
          names: Exit.isSuccess(exit) ? exit.value.map(({ name }) => name) : exit.cause.reasons,
          findings: findings.map(({ severity, text }) => `${severity}: ${text}`),
          requests: server.received.length,
          tools: Exit.isSuccess(exit) ? exit.value : [],
        })),
      version,
    )

  it.live("MR-11 a server that declares other things and no tools is not asked", () =>
    withServer(paged({ undefined: { names: ["a"] } }), (server, session) =>
      Effect.gen(function* () {
        const { exit, findings } = yield* observed(
          server.url,
          listTools({ ...session, capabilities: { resources: {} } }),
        )
        assert.deepStrictEqual(exit, Exit.succeed([]))
        assert.strictEqual(server.received.length, 0)
        assert.match(findings[0]?.text ?? "", /does not declare tools: tools\/list was not asked/)
      }),
    ),
  )

  it.live("MR-57 all pages; the empty string is a cursor, null ends the list", () =>
    Effect.gen(function* () {
      const { names, requests } = yield* list(
        paged({
          undefined: { names: ["a"], next: "" },
          "": { names: ["b"], next: "x" },
          x: { names: ["c"], next: null },
        }),
      )
      assert.deepStrictEqual(names, ["a", "b", "c"])
      assert.strictEqual(requests, 3)
    }),
  )

  it.live("MR-57 F-60 a cursor that comes again ends the list, with a finding", () =>
    Effect.gen(function* () {
      const { names, findings, requests } = yield* list(
        paged({ undefined: { names: ["a"], next: "x" }, x: { names: ["b"], next: "x" } }),
      )
      assert.deepStrictEqual(names, ["a", "b"])
      assert.strictEqual(requests, 2)
      assert.include(findings[0], "same cursor")
    }),
  )

  it.live("MR-57 a refused cursor starts over once, then fails", () =>
    Effect.gen(function* () {
      const { names, requests } = yield* list(paged({ undefined: { names: ["a"], next: "expired" } }))
      assert.strictEqual(requests, 4)
      assert.include(JSON.stringify(names), "rpc_error")
    }),
  )

  it.live("tools are kept verbatim; what has no usable description, or comes twice, is left out and reported", () =>
    Effect.gen(function* () {
      const odd = {
        name: "good",
        inputSchema: { $schema: "https://json-schema.org/draft/2020-12/schema", $defs: { a: { $anchor: "x" } } },
        icons: [{ src: "data:," }],
      }
      const { tools, findings } = yield* list((request, response) =>
        json(response, result(request, { tools: [odd, { name: "no schema" }, "text", { name: 7 }, odd] })),
      )
      assert.deepStrictEqual<ReadonlyArray<unknown>>(tools, [odd])
      assert.lengthOf(findings, 4)
    }),
  )

  it.live(
    "MR-39 F-56 a tool with a bad x-mcp-header is left out with name and reason; others stay; legacy does not mind",
    () =>
      Effect.gen(function* () {
        const bad = { name: "bad", inputSchema: { properties: { a: { type: "number", "x-mcp-header": "A" } } } }
        const script: Script = (request, response) =>
          json(response, result(request, { tools: [bad, { name: "good", inputSchema }] }))
        const modern = yield* list(script)
        assert.deepStrictEqual(modern.names, ["good"])
        assert.match(modern.findings[0] ?? "", /^warning: The tool bad is left out: parameter a/)
        assert.deepStrictEqual((yield* list(script, "2025-11-25")).names, ["bad", "good"])
      }),
  )

  it.live("a result without tools is a bad result", () =>
    Effect.gen(function* () {
      const { names } = yield* list((request, response) => json(response, result(request, {})))
      assert.include(JSON.stringify(names), "bad_result")
    }),
  )
})

describe("tools/call", () => {
  const tool: Tool = { name: "echo", inputSchema }
  const call = (script: Script, used: Tool = tool, values = {}) =>
    withServer(script, (server, session) =>
      Effect.map(observed(server.url, callTool({ session, tool: used, arguments: values })), ({ exit, findings }) => ({
        value: Exit.isSuccess(exit) ? exit.value : Object(exit.cause.reasons[0]).error,
        findings,
        received: server.received,
      })),
    )

  it.live("MR-55 an error of the tool is a result; an error of the protocol is a failure", () =>
    Effect.gen(function* () {
      const content = [{ type: "text", text: "boom" }]
      const no = yield* call((request, response) => json(response, result(request, { content, isError: true })))
      assert.deepInclude(no.value, { content, isError: true })
      const failed = yield* call((request, response) => json(response, rpcError(request, -32602, "Unknown tool")))
      assert.deepInclude(failed.value, { _tag: "McpFailure", code: "rpc_error", exit: 1, detail: "Unknown tool" })
    }),
  )

  it.live("the result is kept whole; structured content may be any JSON", () =>
    Effect.gen(function* () {
      const raw = { content: [{ type: "x-new", y: 1 }], structuredContent: [1, null], "x-more": true }
      const { value } = yield* call((request, response) => json(response, result(request, raw)))
      assert.deepStrictEqual(value, {
        content: raw.content,
        structuredContent: [1, null],
        isError: false,
        raw,
        exchange: 1,
      })
    }),
  )

  it.live("MR-53 missing structured content is reported, except with an error", () =>
    Effect.gen(function* () {
      const used = { ...tool, outputSchema: { type: "object" } }
      const missing = yield* call((request, response) => json(response, result(request, { content: [] })), used)
      assert.strictEqual(missing.findings[0]?.severity, "error")
      const no = yield* call(
        (request, response) => json(response, result(request, { content: [], isError: true })),
        used,
      )
      assert.lengthOf(no.findings, 0)
    }),
  )

  it.live("MR-36 MR-38 name and mirrored parameters travel in the header section", () =>
    Effect.gen(function* () {
      const used: Tool = {
        name: "wétter",
        inputSchema: { properties: { region: { type: "string", "x-mcp-header": "Region" }, n: { type: "number" } } },
      }
      const { received } = yield* call((request, response) => json(response, result(request, { content: [] })), used, {
        region: "Zürich",
        n: 1.5,
      })
      assert.deepInclude(received[0]?.headers, {
        "mcp-method": "tools/call",
        "mcp-name": "=?base64?d8OpdHRlcg==?=",
        "mcp-param-region": "=?base64?WsO8cmljaA==?=",
      })
      assert.deepInclude(received[0]?.json.params, { name: "wétter", arguments: { region: "Zürich", n: 1.5 } })
    }),
  )

  it.live("MR-40 F-55 after -32020 the list is read again and the call repeated once", () =>
    Effect.gen(function* () {
      const fresh = { name: "echo", inputSchema: { properties: { a: { type: "string", "x-mcp-header": "New" } } } }
      const script: Script = (request, response) => {
        if (request.json.method === "tools/list") return json(response, result(request, { tools: [fresh] }))
        if (request.headers["mcp-param-new"] === undefined)
          return json(response, rpcError(request, -32020, "header mismatch"), 400)
        json(response, result(request, { content: [] }))
      }
      const { value, received } = yield* call(script, tool, { a: "x" })
      assert.deepInclude(value, { isError: false })
      assert.deepStrictEqual(
        received.map(({ json }) => json.method),
        ["tools/call", "tools/list", "tools/call"],
      )
      const stubborn = yield* call((request, response) => {
        if (request.json.method === "tools/list") return json(response, result(request, { tools: [fresh] }))
        json(response, rpcError(request, -32020, "header mismatch"), 400)
      })
      assert.deepInclude(stubborn.value, { code: "rpc_error" })
      assert.lengthOf(stubborn.received, 3)
    }),
  )

  it.live("MR-26 MR-43 a call whose stream broke is not repeated", () =>
    Effect.gen(function* () {
      const { value, received } = yield* call((_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" })
        response.write(": here\n\n", () => response.destroy())
      })
      assert.deepInclude(value, { _tag: "WireFailure" })
      assert.lengthOf(received, 1)
    }),
  )

  it.live("MR-48 a request for input that nobody can give is named, not taken for a result", () =>
    Effect.gen(function* () {
      const { value, received } = yield* call((request, response) =>
        json(
          response,
          result(request, {
            resultType: "input_required",
            inputRequests: { a: { method: "elicitation/create", params: { message: "?", requestedSchema: {} } } },
          }),
        ),
      )
      assert.deepInclude(value, { code: "input_required" })
      assert.lengthOf(received, 1)
    }),
  )

  it.live("MR-45 a request for input that asks for nothing is no result", () =>
    Effect.gen(function* () {
      const { value } = yield* call((request, response) =>
        json(response, result(request, { resultType: "input_required", inputRequests: {} })),
      )
      assert.deepInclude(value, { code: "bad_result" })
    }),
  )

  it.live("MR-39 a tool with a bad annotation is never called", () =>
    Effect.gen(function* () {
      const used = { ...tool, inputSchema: { properties: { a: { type: "string", "x-mcp-header": "" } } } }
      const { value, received } = yield* call((_, response) => response.end(), used)
      assert.deepInclude(value, { code: "tool_unusable" })
      assert.lengthOf(received, 0)
    }),
  )

  it.live("content or isError of another type is a bad result", () =>
    Effect.gen(function* () {
      for (const bad of [{ content: "x" }, { content: [], isError: "true" }]) {
        const { value } = yield* call((request, response) => json(response, result(request, bad)))
        assert.deepInclude(value, { code: "bad_result" })
      }
    }),
  )
})
