import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { connect, disconnect } from "../../source/mcp/connect.ts"
import type { Authorize } from "../../source/mcp/connection.ts"
import { mcpFailure } from "../../source/mcp/failure.ts"
import { inSession, readAgainAfter } from "../../source/mcp/recovery.ts"
import { request, type SessionAnswer } from "../../source/mcp/request.ts"
import type { Session } from "../../source/mcp/session.ts"
import { listTools } from "../../source/mcp/tools.ts"
import { secret } from "../../source/text/secret.ts"
import { wireFailure } from "../../source/wire/failure.ts"
import { richServer } from "./official-servers.ts"
import { json, observed, type Received, result, rpcError, run, type Script, serve } from "./server.ts"

const sessionAt = (url: string, more: Partial<Session> = {}): Session => ({
  url,
  era: "modern",
  protocolVersion: "2026-07-28",
  capabilities: {},
  ...more,
})

describe("any request", () => {
  it.live("MR-20 MR-57 resources, prompts, completion, logging and ping of the official SDK", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { url } = yield* richServer
        const answers = yield* run(
          url,
          Effect.gen(function* () {
            const session = yield* connect({ url, version: "2025-11-25" })
            const ask = (method: string, params = {}) =>
              Effect.map(request({ session, method, params }), ({ result }) => result)
            const all = {
              ping: yield* ask("ping"),
              resources: yield* ask("resources/list"),
              templates: yield* ask("resources/templates/list"),
              read: yield* ask("resources/read", { uri: "note://one" }),
              prompts: yield* ask("prompts/list"),
              prompt: yield* ask("prompts/get", { name: "greet", arguments: { who: "Ada" } }),
              completion: yield* ask("completion/complete", {
                ref: { type: "ref/prompt", name: "greet" },
                argument: { name: "who", value: "A" },
              }),
              level: yield* ask("logging/setLevel", { level: "error" }),
              initialized: yield* ask("notifications/initialized"),
            }
            yield* disconnect(session)
            return all
          }),
        )
        assert.deepStrictEqual(answers.ping, {})
        assert.include(JSON.stringify(answers.resources), "note://one")
        assert.include(JSON.stringify(answers.templates), "note://{name}")
        assert.deepStrictEqual(answers.read, { contents: [{ uri: "note://one", text: "first" }] })
        assert.include(JSON.stringify(answers.prompts), "greet")
        assert.include(JSON.stringify(answers.prompt), "Hello Ada")
        assert.include(JSON.stringify(answers.completion), "Ada")
        assert.deepStrictEqual(answers.level, {})
        assert.deepStrictEqual(answers.initialized, {})
      }),
    ),
  )

  const good = {
    name: "good",
    inputSchema: { type: "object", properties: { r: { type: "string", "x-mcp-header": "R" } } },
  }
  const bad = {
    name: "bad",
    inputSchema: { type: "object", properties: { r: { type: "number", "x-mcp-header": "R" } } },
  }

  it.live("MR-38 MR-39 a list without its bad tools, and header fields from the list", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve((one, response) =>
          json(
            response,
            result(one, one.json.method === "tools/list" ? { tools: [good, bad], x: 1 } : { content: [] }),
          ),
        )
        const session = sessionAt(server.url)
        const { exit } = yield* observed(
          server.url,
          Effect.gen(function* () {
            const listed = yield* request({ session, method: "tools/list" })
            const call = (name: string) =>
              request({ session, tools: listed.tools, method: "tools/call", params: { name, arguments: { r: "é" } } })
            yield* call("good")
            return { listed, refused: yield* Effect.flip(call("bad")), unknown: yield* call("unknown") }
          }),
        )
        const { listed, refused } = yield* exit
        assert.deepStrictEqual(listed.result, { tools: [good], x: 1 })
        assert.deepInclude(refused, { code: "tool_unusable" })
        assert.deepStrictEqual(
          server.received.map(({ headers }) => [headers["mcp-method"], headers["mcp-name"], headers["mcp-param-r"]]),
          [
            ["tools/list", undefined, undefined],
            ["tools/call", "good", "=?base64?w6k=?="],
            ["tools/call", "unknown", undefined],
          ],
        )
      }),
    ),
  )

  it.live("MR-57 a page adds to what is known, a first page replaces it", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve((one, response) =>
          json(
            response,
            result(one, { tools: [{ name: `t${Object(one.json.params).cursor ?? 0}`, inputSchema: {} }] }),
          ),
        )
        const session = sessionAt(server.url)
        const names = ({ tools }: SessionAnswer) => tools.usable.map(({ name }) => name)
        const known = yield* run(
          server.url,
          Effect.gen(function* () {
            const first = yield* request({ session, method: "tools/list" })
            const second = yield* request({
              session,
              method: "tools/list",
              params: { cursor: "1" },
              tools: first.tools,
            })
            const anew = yield* request({ session, method: "tools/list", tools: second.tools })
            return [names(first), names(second), names(anew)]
          }),
        )
        assert.deepStrictEqual(known, [["t0"], ["t0", "t1"], ["t0"]])
      }),
    ),
  )

  it.live("MR-40 a call without a list that lacks header fields lists once and is made once more", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve((one, response) => {
          if (one.json.method === "tools/list") return json(response, result(one, { tools: [good] }))
          return one.headers["mcp-param-r"] === undefined
            ? json(response, rpcError(one, -32020, "header"), 400)
            : json(response, result(one, { content: [] }))
        })
        const answer = yield* run(
          server.url,
          request({
            session: sessionAt(server.url),
            method: "tools/call",
            params: { name: "good", arguments: { r: "x" } },
          }),
        )
        assert.deepStrictEqual(answer.result, { content: [] })
        assert.deepStrictEqual(
          server.received.map(({ json: { method } }) => method),
          ["tools/call", "tools/list", "tools/call"],
        )
      }),
    ),
  )

  it.live("MR-53 structured content is held against the listed schema, and shown as it came", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const tool = {
          name: "t",
          inputSchema: {},
          outputSchema: { type: "object", required: ["n"], properties: { n: { type: "number" } } },
        }
        const server = yield* serve((one, response) =>
          json(
            response,
            result(
              one,
              one.json.method === "tools/list"
                ? { tools: [tool] }
                : { content: [], structuredContent: Object(one.json.params).arguments.give },
            ),
          ),
        )
        const call = (give: unknown, outputSchema?: unknown) =>
          observed(
            server.url,
            Effect.gen(function* () {
              const session = sessionAt(server.url)
              const { tools } = yield* request({ session, method: "tools/list" })
              const usable = tools.usable.map((one) =>
                outputSchema === undefined ? one : { ...one, outputSchema: Object(outputSchema) },
              )
              return yield* request({
                session,
                tools: { ...tools, usable },
                method: "tools/call",
                params: { name: "t", arguments: { give } },
              })
            }),
          )
        const severity = ({ findings }: { readonly findings: ReadonlyArray<{ readonly severity: string }> }) =>
          findings.map((one) => one.severity)
        const fits = yield* call({ n: 1 })
        assert.deepStrictEqual(severity(fits), ["pass"])
        const not = yield* call({ n: "1" })
        assert.deepStrictEqual(severity(not), ["error"])
        assert.include(not.findings[0]?.text, "/n must be number")
        assert.deepStrictEqual((yield* not.exit).result.structuredContent, { n: "1" })
        assert.deepStrictEqual(severity(yield* call({}, { $ref: "https://evil.test/s" })), ["warning"])
        assert.deepStrictEqual(severity(yield* call({}, { $schema: "http://json-schema.org/draft-04/schema#" })), [
          "warning",
        ])
        assert.lengthOf(
          server.received.filter(({ json: { method } }) => method === undefined),
          0,
        )
      }),
    ),
  )
})

describe("recovery", () => {
  /** A legacy server that has forgotten its first session. */
  const forgetful = (): Script => {
    let sessions = 0
    return (one, response) => {
      const id = one.headers["mcp-session-id"]
      if (one.json.method === "initialize")
        return json(response, result(one, { protocolVersion: "2025-11-25", capabilities: {} }), 200, {
          "mcp-session-id": `s${++sessions}`,
        })
      if (one.json.id === undefined) return void response.writeHead(202).end()
      return id === "s2" ? json(response, result(one, { ok: id })) : json(response, rpcError(one, -32001, "gone"), 404)
    }
  }

  it.live("MR-27 a session id on any other answer than that of initialize is ignored", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve((one, response) => {
          response.setHeader("mcp-session-id", `s${server.received.length}`)
          if (one.json.method === "initialize") {
            const serverInfo = { name: "s", version: "1" }
            json(response, result(one, { protocolVersion: "2025-11-25", capabilities: {}, serverInfo }))
          } else if (one.json.id === undefined) response.writeHead(202).end()
          else json(response, result(one, { tools: [] }))
        })
        yield* run(
          server.url,
          Effect.gen(function* () {
            const session = yield* connect({ url: server.url, version: "2025-11-25" })
            const first = yield* request({ session, method: "tools/list" })
            yield* request({ session: first.session, method: "tools/list" })
          }),
        )
        assert.deepStrictEqual(
          server.received.map(({ headers }) => headers["mcp-session-id"]),
          [undefined, "s1", "s1", "s1"],
        )
      }),
    ),
  )

  it.live("MR-28 a lost session is opened anew, once, and the same request sent again", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve(forgetful())
        const { first, answer } = yield* run(
          server.url,
          Effect.gen(function* () {
            const session = yield* connect({ url: server.url, version: "2025-11-25" })
            return { first: session, answer: yield* request({ session, method: "tools/call", params: { name: "t" } }) }
          }),
        )
        assert.deepStrictEqual(answer.result, { ok: "s2" })
        assert.notStrictEqual(answer.session.sessionId?.fingerprint, first.sessionId?.fingerprint)
        assert.deepStrictEqual(
          server.received.map(({ json: one, headers }) => [one.method, headers["mcp-session-id"]]),
          [
            ["initialize", undefined],
            ["notifications/initialized", "s1"],
            ["tools/call", "s1"],
            ["initialize", undefined],
            ["notifications/initialized", "s2"],
            ["tools/call", "s2"],
          ],
        )
      }),
    ),
  )

  it.live("MR-28 a session that is lost again is given up", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve((one, response) => {
          if (one.json.method === "initialize")
            return json(response, result(one, { protocolVersion: "2025-11-25", capabilities: {} }), 200, {
              "mcp-session-id": "s",
            })
          if (one.json.id === undefined) return void response.writeHead(202).end()
          return json(response, rpcError(one, -32001, "gone"), 404)
        })
        const session = sessionAt(server.url, {
          era: "legacy",
          protocolVersion: "2025-11-25",
          sessionId: secret("mcp-session-id", "old"),
        })
        const failure = yield* Effect.flip(
          run(
            server.url,
            inSession(session, {}, (current) => listTools(current)),
          ),
        )
        assert.deepInclude(failure, { code: "session_lost" })
        assert.lengthOf(
          server.received.filter(({ json: one }) => one.method === "initialize"),
          1,
        )
      }),
    ),
  )

  const busyOnce = (): Script => {
    let at = 0
    return (one, response) =>
      at++ === 0
        ? void response.writeHead(503, { "retry-after": "1" }).end()
        : json(response, result(one, { tools: [], contents: [] }))
  }

  it.live("MR-26 Retry-After is obeyed for a read, and a call is never repeated", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve(busyOnce())
        const began = performance.now()
        yield* run(
          server.url,
          request({ session: sessionAt(server.url), method: "resources/read", params: { uri: "x:y" } }),
        )
        assert.isAtLeast(performance.now() - began, 990)
        const [first, second] = server.received
        assert.notStrictEqual(first?.json.id, second?.json.id)
        const calls = yield* serve(busyOnce())
        const failure = yield* Effect.flip(
          run(calls.url, request({ session: sessionAt(calls.url), method: "tools/call", params: { name: "t" } })),
        )
        assert.deepInclude(failure, { code: "busy" })
        assert.lengthOf(calls.received, 1)
      }),
    ),
  )

  it("MR-26 when, and how often", () => {
    const busy = (seconds?: number) =>
      mcpFailure("busy", {}, seconds === undefined ? {} : { retryAfterMillis: seconds * 1000 })
    assert.deepStrictEqual(
      [
        readAgainAfter(busy(7), 1),
        readAgainAfter(busy(60), 2),
        readAgainAfter(busy(61), 1),
        readAgainAfter(busy(7), 3),
        readAgainAfter(busy(), 1),
      ],
      [7000, 60_000, undefined, undefined, undefined],
    )
    assert.strictEqual(readAgainAfter(mcpFailure("no_response"), 1), 1000)
    assert.strictEqual(readAgainAfter(wireFailure("connection_lost", {}, true), 2), 1500)
    assert.isUndefined(readAgainAfter(wireFailure("connection_refused"), 1))
    assert.isUndefined(readAgainAfter(mcpFailure("rpc_error"), 1))
  })

  it.live("MR-43 a read whose stream broke is sent again with a new id", () =>
    Effect.scoped(
      Effect.gen(function* () {
        let at = 0
        const server = yield* serve((one, response) =>
          at++ === 0
            ? void response.writeHead(200, { "content-type": "text/event-stream" }).end(": cut\n\n")
            : json(response, result(one, { tools: [] })),
        )
        assert.deepStrictEqual(yield* run(server.url, listTools(sessionAt(server.url))), [])
        assert.lengthOf(server.received, 2)
      }),
    ),
  )
})

describe("authorize", () => {
  const proofs = (): { readonly authorize: Authorize; readonly asked: Array<unknown> } => {
    const asked: Array<unknown> = []
    return {
      asked,
      authorize: (line) =>
        Effect.sync(() => {
          asked.push(line)
          return { authorization: "DPoP canary", dpop: `proof-${asked.length}-${line.nonce ?? ""}` }
        }),
    }
  }
  const wantsNonce =
    (nonce: string): Script =>
    (one: Received, response) =>
      String(one.headers.dpop).endsWith(nonce)
        ? json(response, result(one, { tools: [] }), 200, { "dpop-nonce": `${nonce}+` })
        : response.writeHead(401, { "www-authenticate": 'DPoP error="use_dpop_nonce"', "dpop-nonce": nonce }).end()

  it.live("CR-99 a header builder is asked for every request, and a nonce is used at once and from then on", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve(wantsNonce("n1"))
        const { authorize, asked } = proofs()
        yield* run(server.url, listTools(sessionAt(server.url), secret("access_token", "unused"), authorize))
        assert.deepStrictEqual(asked, [
          { method: "POST", url: server.url },
          { method: "POST", url: server.url, nonce: "n1" },
        ])
        assert.deepStrictEqual(
          server.received.map(({ headers }) => [headers.authorization, headers.dpop]),
          [
            ["DPoP canary", "proof-1-"],
            ["DPoP canary", "proof-2-n1"],
          ],
        )
        yield* Effect.exit(run(server.url, listTools(sessionAt(server.url), undefined, authorize)))
        assert.deepStrictEqual(asked[2], { method: "POST", url: server.url, nonce: "n1+" })
      }),
    ),
  )

  it.live("a server that is never content with its own nonce is asked twice", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve((_, response) =>
          response.writeHead(401, { "www-authenticate": 'DPoP error="use_dpop_nonce"', "dpop-nonce": "n" }).end(),
        )
        const failure = yield* Effect.flip(
          run(server.url, listTools(sessionAt(server.url), undefined, proofs().authorize)),
        )
        assert.deepInclude(failure, { _tag: "AuthorizationRequired", tokenSent: true })
        assert.lengthOf(server.received, 2)
      }),
    ),
  )

  it.live("it goes with the handshake, notifications and the end of a session as well", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve((one, response) =>
          one.json.id === undefined
            ? void response.writeHead(202).end()
            : json(response, result(one, { protocolVersion: "2025-11-25", capabilities: {} }), 200, {
                "mcp-session-id": "s",
              }),
        )
        const { authorize, asked } = proofs()
        yield* run(
          server.url,
          Effect.flatMap(connect({ url: server.url, version: "2025-11-25", authorize }), (session) =>
            disconnect(session, undefined, authorize),
          ),
        )
        assert.deepStrictEqual(
          asked.map((line) => Object(line).method),
          ["POST", "POST", "DELETE"],
        )
        for (const { headers } of server.received) assert.strictEqual(headers.authorization, "DPoP canary")
      }),
    ),
  )
})
