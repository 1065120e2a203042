import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Findings } from "../../source/text/finding.ts"
import { Vault } from "../../source/vault/vault.ts"
import { leftOut, mocked, movableClock, occupied, requests, run, statuses, temporaryStore } from "./room.ts"

const hour = 3_600_000
const signedIn = { probe: "done", ...leftOut, connect: "done", tools: "done" }

/** Signs in once, in a run of its own. */
const signInOnce = (url: string, store: string) => run(url, { store }, ({ flow }) => flow.runTo("tools"))

const records = (store: string) =>
  Effect.flatMap(Vault, (vault) => vault.list).pipe(
    Effect.provide(Vault.layer({ directory: store })),
    Effect.provideService(Findings, { raise: () => Effect.void }),
  )

describe("the second run", () => {
  it.live("uses the stored token: steps 2 to 7 are left out, nothing is registered, nothing is opened", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const store = yield* temporaryStore
      yield* signInOnce(mock.url, store)
      const before = mock.log.size
      const state = yield* run(mock.url, { store, target: { interactive: false, browser: "print" } }, ({ flow }) =>
        flow.runTo("tools"),
      )
      assert.deepStrictEqual(statuses(state), signedIn)
      assert.strictEqual(state.steps.probe.note, "stored token accepted")
      assert.strictEqual(state.steps.server.note, "the stored token was accepted")
      assert.deepStrictEqual(
        new Set(
          mock.log
            .all()
            .slice(before)
            .map(({ route }) => route),
        ),
        new Set(["mcp"]),
      )
      assert.deepStrictEqual(
        [requests(mock, "register"), requests(mock, "authorize"), requests(mock, "token")],
        [1, 1, 1],
      )
    }).pipe(Effect.scoped),
  )

  it.live("asked again, the first step decides again which steps are left out", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const store = yield* temporaryStore
      yield* signInOnce(mock.url, store)
      yield* run(mock.url, { store }, ({ intend, state }) =>
        Effect.gen(function* () {
          yield* intend({ _tag: "Next" })
          assert.strictEqual(state().wait?.step, "connect")
          mock.reset()
          yield* intend({ _tag: "Retry" })
          assert.strictEqual(state().facts.probe?.outcome, "challenged")
          assert.strictEqual(state().wait?.step, "resource")
          yield* intend({ _tag: "RunAll" })
          assert.strictEqual(state().steps.call.status, "done")
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("CR-92 renews an expired token first, in sight, without a browser", () => {
    const clock = movableClock()
    return Effect.gen(function* () {
      const mock = yield* mocked({ clock: clock.mock })
      const store = yield* temporaryStore
      yield* signInOnce(mock.url, store)
      clock.forward(2 * hour)
      const state = yield* run(mock.url, { store, target: { interactive: false, browser: "print" } }, ({ flow }) =>
        flow.runTo("tools"),
      )
      assert.deepStrictEqual(statuses(state), signedIn)
      assert.strictEqual(state.steps.probe.note, "stored token renewed and accepted")
      assert.deepStrictEqual([requests(mock, "token", 200), requests(mock, "authorize")], [2, 1])
      // The refresh is an exchange of step 1, and what was checked about it a finding there.
      const [first] = state.steps.probe.exchanges
      assert.strictEqual(state.exchanges.find(({ request }) => request.exchange === first)?.request.leg, "token")
      assert.isTrue(state.steps.probe.findings.some(({ exchange }) => exchange === first))
      // The bad token was never sent.
      assert.strictEqual(requests(mock, "mcp", 401), 1)
    }).pipe(clock.provide, Effect.scoped)
  })

  it.live("CR-100 renews a token that is refused before its time", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const store = yield* temporaryStore
      yield* signInOnce(mock.url, store)
      // The server has lost its keys: every token it has issued is bad now, and the grants are not.
      mock.rotateKeys(true)
      const state = yield* run(mock.url, { store, target: { interactive: false, browser: "print" } }, ({ flow }) =>
        flow.runTo("tools"),
      )
      assert.deepStrictEqual(statuses(state), signedIn)
      assert.deepStrictEqual([requests(mock, "token", 200), requests(mock, "authorize")], [2, 1])
    }).pipe(Effect.scoped),
  )

  it.live("CR-88 CR-89 a stored token that is too narrow is not renewed: a step-up keeps what it could do", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ scopes: "progressive" })
      const store = yield* temporaryStore
      yield* signInOnce(mock.url, store)
      mock.behave({
        answer: (answer, exchange) =>
          exchange.event.route === "mcp" &&
          exchange.header("authorization") !== undefined &&
          requests(mock, "token") === 1
            ? {
                status: 403,
                headers: { "www-authenticate": 'Bearer error="insufficient_scope", scope="files:read"' },
                json: {},
              }
            : answer,
      })
      const state = yield* run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))
      assert.strictEqual(state.steps.tools.status, "done", JSON.stringify(statuses(state)))
      assert.deepStrictEqual(
        mock.log.all("token").map(({ form }) => form?.grant_type),
        ["authorization_code", "authorization_code"],
      )
      const asked = mock.log.last("authorize")?.query.scope
      assert.deepStrictEqual(new Set(String(asked).split(" ")), new Set(["mcp:tools", "offline_access", "files:read"]))
    }).pipe(Effect.scoped),
  )

  it.live("CR-95 signs in again when the refresh token is dead, with the same registration", () => {
    const clock = movableClock()
    return Effect.gen(function* () {
      const mock = yield* mocked({ clock: clock.mock, refresh: { idleSeconds: 3600 } })
      const store = yield* temporaryStore
      yield* signInOnce(mock.url, store)
      clock.forward(2 * hour)
      const state = yield* run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))
      assert.strictEqual(state.steps.tools.status, "done")
      assert.strictEqual(state.steps.token.status, "done")
      assert.isTrue(state.facts.identity?.reused)
      assert.deepStrictEqual([requests(mock, "register"), requests(mock, "authorize")], [1, 2])
      assert.isTrue(
        state.steps.probe.findings.some(
          ({ severity, text }) => severity === "warning" && /could not be renewed/.test(text),
        ),
      )
    }).pipe(clock.provide, Effect.scoped)
  })

  it.live("CR-96 keeps the tokens and opens no browser while the token endpoint is out of order", () => {
    const clock = movableClock()
    return Effect.gen(function* () {
      const mock = yield* mocked({ clock: clock.mock })
      const store = yield* temporaryStore
      yield* signInOnce(mock.url, store)
      clock.forward(2 * hour)
      mock.behave({ token: (answer) => ({ ...answer, status: 503 }) })
      const failed = yield* run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))
      assert.deepStrictEqual(statuses(failed), { probe: "failed: refresh_later" })
      assert.strictEqual(failed.steps.probe.problem?.exit, 6)
      assert.strictEqual(requests(mock, "authorize"), 1)
      mock.behave()
      const [record] = yield* records(store)
      assert.isDefined(record?.grant?.refreshToken)
    }).pipe(clock.provide, Effect.scoped)
  })

  it.live("CR-96 a client that was forgotten is registered again when its refresh is refused", () => {
    const clock = movableClock()
    return Effect.gen(function* () {
      const mock = yield* mocked({ clock: clock.mock })
      const store = yield* temporaryStore
      const first = yield* signInOnce(mock.url, store)
      clock.forward(2 * hour)
      mock.forgetClient(first.facts.identity?.client.clientId ?? "")
      const state = yield* run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))
      assert.strictEqual(state.steps.tools.status, "done")
      assert.isFalse(state.facts.identity?.reused)
      assert.strictEqual(requests(mock, "register"), 2)
      assert.strictEqual((yield* records(store)).length, 1)
    }).pipe(clock.provide, Effect.scoped)
  })

  it.live("CR-34 sends a stored token to the server it is for and to no other", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const other = yield* mocked()
      const store = yield* temporaryStore
      yield* signInOnce(mock.url, store)
      const state = yield* run(other.url, { store }, ({ flow }) => flow.runTo("tools"))
      assert.strictEqual(state.steps.token.status, "done")
      assert.deepStrictEqual(other.log.failures(), [])
      assert.isUndefined(other.log.all("mcp")[0]?.headers.authorization)
    }).pipe(Effect.scoped),
  )

  it.live("CR-71 takes another port, and so another registration, when the registered one is taken", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const store = yield* temporaryStore
      const first = yield* signInOnce(mock.url, store)
      yield* run(mock.url, { store }, ({ intend }) => intend({ _tag: "Revoke" }))
      const redirectUri = first.facts.identity?.redirectUri ?? ""
      yield* occupied(Number(new URL(redirectUri).port))
      // Who follows redirects listens nowhere.
      const followed = yield* run(mock.url, { store }, ({ flow }) => flow.runTo("client"))
      assert.deepStrictEqual([followed.facts.identity?.redirectUri, requests(mock, "register")], [redirectUri, 1])
      const state = yield* run(mock.url, { store, target: { browser: "print" } }, ({ flow }) => flow.runTo("client"))
      assert.notStrictEqual(state.facts.identity?.redirectUri, redirectUri)
      assert.strictEqual(requests(mock, "register"), 2)
      assert.deepStrictEqual(mock.log.failures(), [])
      assert.isTrue(state.steps.client.findings.some(({ text }) => text.includes(redirectUri)))
    }).pipe(Effect.scoped),
  )

  it.live("CR-71 never sends a redirect URI that is not registered: another wish is another registration", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const store = yield* temporaryStore
      yield* signInOnce(mock.url, store)
      yield* run(mock.url, { store }, ({ intend }) => intend({ _tag: "Revoke" }))
      const anyPort = yield* run(
        mock.url,
        { store, target: { redirectUri: "http://127.0.0.1:0/callback" } },
        ({ flow }) => flow.runTo("tools"),
      )
      assert.isTrue(anyPort.facts.identity?.reused)
      yield* run(mock.url, { store }, ({ intend }) => intend({ _tag: "Revoke" }))
      const elsewhere = yield* run(
        mock.url,
        { store, target: { redirectUri: "http://127.0.0.1:0/elsewhere" } },
        ({ flow }) => flow.runTo("tools"),
      )
      assert.match(elsewhere.facts.identity?.redirectUri ?? "", /\/elsewhere$/)
      assert.strictEqual(requests(mock, "register"), 2)
      assert.deepStrictEqual(mock.log.failures(), [])
    }).pipe(Effect.scoped),
  )

  it.live("says so when another redirect URI is wanted and nothing new can be registered", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const store = yield* temporaryStore
      yield* signInOnce(mock.url, store)
      yield* run(mock.url, { store }, ({ intend }) => intend({ _tag: "Revoke" }))
      mock.behave({ metadata: ({ registration_endpoint: _, ...rest }) => rest })
      const target = { redirectUri: "http://127.0.0.1:0/elsewhere" }
      const state = yield* run(mock.url, { store, target }, ({ flow }) => flow.runTo("tools"))
      assert.strictEqual(state.steps.client.problem?.code, "redirect_unregistered")
      assert.strictEqual(requests(mock, "authorize"), 1)
    }).pipe(Effect.scoped),
  )

  it.live("CR-104 Revoke ends the tokens at the server and here, and keeps the registration", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const store = yield* temporaryStore
      yield* signInOnce(mock.url, store)
      const revoked = yield* run(mock.url, { store }, ({ intend }) => intend({ _tag: "Revoke" }))
      assert.strictEqual(revoked.steps.revoke.note, "revoked at the server and deleted here")
      assert.strictEqual(requests(mock, "revoke", 200), 2)
      const [record] = yield* records(store)
      assert.deepStrictEqual([record?.grant, record?.client.source], [undefined, "dcr"])
      const again = yield* run(mock.url, { store }, ({ intend }) => intend({ _tag: "Revoke" }))
      assert.strictEqual(again.steps.revoke.problem?.code, "nothing_to_revoke")
    }).pipe(Effect.scoped),
  )

  it.live("goes on without a store that cannot be used, and says so", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      // A file stands where the directory should be.
      const state = yield* run(mock.url, { store: "/dev/null/store" }, ({ flow }) => flow.call("add", { a: 1, b: 1 }))
      assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 2 })
      const warned = ["probe", "server", "client", "token"] as const
      assert.isTrue(warned.some((id) => state.steps[id].findings.some(({ severity }) => severity === "warning")))
    }).pipe(Effect.scoped),
  )
})
