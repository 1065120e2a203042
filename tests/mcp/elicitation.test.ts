import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { connect, disconnect } from "../../source/mcp/connect.ts"
import { type Ask, type AskAnswer, elicitationCapability, Respondent } from "../../source/mcp/elicitation.ts"
import { acceptDefaults, contentFaults } from "../../source/mcp/elicitation-content.ts"
import { flatFault, secretLooking } from "../../source/mcp/elicitation-schema.ts"
import { consentUrl } from "../../source/mcp/elicitation-url.ts"
import { exchange } from "../../source/mcp/exchange.ts"
import { Patience } from "../../source/mcp/limits.ts"
import { request } from "../../source/mcp/request.ts"
import { type ProtocolVersion, protocolVersions } from "../../source/mcp/revisions.ts"
import { schemaForm } from "../../source/mcp/schema-form.ts"
import { openStandingStream } from "../../source/mcp/standing-stream.ts"
import { callTool } from "../../source/mcp/tools.ts"
import { askingServer } from "./official-servers.ts"
import { events, json, observed, type Received, result, rpcError, run, type Script, serve } from "./server.ts"

const schema = {
  type: "object",
  properties: {
    name: { type: "string", default: "Ada" },
    age: { type: "integer", minimum: 0, default: 36 },
    colour: { type: "string", enum: ["red", "blue"] },
  },
  required: ["name"],
}

const respondent = (answer: AskAnswer | ((ask: Ask) => AskAnswer), asks: Array<Ask> = []): Respondent => ({
  capabilities: { form: true, url: true },
  answer: (ask) =>
    Effect.sync(() => {
      asks.push(ask)
      return typeof answer === "function" ? answer(ask) : answer
    }),
})

/** One request to a scripted server, with somebody who answers. */
const ask = (script: Script, who: Respondent, protocolVersion: ProtocolVersion, method = "tools/call") =>
  Effect.scoped(
    Effect.gen(function* () {
      const server = yield* serve(script)
      const session = { url: server.url, era: "legacy", protocolVersion, capabilities: {} } as const
      const outcome = yield* observed(
        server.url,
        Effect.result(request({ session, method, params: { name: "t", arguments: { a: 1 } } })),
      ).pipe(Effect.provideService(Respondent, who))
      const value = outcome.exit._tag === "Success" ? outcome.exit.value : undefined
      return {
        ...outcome,
        received: server.received,
        value: value && (Result.isSuccess(value) ? value.success.result : value.failure),
      }
    }),
  )

describe("what is declared", () => {
  it("MR-11 only what can be answered, in the words of the revision", () => {
    const declared = (form: boolean, url: boolean) =>
      protocolVersions.map((version) =>
        elicitationCapability({ ...respondent({ action: "cancel" }), capabilities: { form, url } }, version),
      )
    assert.deepStrictEqual(declared(false, false), [{}, {}, {}, {}, {}])
    assert.deepStrictEqual(declared(true, false), [
      { elicitation: { form: {} } },
      { elicitation: { form: {} } },
      { elicitation: {} },
      {},
      {},
    ])
    assert.deepStrictEqual(declared(false, true), [
      { elicitation: { url: {} } },
      { elicitation: { url: {} } },
      {},
      {},
      {},
    ])
  })

  it.live("MR-11 in _meta of a modern request, and not at all when nobody answers", () =>
    Effect.gen(function* () {
      const script: Script = (one, response) => json(response, result(one, {}))
      const meta = (one: Received | undefined) =>
        Object(one?.json.params?._meta)["io.modelcontextprotocol/clientCapabilities"]
      const asked = yield* ask(script, respondent({ action: "cancel" }), "2026-07-28")
      assert.deepStrictEqual(meta(asked.received[0]), { elicitation: { form: {}, url: {} } })
      const nobody = { ...respondent({ action: "cancel" }), capabilities: { form: false, url: false } }
      assert.deepStrictEqual(meta((yield* ask(script, nobody, "2026-07-28")).received[0]), {})
    }),
  )
})

describe("a question on a stream (revisions up to 2025-11-25)", () => {
  const asking =
    (params: unknown): Script =>
    (one, response) => {
      if (one.json.method === undefined) {
        response.writeHead(202).end()
        return
      }
      const send = events(response)
      send({ jsonrpc: "2.0", id: "q", method: "elicitation/create", params })
      const wait = setInterval(() => {
        if (answers.length === 0) return
        clearInterval(wait)
        send(result(one, {}))
        response.end()
      }, 5)
      response.on("close", () => clearInterval(wait))
    }
  let answers: Array<unknown> = []
  const put = (params: unknown, who: Respondent, version: ProtocolVersion = "2025-11-25") =>
    Effect.gen(function* () {
      answers = []
      const script = asking(params)
      const outcome = yield* ask(
        (one, response) => {
          if (one.json.method === undefined) answers.push(one.json)
          script(one, response)
        },
        who,
        version,
      )
      return { ...outcome, answer: Object(answers[0]) }
    })

  for (const [name, answer, expected] of [
    ["accept", { action: "accept", content: { name: "Bob" } }, { action: "accept", content: { name: "Bob" } }],
    ["decline", { action: "decline" }, { action: "decline" }],
    ["cancel", { action: "cancel" }, { action: "cancel" }],
  ] as const)
    it.live(`MR-16 MR-49 ${name} is told as such`, () =>
      Effect.gen(function* () {
        const asks: Array<Ask> = []
        const { answer: told } = yield* put({ message: "Who?", requestedSchema: schema }, respondent(answer, asks))
        assert.deepStrictEqual(told, { jsonrpc: "2.0", id: "q", result: expected })
        assert.deepInclude(asks[0], { mode: "form", message: "Who?", during: "tools/call", schema })
        assert.match(asks[0]?.serverUrl ?? "", /^http:\/\/127/)
      }),
    )

  it.live("MR-49 what does not fit the form is not sent", () =>
    Effect.gen(function* () {
      for (const content of [{ age: -1, name: "x" }, {}, { name: "x", colour: "green" }, { name: "x", other: 1 }]) {
        const { answer, findings } = yield* put(
          { message: "?", requestedSchema: schema },
          respondent({ action: "accept", content }),
        )
        assert.deepStrictEqual(answer.result, { action: "cancel" })
        assert.include(findings.map(({ severity }) => severity).join(), "error")
      }
    }),
  )

  it.live("MR-50 a form that is not flat is declined with a reason", () =>
    Effect.gen(function* () {
      const asks: Array<Ask> = []
      const { answer, findings } = yield* put(
        { message: "?", requestedSchema: { type: "object", properties: { a: { type: "object", properties: {} } } } },
        respondent({ action: "accept" }, asks),
      )
      assert.deepStrictEqual(answer.result, { action: "decline" })
      assert.lengthOf(asks, 0)
      assert.match(findings[0]?.text ?? "", /a: only flat/)
    }),
  )

  it.live("MR-50 a field that looks like a secret is warned of", () =>
    Effect.gen(function* () {
      const { findings } = yield* put(
        { message: "?", requestedSchema: { type: "object", properties: { apiKey: { type: "string" } } } },
        respondent({ action: "decline" }),
      )
      assert.deepInclude(findings[0], { severity: "warning" })
      assert.include(findings[0]?.text, "apiKey")
    }),
  )

  it.live("MR-51 accepting an address says nothing but yes", () =>
    Effect.gen(function* () {
      const asks: Array<Ask> = []
      const { answer } = yield* put(
        { mode: "url", message: "Visit", url: "https://Example.com/a b".replace(" ", "%20"), elicitationId: "e1" },
        respondent({ action: "accept", content: { leak: 1 } }, asks),
      )
      assert.deepStrictEqual(answer.result, { action: "accept" })
      assert.deepInclude(asks[0], {
        mode: "url",
        url: "https://example.com/a%20b",
        host: "example.com",
        elicitationId: "e1",
        accepting: "consent",
      })
    }),
  )

  it.live("MR-51 CR-118 an address that may not be opened is declined without asking", () =>
    Effect.gen(function* () {
      const asks: Array<Ask> = []
      for (const url of [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://u@h.test/",
        "http://h.test/",
        "https://x/\r\n",
        5,
      ]) {
        const { answer } = yield* put({ mode: "url", message: "?", url }, respondent({ action: "accept" }, asks))
        assert.deepStrictEqual(answer.result, { action: "decline" }, String(url))
      }
      assert.lengthOf(asks, 0)
    }),
  )

  it.live("MR-52 a mode that was not declared is an error of the server, and so is any question in 2025-03-26", () =>
    Effect.gen(function* () {
      const who = { ...respondent({ action: "accept" }), capabilities: { form: true, url: false } }
      const url = { mode: "url", message: "?", url: "https://x.test/" }
      assert.strictEqual((yield* put(url, who)).answer.error.code, -32602)
      assert.strictEqual((yield* put(url, respondent({ action: "accept" }), "2025-06-18")).answer.error.code, -32602)
      const form = { message: "?", requestedSchema: schema }
      assert.strictEqual((yield* put(form, respondent({ action: "accept" }), "2025-03-26")).answer.error.code, -32601)
    }),
  )

  it.live("a question that the server withdraws is taken back", () =>
    Effect.gen(function* () {
      let interrupted = false
      const { value, received } = yield* ask(
        (one, response) => {
          const send = events(response)
          send({
            jsonrpc: "2.0",
            id: 9,
            method: "elicitation/create",
            params: { message: "?", requestedSchema: schema },
          })
          setTimeout(() => {
            send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 9 } })
            setTimeout(() => {
              send(result(one, { done: interrupted }))
              response.end()
            }, 50)
          }, 50)
        },
        {
          capabilities: { form: true, url: true },
          answer: () =>
            Effect.onInterrupt(Effect.never, () =>
              Effect.sync(() => {
                interrupted = true
              }),
            ),
        },
        "2025-11-25",
      )
      assert.deepStrictEqual(value, { done: true })
      assert.lengthOf(received, 1)
    }),
  )
})

describe("@modelcontextprotocol/sdk 1.x asks", () => {
  for (const related of [true, false])
    it.live(`MR-31 MR-49 on ${related ? "the call's own stream" : "the standing stream"}`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { url } = yield* askingServer(related)
          const asks: Array<Ask> = []
          const content = yield* run(
            url,
            Effect.scoped(
              Effect.gen(function* () {
                const session = yield* connect({ url, version: "2025-11-25" })
                assert.strictEqual(yield* openStandingStream({ session }), "open")
                const answer = yield* request({ session, method: "tools/call", params: { name: "ask", arguments: {} } })
                yield* disconnect(session)
                return answer.result.content
              }),
            ).pipe(
              Effect.provideService(
                Respondent,
                respondent(
                  (one) => ({
                    action: "accept",
                    content: one.mode === "form" ? Result.getOrElse(acceptDefaults(one.fields), () => ({})) : {},
                  }),
                  asks,
                ),
              ),
            ),
          )
          assert.deepStrictEqual(content, [
            { type: "text", text: '{"action":"accept","content":{"name":"Ada","age":36}}' },
          ])
          assert.lengthOf(asks, 1)
        }),
      ),
    )
})

describe("multi-round requests (2026-07-28)", () => {
  const question = { method: "elicitation/create", params: { message: "?", requestedSchema: schema } }
  const accept = respondent({ action: "accept", content: { name: "x" } })
  const rounds = (...steps: ReadonlyArray<(one: Received) => unknown>): Script =>
    (() => {
      let at = 0
      return (one, response) => json(response, result(one, steps[Math.min(at++, steps.length - 1)]?.(one)))
    })()

  const state = `opaque \u0000 "é世" ${"x".repeat(5000)} ==`

  for (const method of ["tools/call", "prompts/get", "resources/read"])
    it.live(`MR-45 MR-13 ${method}: the same params, the state byte for byte, a new id`, () =>
      Effect.gen(function* () {
        const { value, received, recording } = yield* ask(
          rounds(
            () => ({ resultType: "input_required", inputRequests: { "k/1": question }, requestState: state }),
            () => ({ resultType: "complete", ok: 1 }),
          ),
          accept,
          "2026-07-28",
          method,
        )
        assert.deepStrictEqual(value, { resultType: "complete", ok: 1 })
        const [first, second] = received
        const { inputResponses, requestState, ...rest } = second?.json.params ?? {}
        assert.deepStrictEqual(inputResponses, { "k/1": { action: "accept", content: { name: "x" } } })
        assert.strictEqual(requestState, state)
        assert.deepStrictEqual(rest, first?.json.params)
        assert.notStrictEqual(second?.json.id, first?.json.id)
        assert.notInclude(JSON.stringify([recording.requests, recording.responses]), state.slice(20, 60))
      }),
    )

  it.live("MR-45 a state that was not given is not sent, nor one of an earlier round", () =>
    Effect.gen(function* () {
      const { received } = yield* ask(
        rounds(
          () => ({ resultType: "input_required", inputRequests: { a: question }, requestState: "s1" }),
          () => ({ resultType: "input_required", inputRequests: { b: question } }),
          () => ({}),
        ),
        accept,
        "2026-07-28",
      )
      assert.deepStrictEqual(
        received.map(({ json }) => [json.params?.requestState, Object.keys(Object(json.params?.inputResponses))]),
        [
          [undefined, []],
          ["s1", ["a"]],
          [undefined, ["b"]],
        ],
      )
    }),
  )

  it.live("MR-47 state alone: again after a pause, and not more than ten times", () =>
    Effect.gen(function* () {
      const began = performance.now()
      const { value, received } = yield* ask(
        rounds(() => ({ resultType: "input_required", requestState: "s" })),
        accept,
        "2026-07-28",
      )
      assert.deepInclude(value, { code: "too_many_rounds" })
      assert.lengthOf(received, 11)
      assert.isAtLeast(performance.now() - began, 10 * 245)
    }),
  )

  for (const [name, inputRequests] of [
    ["sampling", { ok: question, s: { method: "sampling/createMessage", params: {} } }],
    ["roots", { r: { method: "roots/list" } }],
    ["something unknown", { x: { method: "x/y" } }],
    ["no request at all", { x: 1 }],
  ] as const)
    it.live(`MR-48 ${name}, which was not declared, is not answered: the call fails`, () =>
      Effect.gen(function* () {
        const asks: Array<Ask> = []
        const { value, received } = yield* ask(
          rounds(() => ({ resultType: "input_required", inputRequests })),
          respondent({ action: "accept", content: { name: "x" } }, asks),
          "2026-07-28",
        )
        assert.deepInclude(value, { code: "input_required" })
        assert.lengthOf(received, 1)
        assert.lengthOf(asks, 0)
      }),
    )

  it.live("MR-49 a refusal is an answer too", () =>
    Effect.gen(function* () {
      const { received } = yield* ask(
        rounds(
          () => ({ resultType: "input_required", inputRequests: { a: question } }),
          () => ({}),
        ),
        respondent({ action: "decline" }),
        "2026-07-28",
      )
      assert.deepStrictEqual(received[1]?.json.params?.inputResponses, { a: { action: "decline" } })
    }),
  )

  it.live("MR-46 state and answers do not reach another call that runs at the same time", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve((one, response) => {
          const name = Object(one.json.params).name
          const again = Object(one.json.params).requestState !== undefined
          setTimeout(
            () =>
              json(
                response,
                result(
                  one,
                  again || name === "plain"
                    ? { content: [] }
                    : {
                        resultType: "input_required",
                        inputRequests: { a: question },
                        requestState: `state of ${name}`,
                      },
                ),
              ),
            10,
          )
        })
        const session = { url: server.url, era: "modern", protocolVersion: "2026-07-28", capabilities: {} } as const
        const call = (name: string) => callTool({ session, tool: { name, inputSchema: {} }, arguments: {} })
        yield* run(
          server.url,
          Effect.all([call("one"), call("plain"), call("two"), call("plain")], { concurrency: "unbounded" }),
        ).pipe(Effect.provideService(Respondent, accept))
        const states = server.received.map(({ json: { params } }) => [params?.name, params?.requestState])
        assert.sameDeepMembers(states, [
          ["one", undefined],
          ["two", undefined],
          ["plain", undefined],
          ["plain", undefined],
          ["one", "state of one"],
          ["two", "state of two"],
        ])
      }),
    ),
  )
})

describe("error -32042 (2025-11-25)", () => {
  const page = { mode: "url", message: "Visit", url: "https://x.test/p", elicitationId: "e" }
  const gate: () => Script = () => {
    let visits = 0
    return (one, response) =>
      json(
        response,
        visits++ === 0 ? rpcError(one, -32042, "Visit first", { elicitations: [page] }) : result(one, { ok: 1 }),
      )
  }

  it.live("MR-52 the pages are visited, and the request is sent again with a new id", () =>
    Effect.gen(function* () {
      const asks: Array<Ask> = []
      const { value, received } = yield* ask(gate(), respondent({ action: "accept" }, asks), "2025-11-25")
      assert.deepStrictEqual(value, { ok: 1 })
      assert.deepInclude(asks[0], { mode: "url", accepting: "repeat", url: "https://x.test/p" })
      assert.notStrictEqual(received[0]?.json.id, received[1]?.json.id)
    }),
  )

  it.live("MR-52 a refusal ends it; in other revisions the code means nothing", () =>
    Effect.gen(function* () {
      assert.deepInclude((yield* ask(gate(), respondent({ action: "decline" }), "2025-11-25")).value, {
        code: "url_declined",
      })
      for (const version of ["2025-06-18", "2026-07-28"] as const) {
        const { value, received } = yield* ask(gate(), respondent({ action: "accept" }), version)
        assert.deepInclude(value, { code: "rpc_error" })
        assert.lengthOf(received, 1)
      }
    }),
  )
})

describe("what began on a page", () => {
  it.live("MR-52 is told to whoever opened it when the server says that it is complete", () =>
    Effect.gen(function* () {
      const told: Array<string> = []
      yield* ask(
        (one, response) => {
          const send = events(response)
          send({ jsonrpc: "2.0", method: "notifications/elicitation/complete", params: { elicitationId: "e1" } })
          send({ jsonrpc: "2.0", method: "notifications/elicitation/complete", params: {} })
          send(result(one, {}))
          response.end()
        },
        { ...respondent({ action: "cancel" }), completed: (id) => Effect.sync(() => void told.push(id)) },
        "2025-11-25",
      )
      assert.deepStrictEqual(told, ["e1"])
    }),
  )
})

describe("forms", () => {
  it("MR-50 choices by revision", () => {
    const one = (property: unknown, version: ProtocolVersion) =>
      flatFault({ type: "object", properties: { a: property } }, version) === undefined
    const old = { type: "string", enum: ["a"], enumNames: ["A"] }
    const titled = { type: "string", oneOf: [{ const: "a", title: "A" }] }
    const several = { type: "array", items: { type: "string", enum: ["a"] } }
    const titledSeveral = { type: "array", items: { anyOf: [{ const: "a", title: "A" }] } }
    for (const version of ["2025-06-18", "2025-11-25", "2026-07-28"] as const) {
      assert.isTrue(one(old, version))
      for (const property of [titled, several, titledSeveral])
        assert.strictEqual(one(property, version), version !== "2025-06-18")
      for (const format of ["email", "uri", "date", "date-time"])
        assert.isTrue(one({ type: "string", format }, version))
      for (const property of [
        { type: "string", format: "hostname" },
        { type: "object" },
        { $ref: "#" },
        { type: ["string", "null"] },
        { type: "array", items: { type: "string" } },
        { type: "string", $ref: "#/$defs/a" },
        { type: "string", allOf: [{ minLength: 1 }] },
        { type: "string", not: { const: "a" } },
        { type: "number", if: {}, properties: {} },
        true,
        {},
      ])
        assert.isFalse(one(property, version), JSON.stringify(property))
    }
  })

  it("formats are checked before they are sent", () => {
    const fits = (format: string, value: string) =>
      contentFaults({ type: "object", properties: { a: { type: "string", format } } }, { a: value }).length === 0
    assert.isTrue(fits("email", "ada@example.org"))
    assert.isFalse(fits("email", "ada"))
    assert.isTrue(fits("date", "2026-07-28"))
    assert.isFalse(fits("date", "28.7.2026"))
    assert.isTrue(fits("date-time", "2026-07-28T10:00:00Z"))
    assert.isFalse(fits("date-time", "2026-07-28"))
    assert.isTrue(fits("uri", "mailto:a@b.c"))
    assert.isFalse(fits("uri", "not a uri"))
  })

  it("required fields without a default cannot be accepted blindly", () => {
    const { fields } = schemaForm({ type: "object", properties: { a: { type: "string" } }, required: ["a"] })
    assert.deepStrictEqual(
      acceptDefaults(fields),
      Result.fail([{ path: "/a", message: "is required and has no default" }]),
    )
  })

  it.prop(
    "accepting the defaults gives exactly the defaults, and they fit",
    [Schema.Record(Schema.NonEmptyString, Schema.Union([Schema.String, Schema.Boolean, Schema.Int]))],
    ([defaults]) => {
      const properties = Object.fromEntries(
        Object.entries(defaults).map(([name, value]) => [
          name,
          { type: typeof value === "number" ? "integer" : typeof value, default: value },
        ]),
      )
      const flat = { type: "object", properties, required: Object.keys(defaults) }
      const accepted = Result.getOrThrow(acceptDefaults(schemaForm(flat).fields))
      assert.deepStrictEqual(accepted, Object.fromEntries(Object.entries(defaults)))
      assert.deepStrictEqual(contentFaults(flat, accepted), [])
    },
  )

  it("words that name secrets, and words that do not", () => {
    const looks = (name: string) => secretLooking({ properties: { [name]: { type: "string" } } }).length === 1
    for (const name of [
      "password",
      "userPassword",
      "api_key",
      "apiKey",
      "client-secret",
      "accessToken",
      "PIN",
      "card_number",
    ])
      assert.isTrue(looks(name), name)
    for (const name of ["name", "shipping", "opinion", "keyboard", "age", "compass", "spinner"])
      assert.isFalse(looks(name), name)
  })
})

describe("addresses to visit", () => {
  it("MR-51 CR-118", () => {
    assert.deepStrictEqual(
      consentUrl("https://EXAMPLE.com:443/x?a=b#c"),
      Result.succeed({ url: "https://example.com/x?a=b#c", host: "example.com", punycode: false }),
    )
    assert.isTrue(Result.getOrThrow(consentUrl("https://xn--pple-43d.com/")).punycode)
    assert.isTrue(Result.getOrThrow(consentUrl("https://аpple.com/")).punycode)
    assert.isTrue(Result.isSuccess(consentUrl("http://127.0.0.1:3000/")))
    for (const bad of [
      "https://a\u202Eb.test/",
      "https://a.test/\tb",
      "ms-msdt:x",
      "//x.test",
      "https://u:p@h.test/",
      "",
    ])
      assert.isTrue(Result.isFailure(consentUrl(bad)), bad)
  })
})

describe("withdrawn by the end of the request", () => {
  it.live("MR-59 a person who thinks does not run into the server's time limit", () =>
    Effect.gen(function* () {
      let answered = false
      const server = serve((one, response) => {
        if (one.json.method === undefined) {
          answered = true
          response.writeHead(202).end()
          return
        }
        const send = events(response)
        send({ jsonrpc: "2.0", id: 1, method: "elicitation/create", params: { message: "?", requestedSchema: schema } })
        const timer = setInterval(() => {
          if (!answered) return
          clearInterval(timer)
          send(result(one, { ok: 1 }))
          response.end()
        }, 5)
        response.on("close", () => clearInterval(timer))
      })
      const outcome = yield* Effect.scoped(
        Effect.flatMap(server, ({ url }) =>
          run(url, exchange({ session: { url, protocolVersion: "2025-11-25" }, method: "tools/call" })),
        ),
      ).pipe(
        Effect.provideService(Patience, { soft: 150, hard: 10_000 }),
        Effect.provideService(Respondent, {
          capabilities: { form: true, url: false },
          answer: () => Effect.as(Effect.sleep(600), { action: "decline" } as const),
        }),
      )
      assert.deepStrictEqual(outcome.result, { ok: 1 })
    }),
  )
})
