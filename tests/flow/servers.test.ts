import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Behaviour, REVISIONS } from "../../mock/index.ts"
import type { FlowState } from "../../source/flow/state.ts"
import { allDone, leftOut, mocked, requests, run, statuses, temporaryStore } from "./room.ts"

const add = { a: 2, b: 3 }

describe("each revision of MCP", () => {
  for (const revision of REVISIONS) {
    it.live(`${revision}: found by asking, on a server that knows no other`, () =>
      Effect.gen(function* () {
        const mock = yield* mocked({ revisions: [revision] })
        const state = yield* run(mock.url, {}, ({ flow }) => flow.call("add", add))
        assert.deepStrictEqual(statuses(state), allDone)
        assert.strictEqual(state.facts.session?.protocolVersion, revision)
        assert.deepStrictEqual(state.facts.result?.content, [{ type: "text", text: '{"sum":5}' }])
        assert.deepStrictEqual(
          mock.log
            .failures()
            .filter(
              (failure) => !/method-known|protocol-version-supported|initialize-first|session-known/.test(failure),
            ),
          [],
        )
      }).pipe(Effect.scoped),
    )

    it.live(`${revision}: pinned, on a server that knows all four`, () =>
      Effect.gen(function* () {
        const mock = yield* mocked()
        const state = yield* run(mock.url, { target: { protocolVersion: revision } }, ({ flow }) =>
          flow.call("add", add),
        )
        assert.deepStrictEqual(statuses(state), allDone)
        assert.strictEqual(state.facts.session?.protocolVersion, revision)
        assert.deepStrictEqual(mock.log.failures(), [])
      }).pipe(Effect.scoped),
    )
  }
})

describe("a server that asks for nothing", () => {
  for (const revision of ["2026-07-28", "2025-11-25"] as const)
    it.live(`${revision}: steps 2 to 7 are left out, and the session of the probe is carried on`, () =>
      Effect.gen(function* () {
        const mock = yield* mocked({ noAuth: true, revisions: [revision] })
        const state = yield* run(mock.url, { target: { interactive: false, browser: "print" } }, ({ flow }) =>
          flow.call("add", add),
        )
        assert.deepStrictEqual(statuses(state), { ...allDone, ...leftOut })
        assert.strictEqual(state.steps.token.note, "the server asks for no authorization")
        assert.deepStrictEqual(new Set(mock.log.all().map(({ route }) => route)), new Set(["mcp"]))
        const opening = mock.log
          .all("mcp")
          .filter(({ rpc, status }) => status === 200 && rpc !== "tools/list" && rpc !== "tools/call")
        assert.strictEqual(opening.length, 1)
      }).pipe(Effect.scoped),
    )

  it.live("and then for a token at the call: the sign-in follows, and the call is made once", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ behaviours: [openButForCalls] })
      yield* run(mock.url, {}, ({ flow, events }) =>
        Effect.gen(function* () {
          const listed = yield* flow.runTo("tools")
          assert.deepStrictEqual(statuses(listed), { probe: "done", ...leftOut, connect: "done", tools: "done" })
          const state = yield* flow.call("add", add)
          assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 5 })
          assert.deepStrictEqual(statuses(state), allDone)
          assert.deepStrictEqual(
            events("RemedyChosen").map(({ remedy }) => remedy),
            ["authorize"],
          )
        }),
      )
    }).pipe(Effect.scoped),
  )
})

const openAnswers: Readonly<Record<string, object>> = {
  "server/discover": { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } },
  "tools/list": { tools: [{ name: "add", inputSchema: { type: "object", properties: { a: {}, b: {} } } }] },
}

/** Everything but calls is open to everybody. */
const openButForCalls: Behaviour = {
  intercept: async (exchange, response) => {
    const result = openAnswers[exchange.header("mcp-method") ?? ""]
    if (result === undefined || exchange.header("authorization") !== undefined) return false
    const { id } = JSON.parse(await exchange.text(10_000)) as { readonly id: number }
    response.setHeader("content-type", "application/json")
    response.end(
      JSON.stringify({
        jsonrpc: "2.0",
        id,
        result: { resultType: "complete", ttlMs: 0, cacheScope: "public", ...result },
      }),
    )
    return true
  },
}

describe("a server that says less than it should", () => {
  it.live("401 without WWW-Authenticate: said as an error, and the metadata is found all the same", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ behaviours: [{ challenge: () => [] }] })
      const state = yield* run(mock.url, {}, ({ flow }) => flow.call("add", add))
      assert.deepStrictEqual(statuses(state), allDone)
      assert.isTrue(
        state.steps.probe.findings.some(({ severity, rule }) => severity === "error" && rule === "RFC 9110 §15.5.2"),
      )
    }).pipe(Effect.scoped),
  )

  it.live("403 with a challenge where 401 was meant: said as a warning, and the sign-in follows", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({
        behaviours: [{ answer: (answer) => (answer.status === 401 ? { ...answer, status: 403 } : answer) }],
      })
      const state = yield* run(mock.url, {}, ({ flow }) => flow.call("add", add))
      assert.deepStrictEqual(statuses(state), allDone)
      assert.isTrue(state.steps.probe.findings.some(({ severity }) => severity === "warning"))
    }).pipe(Effect.scoped),
  )

  it.live("CR-101 403 without a challenge: nothing is opened, nothing is registered", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({
        behaviours: [
          { answer: (answer, { event }) => (event.route === "mcp" ? { status: 403, headers: {}, json: {} } : answer) },
        ],
      })
      const state = yield* run(mock.url, {}, ({ flow }) => flow.runTo("tools"))
      assert.deepStrictEqual(statuses(state), { probe: "failed: forbidden" })
      assert.strictEqual(mock.log.all().filter(({ route }) => route !== "mcp").length, 0)
    }).pipe(Effect.scoped),
  )

  const silent = { prmForms: [], behaviours: [{ challenge: () => ['Bearer realm="mcp"'] }] } as const

  it.live(
    "CR-10 of several authorization servers the one that knows us is chosen: by the store or by the configuration",
    () =>
      Effect.gen(function* () {
        const [first, second] = [yield* mocked(), yield* mocked()]
        const mock = yield* mocked({ authorizationServers: [first, second] })
        const target = { configured: [{ issuer: second.issuer, clientId: "given" }] }
        const issuerOf = (state: FlowState) => state.facts.server?.issuer
        assert.strictEqual(issuerOf(yield* run(mock.url, {}, ({ flow }) => flow.runTo("server"))), first.issuer)
        assert.strictEqual(
          issuerOf(yield* run(mock.url, { target }, ({ flow }) => flow.runTo("server"))),
          second.issuer,
        )
        const store = yield* temporaryStore
        yield* run(mock.url, { store, target: { issuer: second.issuer } }, ({ flow }) => flow.runTo("tools"))
        yield* run(mock.url, { store }, ({ intend }) => intend({ _tag: "Revoke" }))
        assert.strictEqual(issuerOf(yield* run(mock.url, { store }, ({ flow }) => flow.runTo("server"))), second.issuer)
      }).pipe(Effect.scoped),
  )

  it.live("X-3 who issues the tokens is remembered for this server, and not under --strict", () =>
    Effect.gen(function* () {
      const mock = yield* mocked(silent)
      for (const target of [{ issuer: mock.issuer }, { legacyAuth: true }]) {
        const store = yield* temporaryStore
        yield* run(mock.url, { store, target }, ({ flow }) => flow.runTo("tools"))
        yield* run(mock.url, { store }, ({ intend }) => intend({ _tag: "Revoke" }))
        const strict = yield* run(mock.url, { store, target: { strict: true } }, ({ flow }) => flow.runTo("tools"))
        assert.strictEqual(strict.steps.resource.problem?.code, "resource_metadata_missing")
        const later = yield* run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))
        assert.strictEqual(later.steps.tools.status, "done", JSON.stringify(statuses(later)))
        assert.include(
          later.steps.resource.findings.map(({ text }) => text).join(),
          "in an earlier run for this server",
        )
      }
    }).pipe(Effect.scoped),
  )

  it.live("CR-18 no resource metadata: it ends there, unless the user names the issuer or allows the old ways", () =>
    Effect.gen(function* () {
      const mock = yield* mocked(silent)
      const state = yield* run(mock.url, {}, ({ flow }) => flow.runTo("tools"))
      assert.deepStrictEqual(statuses(state), { probe: "done", resource: "failed: resource_metadata_missing" })
      for (const target of [{ issuer: mock.issuer }, { legacyAuth: true }]) {
        const signedIn = yield* run(mock.url, { target }, ({ flow }) => flow.call("add", add))
        assert.deepStrictEqual(statuses(signedIn), allDone)
        assert.strictEqual(signedIn.facts.resource?.url, undefined)
        assert.isTrue(
          signedIn.steps.resource.findings.some(
            ({ severity, text }) => severity === "warning" && text.includes(mock.issuer),
          ),
        )
        // CR-31: without metadata the resource is the server's own address.
        assert.strictEqual(mock.log.last("authorize")?.query.resource, mock.url)
      }
    }).pipe(Effect.scoped),
  )

  it.live("no registration: said with every way that was looked at", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ registration: { enabled: false }, cimd: false })
      const state = yield* run(mock.url, {}, ({ flow }) => flow.runTo("tools"))
      assert.strictEqual(state.steps.client.problem?.code, "no_way_to_register")
      assert.match(state.steps.client.problem?.detail ?? "", /preregistered: .*stored: .*cimd: .*dcr: /)
    }).pipe(Effect.scoped),
  )

  it.live("a pre-registered client with a secret needs no registration", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({
        registration: { enabled: false },
        clients: [{ client_id: "given", redirect_uris: ["http://127.0.0.1/callback"] }],
      })
      const state = yield* run(mock.url, { target: { preregistered: { clientId: "given" } } }, ({ flow }) =>
        flow.call("add", add),
      )
      assert.deepStrictEqual(statuses(state), allDone)
      assert.strictEqual(state.steps.client.note, "given (pre-registered)")
    }).pipe(Effect.scoped),
  )

  it.live("a server that is not there, and one that is no MCP server: the first step says so", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const page = yield* run(mock.origin, {}, ({ flow }) => flow.runTo("tools"))
      assert.deepStrictEqual(Object.keys(statuses(page)), ["probe"])
      assert.strictEqual(page.steps.probe.status, "failed")
      yield* Effect.promise(() => mock.close())
      const nobody = yield* run(mock.url, {}, ({ flow }) => flow.runTo("tools"))
      assert.deepStrictEqual(statuses(nobody), { probe: "failed: connection_refused" })
      assert.strictEqual(nobody.steps.probe.problem?.exit, 6)
    }).pipe(Effect.scoped),
  )
})

describe("tools", () => {
  it.live("are listed page by page", () =>
    Effect.gen(function* () {
      const whole = yield* mocked()
      const paged = yield* mocked({ pageSize: 3 })
      const one = yield* run(whole.url, {}, ({ flow }) => flow.runTo("tools"))
      const many = yield* run(paged.url, {}, ({ flow }) => flow.runTo("tools"))
      const count = one.facts.tools?.length ?? 0
      assert.isAbove(count, 3)
      assert.deepStrictEqual(many.facts.tools, one.facts.tools)
      assert.strictEqual(many.steps.tools.exchanges.length, Math.ceil(count / 3))
      assert.strictEqual(many.steps.tools.note, `${count} tools`)
    }).pipe(Effect.scoped),
  )

  for (const revision of ["2026-07-28", "2025-06-18"] as const)
    it.live(`${revision}: report progress while they run`, () =>
      Effect.gen(function* () {
        const mock = yield* mocked({ revisions: [revision] })
        yield* run(mock.url, {}, ({ flow, events, journal }) =>
          Effect.gen(function* () {
            const seen: Array<number | undefined> = []
            journal.subscribe((event, state) => {
              if (event._tag === "Progressed") seen.push(state.progress?.progress)
            })
            const state = yield* flow.call("slow", { steps: 3, delayMs: 20 })
            assert.strictEqual(state.steps.call.status, "done")
            assert.deepStrictEqual(seen, [1, 2, 3])
            assert.deepStrictEqual(
              events("Progressed").map(({ total, message }) => [total, message]),
              [
                [3, "Step 1 of 3"],
                [3, "Step 2 of 3"],
                [3, "Step 3 of 3"],
              ],
            )
            assert.strictEqual(state.progress, undefined)
          }),
        )
      }).pipe(Effect.scoped),
    )

  it.live("are cancelled in the way of their revision, and Cancel does not wait for it", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ revisions: ["2025-11-25"] })
      yield* run(mock.url, {}, ({ flow, state, until, events }) =>
        Effect.gen(function* () {
          yield* flow.runTo("tools")
          yield* flow.intend({ _tag: "Call", tool: "slow", arguments: { steps: 100, delayMs: 50 } })
          yield* until(({ progress }) => progress !== undefined)
          yield* flow.intend({ _tag: "Cancel" })
          assert.strictEqual(state().running, undefined)
          assert.strictEqual(state().steps.call.status, "todo")
          // What the step still has to say is written down as its own.
          yield* until(({ exchanges }) => exchanges.some(({ request }) => request.label === "notifications/cancelled"))
          const goodbye = events("RequestSent").find(({ request }) => request.label === "notifications/cancelled")
          assert.strictEqual(goodbye?.step, "call")
          assert.strictEqual(state().exchanges.find(({ request }) => request === goodbye?.request)?.step, "call")
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("that say no are results; names that are not there, and no name, are failures that nothing is sent for", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      yield* run(mock.url, {}, ({ flow }) =>
        Effect.gen(function* () {
          const no = yield* flow.call("fail", { reason: "not today" })
          assert.deepStrictEqual([no.steps.call.status, no.facts.result?.isError], ["done", true])
          const calls = () => mock.log.all("mcp").filter(({ rpc }) => rpc === "tools/call").length
          const before = calls()
          const unknown = yield* flow.call("Add", {})
          assert.strictEqual(unknown.steps.call.problem?.code, "no_such_tool")
          assert.strictEqual(unknown.steps.call.problem?.exit, 2)
          assert.strictEqual(calls(), before)
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("that are none at all end the run well; a name that is given is looked for all the same", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({
        behaviours: [
          {
            mcp: (message) =>
              JSON.parse(
                JSON.stringify(message, (name, value) => (name === "tools" && Array.isArray(value) ? [] : value)),
              ) as typeof message,
          },
        ],
      })
      yield* run(mock.url, {}, ({ intend, flow }) =>
        Effect.gen(function* () {
          const all = yield* intend({ _tag: "RunAll" })
          assert.deepStrictEqual([all.steps.tools.status, all.steps.call.status], ["done", "skipped"])
          assert.strictEqual(all.steps.call.note, "the server offers no tools")
          const listed = yield* intend({ _tag: "List", list: "resources" })
          assert.deepStrictEqual([listed.steps.call.status, listed.facts.resources?.length], ["done", 2])
          const named = yield* flow.call("add", add)
          assert.strictEqual(named.steps.call.problem?.code, "no_such_tool")
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("that change something are never called by themselves", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({
        behaviours: [
          {
            mcp: (message) =>
              JSON.parse(
                JSON.stringify(message).replaceAll('"readOnlyHint":true', '"readOnlyHint":false'),
              ) as typeof message,
          },
        ],
      })
      yield* run(mock.url, {}, ({ intend }) =>
        Effect.gen(function* () {
          const all = yield* intend({ _tag: "RunAll" })
          // Nothing has failed: somebody has to choose.
          assert.deepStrictEqual([all.mode, all.wait?.kind, all.wait?.step], ["manual", "gate", "call"])
          assert.strictEqual(all.steps.call.status, "todo")
          const next = yield* intend({ _tag: "Next" })
          assert.strictEqual(next.steps.call.problem?.code, "no_tool_named")
        }),
      )
      assert.strictEqual(requests(mock, "mcp", 200), 2)
    }).pipe(Effect.scoped),
  )
})
