import { readFileSync } from "node:fs"
import path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Behaviour } from "../../mock/index.ts"
import { filesBelow, root } from "../architecture/sources.ts"
import { mocked, requests, run, statuses, temporaryStore } from "./room.ts"

const answering = (change: object): Behaviour => ({
  token: (answer) => (answer.status === 200 ? { ...answer, json: { ...Object(answer.json), ...change } } : answer),
})

describe("tokens as they come", () => {
  it.live("CR-83 a token that says nothing about itself does as well", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ tokenFormat: "opaque" })
      const state = yield* run(mock.url, {}, ({ flow }) => flow.call("add", { a: 2, b: 3 }))
      assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 5 })
      assert.deepStrictEqual(mock.log.failures(), [])
    }).pipe(Effect.scoped),
  )

  it("CR-83 nothing that decides looks into a token: only the form of an assertion that was given is looked at", () => {
    const readers = filesBelow("source", /\.tsx?$/).filter((file) =>
      /from "[./]*text\/jwt\.ts"|from "\.\/jwt\.ts"/.test(readFileSync(path.join(root, file), "utf8")),
    )
    assert.deepStrictEqual(readers, ["source/oauth/machine-grants.ts"])
  })

  it.live("CR-81 expires_in of 0: each token is used once and renewed, and the end is reached", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ behaviours: [answering({ expires_in: 0 })] })
      const store = yield* temporaryStore
      const first = yield* run(mock.url, { store }, ({ flow }) => flow.call("add", { a: 2, b: 3 }))
      assert.deepStrictEqual(first.facts.result?.structuredContent, { sum: 5 }, JSON.stringify(statuses(first)))
      const again = yield* run(mock.url, { store }, ({ flow }) => flow.call("add", { a: 2, b: 3 }))
      assert.deepStrictEqual(again.facts.result?.structuredContent, { sum: 5 }, JSON.stringify(statuses(again)))
      assert.strictEqual(requests(mock, "authorize"), 1)
      assert.isAtMost(requests(mock, "token"), 12)
    }).pipe(Effect.scoped),
  )

  it.live("CR-81 expires_in of 0 and no refresh token: one sign-in, and the token is used", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ behaviours: [answering({ expires_in: 0, refresh_token: undefined })] })
      const state = yield* run(mock.url, {}, ({ flow }) => flow.call("add", { a: 2, b: 3 }))
      assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 5 }, JSON.stringify(statuses(state)))
      assert.strictEqual(requests(mock, "authorize"), 1)
    }).pipe(Effect.scoped),
  )

  it.live("CR-55 a forged ID token changes nothing, is kept nowhere and goes nowhere", () =>
    Effect.gen(function* () {
      const forged = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.CANARY"
      const mock = yield* mocked({ behaviours: [answering({ id_token: forged })] })
      const state = yield* run(mock.url, {}, ({ flow }) => flow.call("add", { a: 2, b: 3 }))
      assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 5 })
      assert.notInclude(JSON.stringify(state), forged)
      assert.notInclude(
        JSON.stringify(mock.log.all().map(({ headers, form, query, body }) => [headers, form, query, body])),
        "CANARY",
      )
    }).pipe(Effect.scoped),
  )
})
