import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Behaviour } from "../../mock/index.ts"
import type { Remedy } from "../../source/flow/event.ts"
import { mainSteps } from "../../source/flow/step-id.ts"
import { mocked, mockTrusting, movableClock, type Run, requests, run, statuses, temporaryStore } from "./room.ts"

const remedies = (events: Run["events"]): ReadonlyArray<Remedy> => events("RemedyChosen").map(({ remedy }) => remedy)

/** Scopes of every authorization request so far. */
const scopesAsked = (mock: { readonly log: { all(route: "authorize"): ReadonlyArray<{ query: object }> } }) =>
  mock.log.all("authorize").map(({ query }) => ("scope" in query ? query.scope : undefined))

const challenge = (status: 401 | 403, field: string): Behaviour => ({
  answer: (answer, exchange) =>
    exchange.event.route === "mcp" && exchange.header("authorization") !== undefined
      ? { status, headers: { "www-authenticate": field }, json: {} }
      : answer,
})

describe("step-up", () => {
  it.live("CR-88 CR-101 asks for the union of scopes and makes the very call with its arguments", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ scopes: "progressive" })
      yield* run(mock.url, {}, ({ flow, events, state }) =>
        Effect.gen(function* () {
          yield* flow.runTo("tools")
          assert.deepStrictEqual(scopesAsked(mock), ["mcp:tools offline_access"])
          const listed = yield* flow.call("list_files", { path: "documents" })
          assert.strictEqual(listed.steps.call.status, "done")
          assert.deepStrictEqual(remedies(events), ["step-up"])
          assert.deepStrictEqual(
            new Set(String(scopesAsked(mock)[1]).split(" ")),
            new Set(["mcp:tools", "offline_access", "files:read"]),
          )
          const calls = events("RequestSent").filter(({ request }) => request.label === "tools/call list_files")
          assert.deepStrictEqual(
            calls.map(({ request }) => listed.exchanges.find((each) => each.request === request)?.response?.status),
            [403, 200],
          )
          for (const { request } of calls) assert.include(request.body?.text, '"arguments":{"path":"documents"}')
          // CR-89: no refresh can widen a scope. And nothing is lost: the list of tools is not asked for again.
          assert.strictEqual(requests(mock, "token"), 2)
          assert.strictEqual(mock.log.all("mcp").filter(({ rpc }) => rpc === "tools/list").length, 1)
          // The next one keeps what the last one got.
          yield* flow.call("get_user_profile", {})
          assert.deepStrictEqual(
            new Set(String(scopesAsked(mock)[2]).split(" ")),
            new Set(["mcp:tools", "offline_access", "files:read", "profile"]),
          )
          assert.strictEqual(requests(mock, "register"), 1)
          // A client is registered for all that the resource may ask for later.
          assert.strictEqual(mock.clients()[0]?.metadata.scope?.includes("profile"), true)
          assert.strictEqual(state().steps.call.status, "done")
          assert.deepStrictEqual(mock.log.failures(), ["mcp: scope-sufficient", "mcp: scope-sufficient"])
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live(
    "CR-88 what was granted without being asked for is asked for as well; CR-87 offline_access has the user asked",
    () =>
      Effect.gen(function* () {
        const mock = yield* mocked({ scopes: "progressive" })
        mock.behave({
          token: (answer) => ({ ...answer, json: { ...Object(answer.json), scope: "mcp:tools profile" } }),
        })
        yield* run(mock.url, {}, ({ flow }) =>
          Effect.gen(function* () {
            yield* flow.runTo("tools")
            yield* flow.call("list_files", { path: "documents" })
            assert.deepStrictEqual(
              new Set(String(scopesAsked(mock)[1]).split(" ")),
              new Set(["mcp:tools", "offline_access", "profile", "files:read"]),
            )
            assert.deepStrictEqual(
              mock.log.all("authorize").map(({ query }) => query.prompt),
              ["consent", "consent"],
            )
          }),
        )
      }).pipe(Effect.scoped),
  )

  it.live("CR-88 asks beside --scope for what a step-up is for; the client was registered for all of it", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ scopes: "progressive" })
      yield* run(mock.url, { target: { scope: "mcp:tools" } }, ({ flow }) =>
        Effect.gen(function* () {
          yield* flow.runTo("tools")
          const listed = yield* flow.call("list_files", { path: "documents" })
          assert.strictEqual(listed.steps.call.status, "done")
          assert.deepStrictEqual(scopesAsked(mock), ["mcp:tools", "mcp:tools files:read"])
          assert.include(mock.clients()[0]?.metadata.scope ?? "", "files:read")
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("in manual mode waits at every gate, with the call still pending", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ scopes: "progressive" })
      yield* run(mock.url, {}, ({ state, intend }) =>
        Effect.gen(function* () {
          for (const _ of mainSteps.slice(0, 9)) yield* intend({ _tag: "Next" })
          yield* intend({ _tag: "Call", tool: "list_files", arguments: { path: "documents" } })
          assert.deepStrictEqual([state().wait?.step, state().mode], ["resource", "manual"])
          assert.strictEqual(state().facts.call?.tool, "list_files")
          for (const step of mainSteps.slice(1, 7)) {
            assert.strictEqual(state().wait?.step, step)
            yield* intend({ _tag: "Next" })
          }
          assert.strictEqual(state().wait?.step, "call")
          yield* intend({ _tag: "Next" })
          assert.deepStrictEqual(statuses(state()), Object.fromEntries(mainSteps.map((id) => [id, "done"])))
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("opens a new session for the new token, where the revision has sessions (MR-34)", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ scopes: "progressive", revisions: ["2025-11-25"] })
      yield* run(mock.url, {}, ({ flow }) =>
        Effect.gen(function* () {
          yield* flow.runTo("tools")
          const state = yield* flow.call("list_files", { path: "documents" })
          assert.strictEqual(state.steps.call.status, "done")
          const initialized = mock.log.all("mcp").filter(({ rpc, status }) => rpc === "initialize" && status === 200)
          assert.strictEqual(initialized.length, 2)
          const calls = mock.log.all("mcp").filter(({ rpc, status }) => rpc === "tools/call" || status === 403)
          const [first, second] = calls.map(({ headers }) => headers["mcp-session-id"])
          assert.isDefined(first)
          assert.isDefined(second)
          assert.notStrictEqual(first, second)
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("CR-90 an endless 403 that asks for ever more: three authorizations, then it is over", () =>
    Effect.gen(function* () {
      let asked = 0
      const mock = yield* mocked({
        behaviours: [
          {
            answer: (answer, exchange) =>
              exchange.event.rpc !== "tools/call"
                ? answer
                : {
                    status: 403,
                    headers: {
                      "www-authenticate": `Bearer error="insufficient_scope", scope="${["files:read", "profile", "mcp:tools"].slice(0, ++asked).join(" ")}"`,
                    },
                    json: {},
                  },
          },
        ],
      })
      yield* run(mock.url, {}, ({ flow, events }) =>
        Effect.gen(function* () {
          const state = yield* flow.call("add", { a: 1, b: 1 })
          assert.strictEqual(state.steps.call.problem?.code, "too_many_authorizations")
          assert.strictEqual(state.steps.call.problem?.exit, 4)
          assert.strictEqual(requests(mock, "authorize"), 3)
          assert.deepStrictEqual(remedies(events), ["step-up", "step-up"])
          assert.isAtMost(mock.log.size, 40)
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("CR-90 a 403 that asks for the same again: one step-up", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({
        behaviours: [challenge(403, 'Bearer error="insufficient_scope", scope="profile files:read"')],
      })
      const state = yield* run(mock.url, {}, ({ flow }) => flow.runTo("tools"))
      assert.deepStrictEqual(state.steps.connect.problem?.code, "step_up_in_vain")
      assert.strictEqual(requests(mock, "authorize"), 2)
    }).pipe(Effect.scoped),
  )

  it.live("CR-101 a 403 for another reason opens nothing", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ behaviours: [challenge(403, 'Bearer error="invalid_request"')] })
      const state = yield* run(mock.url, {}, ({ flow }) => flow.runTo("tools"))
      assert.strictEqual(state.steps.connect.problem?.code, "forbidden")
      assert.strictEqual(requests(mock, "authorize"), 1)
    }).pipe(Effect.scoped),
  )
})

describe("401", () => {
  it.live("CR-100 a server that refuses every token: one sign-in, a bounded number of requests", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ behaviours: [challenge(401, 'Bearer error="invalid_token"')] })
      const store = yield* temporaryStore
      const state = yield* run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))
      assert.strictEqual(state.steps.connect.problem?.code, "fresh_token_refused")
      assert.strictEqual(state.steps.connect.problem?.exit, 4)
      assert.isDefined(state.steps.connect.problem?.exchange)
      assert.strictEqual(requests(mock, "authorize"), 1)
      assert.isAtMost(mock.log.size, 8)
      // The next run: the stored token is refused, its renewal is refused, one more sign-in.
      const again = yield* run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))
      assert.strictEqual(again.steps.connect.problem?.code, "fresh_token_refused")
      assert.strictEqual(requests(mock, "authorize"), 2)
      assert.isAtMost(mock.log.size, 20)
    }).pipe(Effect.scoped),
  )

  it.live("CR-92 renews once in the middle of a session, and makes the same call again", () => {
    const clock = movableClock()
    return Effect.gen(function* () {
      const mock = yield* mocked({ clock: clock.mock })
      yield* run(mock.url, {}, ({ flow, events, state }) =>
        Effect.gen(function* () {
          yield* flow.runTo("tools")
          // The server is ahead of us: by our own clock the token is still good.
          mock.rotateKeys(true)
          const state1 = yield* flow.call("add", { a: 20, b: 3 })
          assert.deepStrictEqual(state1.facts.result?.structuredContent, { sum: 23 })
          assert.deepStrictEqual(remedies(events), ["renew"])
          assert.deepStrictEqual(statuses(state()), {
            ...Object.fromEntries(mainSteps.map((id) => [id, "done"])),
            refresh: "done",
          })
          // And before it expires, where that is known: no request with an old token leaves.
          clock.forward(3_590_000)
          const refused = requests(mock, "mcp", 401)
          yield* flow.call("add", { a: 1, b: 1 })
          assert.deepStrictEqual(remedies(events), ["renew", "renew"])
          assert.strictEqual(requests(mock, "mcp", 401), refused)
          assert.deepStrictEqual([requests(mock, "authorize"), requests(mock, "token", 200)], [1, 3])
        }),
      )
    }).pipe(clock.provide, Effect.scoped)
  })

  it.live("CR-95 signs in again when the session outlives its grant, and makes the call then", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      yield* run(mock.url, {}, ({ flow, events }) =>
        Effect.gen(function* () {
          const first = yield* flow.runTo("tools")
          mock.reset()
          const state = yield* flow.call("add", { a: 2, b: 2 })
          assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 4 })
          // The refresh finds the client gone, so it is forgotten, and registered anew by step 4.
          assert.deepStrictEqual(remedies(events), ["renew", "authorize"])
          assert.notStrictEqual(state.facts.identity?.client.clientId, first.facts.identity?.client.clientId)
          assert.strictEqual(requests(mock, "register"), 1)
        }),
      )
    }).pipe(Effect.scoped),
  )
})

describe("a client that its server has forgotten", () => {
  it.live("CR-96 is registered again, once, when the authorization endpoint does not know it", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const store = yield* temporaryStore
      const first = yield* run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))
      yield* run(mock.url, { store }, ({ intend }) => intend({ _tag: "Revoke" }))
      mock.forgetClient(first.facts.identity?.client.clientId ?? "")
      yield* run(mock.url, { store }, ({ flow, events }) =>
        Effect.gen(function* () {
          const state = yield* flow.runTo("tools")
          assert.strictEqual(state.steps.tools.status, "done", JSON.stringify(state.steps.consent.problem))
          assert.deepStrictEqual(remedies(events), ["register"])
          assert.strictEqual(requests(mock, "register"), 2)
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("CR-96 and when the token endpoint does not", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      let refusals = 1
      mock.behave({
        token: (answer) => (refusals-- > 0 ? { ...answer, status: 401, json: { error: "invalid_client" } } : answer),
      })
      yield* run(mock.url, {}, ({ flow, events }) =>
        Effect.gen(function* () {
          const state = yield* flow.runTo("tools")
          assert.strictEqual(state.steps.tools.status, "done")
          assert.deepStrictEqual(remedies(events), ["register"])
          assert.deepStrictEqual([requests(mock, "register"), requests(mock, "authorize")], [2, 2])
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("CR-96 and when it was registered with fewer scopes than are wanted now", () =>
    Effect.gen(function* () {
      // As servers of the Python SDK do, which hold a client to its registration.
      const mock = yield* mocked()
      mock.behave({
        answer: (answer, { event: { route, query } }) => {
          const registered = requests(mock, "register")
          if (route === "register" && registered === 0)
            return { ...answer, json: { ...Object(answer.json), scope: "mcp:tools" } }
          if (route !== "authorize" || query.scope === "mcp:tools" || registered > 1) return answer
          const error = new URLSearchParams({ error: "invalid_scope", state: String(query.state), iss: mock.issuer })
          return { status: 302, headers: { location: `${String(query.redirect_uri)}?${error}` } }
        },
      })
      const store = yield* temporaryStore
      yield* run(mock.url, { store, target: { scope: "mcp:tools" } }, ({ flow }) => flow.runTo("tools"))
      yield* run(mock.url, { store }, ({ intend }) => intend({ _tag: "Revoke" }))
      const state = yield* run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))
      assert.strictEqual(state.steps.tools.status, "done", JSON.stringify(statuses(state)))
      assert.strictEqual(requests(mock, "register"), 2)
    }).pipe(Effect.scoped),
  )

  it.live("CR-96 and not for ever", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({
        behaviours: [{ token: (answer) => ({ ...answer, status: 401, json: { error: "invalid_client" } }) }],
      })
      const state = yield* run(mock.url, {}, ({ flow }) => flow.runTo("tools"))
      assert.strictEqual(state.steps.token.problem?.code, "client_dead")
      assert.deepStrictEqual([requests(mock, "register"), requests(mock, "token")], [2, 2])
    }).pipe(Effect.scoped),
  )

  it.live("CR-96 and never in the place of one that the user gave us", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const state = yield* run(mock.url, { target: { preregistered: { clientId: "nobody" } } }, ({ flow }) =>
        flow.runTo("tools"),
      )
      assert.strictEqual(state.steps.consent.problem?.code, "authorization_page_failed")
      assert.strictEqual(requests(mock, "register"), 0)
    }).pipe(Effect.scoped),
  )
})

describe("other trouble", () => {
  it.live("MR-28 the session that the very first request opened, lost on a server without authorization", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ revisions: ["2025-11-25"], noAuth: true })
      yield* run(mock.url, {}, ({ flow, events }) =>
        Effect.gen(function* () {
          yield* flow.runTo("tools")
          mock.dropSessions()
          const state = yield* flow.call("add", { a: 5, b: 6 })
          assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 11 })
          assert.deepStrictEqual(remedies(events), ["reconnect"])
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("MR-28 a session that the server has dropped is opened anew, and the call is made once", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ revisions: ["2025-11-25"] })
      yield* run(mock.url, {}, ({ flow, events }) =>
        Effect.gen(function* () {
          yield* flow.runTo("tools")
          mock.dropSessions()
          const state = yield* flow.call("add", { a: 5, b: 5 })
          assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 10 })
          assert.deepStrictEqual(remedies(events), ["reconnect"])
          const calls = mock.log.all("mcp").filter(({ rpc, status }) => rpc === "tools/call" && status === 200)
          assert.strictEqual(calls.length, 1)
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live(
    "CR-70 another authorization server than before: nothing of the old one is sent, and nobody agrees for the user",
    () =>
      Effect.gen(function* () {
        const old = yield* mocked()
        const mock = yield* mockTrusting(old)
        const store = yield* temporaryStore
        const first = yield* run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))
        assert.strictEqual(first.facts.grant?.issuer, old.issuer)

        const fresh = yield* mocked()
        mock.trust(fresh)
        const refused = yield* run(mock.url, { store, target: { interactive: false } }, ({ flow }) =>
          flow.runTo("tools"),
        )
        assert.strictEqual(refused.steps.server.problem?.code, "issuer_changed")
        assert.strictEqual(refused.steps.server.problem?.exit, 3)
        assert.strictEqual(fresh.log.size, 0)

        // A person is told, and nothing goes to the new one before they try again.
        const asked = { store, target: { browser: "print" } } as const
        yield* run(mock.url, asked, ({ flow, until, state }) =>
          Effect.gen(function* () {
            yield* flow.runTo("consent")
            assert.deepInclude(state().steps.server.problem, { code: "issuer_changed", received: fresh.issuer })
            // Something else that is asked for meanwhile is no yes.
            yield* flow.call("add", { a: 1, b: 1 })
            assert.strictEqual(state().steps.server.problem?.code, "issuer_changed")
            assert.strictEqual(fresh.log.size, 0)
            yield* flow.intend({ _tag: "Retry" })
            yield* until(({ wait }) => wait?.kind === "browser")
            assert.strictEqual(state().steps.server.status, "done")
            yield* flow.intend({ _tag: "Cancel" })
          }),
        )

        // Where redirects are followed nobody can be lured: it is said.
        const third = yield* mocked()
        mock.trust(third)
        const state = yield* run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))
        assert.strictEqual(state.steps.tools.status, "done")
        assert.isTrue(
          state.steps.server.findings.some(
            ({ severity, text }) => severity === "warning" && text.includes(third.issuer),
          ),
        )
        const sent = JSON.stringify([...fresh.log.all(), ...third.log.all()])
        const secrets = yield* Effect.sync(() => old.log.all("token").flatMap(({ form }) => Object.values(form ?? {})))
        for (const secret of [...secrets, first.facts.identity?.client.clientId])
          if (typeof secret === "string" && secret.length > 20 && !secret.startsWith("http"))
            assert.notInclude(sent, secret)
        assert.strictEqual(requests(third, "register"), 1)
      }).pipe(Effect.scoped),
  )
})
