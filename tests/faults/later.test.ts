import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Mock } from "../../mock/index.ts"
import { Findings } from "../../source/text/finding.ts"
import { Vault } from "../../source/vault/vault.ts"
import { mocked, movableClock, requests, run, statuses, temporaryStore } from "../flow/room.ts"
import { outcomeOf } from "./room.ts"

const hours = 3_600_000

/** Signs in and lists the tools, in a run of its own. */
const tools = (mock: Mock, store: string) => run(mock.url, { store }, ({ flow }) => flow.runTo("tools"))

const records = (store: string) =>
  Effect.flatMap(Vault, (vault) => vault.list).pipe(
    Effect.provide(Vault.layer({ directory: store })),
    Effect.provideService(Findings, { raise: () => Effect.void }),
  )

/** The refresh tokens that the server was sent, in order. */
const refreshTokens = (mock: Mock) =>
  mock.log.all("token").flatMap(({ form }) => (form?.grant_type === "refresh_token" ? [form.refresh_token] : []))

/** As if the server had withdrawn the grant, so that the next run has to sign in again. */
const withdraw = (mock: Mock) => {
  const sent = mock.log.all("mcp").find(({ headers }) => headers.authorization !== undefined)?.headers.authorization
  mock.revokeToken(String(sent).replace(/^bearer +/i, ""))
}

describe("scenarios that are seen after a first sign-in", () => {
  it.live("F-45 Q-33 refresh-reuse: one more sign-in at most, with the same client", () =>
    Effect.gen(function* () {
      const { outcome, seen } = yield* outcomeOf(["expires-zero", "refresh-reuse"])
      assert.strictEqual(outcome, "done")
      assert.strictEqual(seen.register, 1)
      assert.isAtMost(seen.authorize, 2)
    }).pipe(Effect.scoped),
  )

  it.live("F-46 Q-31 refresh-no-new: the old refresh token is kept, stored and used again", () => {
    const clock = movableClock()
    return Effect.gen(function* () {
      const mock = yield* mocked({ scenarios: ["refresh-no-new"], clock: clock.mock })
      const store = yield* temporaryStore
      for (const _ of [1, 2, 3]) {
        const state = yield* tools(mock, store)
        assert.strictEqual(state.steps.tools.status, "done")
        clock.forward(2 * hours)
      }
      const sent = refreshTokens(mock)
      assert.strictEqual(sent.length, 2)
      assert.strictEqual(new Set(sent).size, 1)
      assert.deepStrictEqual([requests(mock, "register"), requests(mock, "authorize")], [1, 1])
    }).pipe(clock.provide, Effect.scoped)
  })

  it.live("F-46 refresh-rotated-then-500: said, kept, and one more sign-in once it is known to be dead", () => {
    const clock = movableClock()
    return Effect.gen(function* () {
      const mock = yield* mocked({ scenarios: ["refresh-rotated-then-500"], clock: clock.mock })
      const store = yield* temporaryStore
      yield* tools(mock, store)
      clock.forward(2 * hours)
      const failed = yield* tools(mock, store)
      assert.strictEqual(failed.steps.probe.problem?.code, "refresh_later")
      assert.strictEqual(failed.steps.probe.problem?.exit, 6)
      assert.strictEqual(requests(mock, "authorize"), 1)
      assert.isDefined((yield* records(store))[0]?.grant)

      const state = yield* tools(mock, store)
      assert.strictEqual(state.steps.tools.status, "done")
      assert.strictEqual(new Set(refreshTokens(mock)).size, 1)
      assert.deepStrictEqual([requests(mock, "register"), requests(mock, "authorize")], [1, 2])
    }).pipe(clock.provide, Effect.scoped)
  })

  it.live("Q-34 refresh-503: the tokens are kept, no browser is opened, and later they are good again", () => {
    const clock = movableClock()
    return Effect.gen(function* () {
      const mock = yield* mocked({ scenarios: ["refresh-503"], clock: clock.mock })
      const store = yield* temporaryStore
      yield* tools(mock, store)
      clock.forward(2 * hours)
      const { problem } = (yield* tools(mock, store)).steps.probe
      assert.deepStrictEqual([problem?.code, problem?.exit], ["refresh_later", 6])
      assert.include(problem?.detail, "Retry-After: 60")
      assert.strictEqual(requests(mock, "authorize"), 1)
      mock.behave()
      assert.strictEqual((yield* tools(mock, store)).steps.tools.status, "done")
      assert.strictEqual(requests(mock, "authorize"), 1)
    }).pipe(clock.provide, Effect.scoped)
  })

  const revocations: ReadonlyArray<readonly [scenario: string, says: RegExp]> = [
    ["revocation-503", /alive/],
    ["revocation-unsupported", /unsupported/],
    ["revocation-404", /alive \(status 404\)/],
  ]
  for (const [scenario, says] of revocations)
    it.live(`F-49 ${scenario}: deleted here whatever happens, and said honestly`, () =>
      Effect.gen(function* () {
        const mock = yield* mocked({ scenarios: [scenario] })
        const store = yield* temporaryStore
        yield* tools(mock, store)
        const { steps } = yield* run(mock.url, { store }, ({ intend }) => intend({ _tag: "Revoke" }))
        assert.strictEqual(steps.revoke.status, "done")
        assert.match(steps.revoke.findings.map(({ text }) => text).join("\n"), says)
        assert.isTrue(steps.revoke.findings.every(({ severity }) => severity === "warning"))
        assert.notInclude(steps.revoke.note, "revoked at the server")
        const [record] = yield* records(store)
        assert.deepStrictEqual([record?.grant, record?.client.source], [undefined, "dcr"])
      }).pipe(Effect.scoped),
    )

  for (const scenario of ["client-unknown-page", "client-unknown-401", "client-unknown-422"])
    it.live(`Q-21 ${scenario}: the stored client is replaced by a new one, once`, () =>
      Effect.gen(function* () {
        const mock = yield* mocked({ scenarios: [scenario] })
        const store = yield* temporaryStore
        yield* tools(mock, store)
        withdraw(mock)
        const state = yield* tools(mock, store)
        assert.strictEqual(state.steps.tools.status, "done", JSON.stringify(statuses(state)))
        assert.deepStrictEqual([requests(mock, "register"), requests(mock, "authorize")], [2, 3])
        const [record] = yield* records(store)
        assert.strictEqual(record?.client.clientId, mock.log.last("register")?.client)
      }).pipe(Effect.scoped),
    )

  it.live("Q-22 redirect-exact-port: a later run sends the very redirect URI that is registered", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ scenarios: ["redirect-exact-port"] })
      const store = yield* temporaryStore
      yield* tools(mock, store)
      withdraw(mock)
      assert.strictEqual((yield* tools(mock, store)).steps.tools.status, "done")
      const asked = mock.log.all("authorize").map(({ query }) => query.redirect_uri)
      assert.deepStrictEqual([requests(mock, "register"), asked.length, new Set(asked).size], [1, 2, 1])
    }).pipe(Effect.scoped),
  )

  for (const [scenario, place] of [
    ["reg-imposes-basic", "header"],
    ["reg-imposes-post", "form"],
  ] as const)
    it.live(`Q-32 ${scenario}: every token request, refreshes too, carries the secret in the ${place} alone`, () =>
      Effect.gen(function* () {
        const { mock, outcome } = yield* outcomeOf(["expires-zero", scenario])
        assert.strictEqual(outcome, "done")
        const sent = mock.log.all("token")
        assert.isAtLeast(refreshTokens(mock).length, 1)
        for (const { headers, form } of sent)
          assert.deepStrictEqual(
            [headers.authorization?.startsWith("Basic ") ?? false, form?.client_secret !== undefined],
            [place === "header", place === "form"],
          )
      }).pipe(Effect.scoped),
    )
})
