import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Mock } from "../../mock/index.ts"
import type { Facts } from "../../source/flow/facts.ts"
import { reveal } from "../../source/text/secret.ts"
import { mocked, mockTrusting, movableClock, type Run, requests, run, temporaryStore } from "./room.ts"

const remedies = (events: Run["events"]) => events("RemedyChosen").map(({ remedy }) => remedy)

/** Ends the whole grant at the server, as a user does who withdraws consent. */
const withdraw = (mock: Mock, { grant }: Facts) => mock.revokeToken((grant && reveal(grant.accessToken)) ?? "")

const callsOf = (mock: Mock, tool: string) => mock.log.all("mcp").filter((event) => event.tool === tool)

describe("what happens to the tokens outside, while a session goes on", () => {
  it.live("CR-95 CR-100 consent withdrawn: renew, find it dead, sign in, and make the very call", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      yield* run(mock.url, {}, ({ flow, events }) =>
        Effect.gen(function* () {
          const { facts } = yield* flow.runTo("tools")
          withdraw(mock, facts)
          const state = yield* flow.call("add", { a: 19, b: 4 })
          assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 23 })
          assert.deepStrictEqual(remedies(events), ["renew", "authorize"])
          assert.strictEqual(state.steps.refresh.problem?.code, "refresh_token_dead")
          // The registration is good still.
          assert.deepStrictEqual([requests(mock, "register"), requests(mock, "authorize")], [1, 2])
          assert.strictEqual(callsOf(mock, "add").filter(({ status }) => status === 200).length, 1)
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("CR-88 CR-90 consent withdrawn before a call that needs more: sign in, step up, and make the very call", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ scopes: "progressive" })
      yield* run(mock.url, {}, ({ flow, events }) =>
        Effect.gen(function* () {
          const { facts } = yield* flow.runTo("tools")
          withdraw(mock, facts)
          const state = yield* flow.call("list_files", { path: "documents" })
          assert.strictEqual(state.steps.call.status, "done", JSON.stringify(state.steps.call.problem))
          assert.deepStrictEqual(remedies(events), ["renew", "authorize", "step-up"])
          const { query } = mock.log.last("authorize") ?? {}
          assert.deepStrictEqual(
            new Set(`${query?.scope}`.split(" ")),
            new Set(["mcp:tools", "offline_access", "files:read"]),
          )
          const done = callsOf(mock, "list_files").filter(({ status }) => status === 200)
          assert.strictEqual(done.length, 1)
          assert.deepInclude(done[0]?.body, { method: "tools/call" })
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live("CR-88 consent withdrawn after a step-up: the next sign-in asks for what the call needs, once", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ scopes: "progressive" })
      yield* run(mock.url, {}, ({ flow, events }) =>
        Effect.gen(function* () {
          yield* flow.runTo("tools")
          const { facts } = yield* flow.call("list_files", { path: "documents" })
          withdraw(mock, facts)
          const before = remedies(events).length
          const state = yield* flow.call("list_files", { path: "documents" })
          assert.strictEqual(state.steps.call.status, "done", JSON.stringify(state.steps.call.problem))
          assert.isAtMost(remedies(events).slice(before).length, 3)
          assert.strictEqual(callsOf(mock, "list_files").filter(({ status }) => status === 200).length, 2)
        }),
      )
    }).pipe(Effect.scoped),
  )

  it.live(
    "CR-70 moved to another authorization server: the call is made with its token, nothing of the old one goes there",
    () =>
      Effect.gen(function* () {
        const old = yield* mocked()
        const mock = yield* mockTrusting(old)
        const store = yield* temporaryStore
        yield* run(mock.url, { store }, ({ flow, events }) =>
          Effect.gen(function* () {
            const { facts } = yield* flow.runTo("tools")
            const fresh = yield* mocked()
            mock.trust(fresh)
            const state = yield* flow.call("add", { a: 19, b: 4 })
            assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 23 }, JSON.stringify(state.steps))
            assert.strictEqual(state.facts.grant?.issuer, fresh.issuer)
            assert.deepStrictEqual(remedies(events), ["renew", "authorize"])
            assert.strictEqual(requests(fresh, "register"), 1)
            const sent = JSON.stringify(fresh.log.all())
            for (const hidden of [facts.grant?.accessToken, facts.grant?.refreshToken])
              assert.notInclude(sent, (hidden && reveal(hidden)) ?? "nothing")
            assert.notInclude(sent, facts.identity?.client.clientId ?? "nothing")
            assert.isTrue(state.steps.server.findings.some(({ severity }) => severity === "warning"))
          }),
        )
      }).pipe(Effect.scoped),
  )
})

describe("a client secret that has expired (CR-63)", () => {
  const withSecrets = (clock: ReturnType<typeof movableClock>) =>
    mocked({
      clock: clock.mock,
      registration: { secretLifetime: 1_000 },
      advertise: { authorizationServer: { token_endpoint_auth_methods_supported: ["client_secret_post"] } },
    })

  it.live("in the middle of a session: the client is registered anew, and the call is made", () => {
    const clock = movableClock()
    return Effect.gen(function* () {
      const mock = yield* withSecrets(clock)
      yield* run(mock.url, {}, ({ flow, events }) =>
        Effect.gen(function* () {
          const first = yield* flow.runTo("tools")
          assert.isDefined(first.facts.identity?.client.clientSecret)
          clock.forward(3_600_000)
          const state = yield* flow.call("add", { a: 1, b: 1 })
          assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 2 }, JSON.stringify(state.steps))
          assert.deepStrictEqual(remedies(events), ["renew", "authorize"])
          assert.strictEqual(state.steps.refresh.problem?.code, "client_dead")
          assert.strictEqual(requests(mock, "register"), 2)
          // The dead secret went nowhere.
          assert.strictEqual(requests(mock, "token"), 2)
        }),
      )
    }).pipe(clock.provide, Effect.scoped)
  })

  it.live("between two runs: the same, in the first step of the next one", () => {
    const clock = movableClock()
    return Effect.gen(function* () {
      const mock = yield* withSecrets(clock)
      const store = yield* temporaryStore
      yield* run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))
      clock.forward(3_600_000)
      const state = yield* run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))
      assert.strictEqual(state.steps.tools.status, "done", JSON.stringify(state.steps))
      assert.isTrue(
        state.steps.probe.findings.some(({ text }) => text.startsWith("The stored token could not be renewed")),
      )
      assert.deepStrictEqual([requests(mock, "register"), requests(mock, "authorize")], [2, 2])
    }).pipe(clock.provide, Effect.scoped)
  })
})

describe("a call that may have run (MR-26, MR-43)", () => {
  for (const [how, answer] of [
    ["the connection broke after the server had read it", "destroy"],
    ["503 with a time to come back", 503],
    ["502", 502],
    ["429 with a time to come back", 429],
  ] as const)
    it.live(`is not repeated by itself: ${how}`, () =>
      Effect.gen(function* () {
        const mock = yield* mocked()
        yield* run(mock.url, {}, ({ flow, events }) =>
          Effect.gen(function* () {
            yield* flow.runTo("tools")
            let calls = 0
            mock.behave({
              intercept: (exchange, response) => {
                if (exchange.header("mcp-method") !== "tools/call") return false
                calls += 1
                if (answer === "destroy") response.destroy()
                else response.writeHead(answer, { "retry-after": "0" }).end("{}")
                return true
              },
            })
            const state = yield* flow.call("add", { a: 1, b: 1 })
            assert.strictEqual(state.steps.call.status, "failed")
            assert.deepStrictEqual([calls, remedies(events), events("RetryScheduled").length], [1, [], 0])
          }),
        )
      }).pipe(Effect.scoped),
    )
})
