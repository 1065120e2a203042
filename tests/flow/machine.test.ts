import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Mock, MockOptions } from "../../mock/index.ts"
import { secret } from "../../source/text/secret.ts"
import { mocked, requests, run, statuses } from "./room.ts"

const machine = { client_id: "machine", client_secret: "s3cret/+ %", grant_types: ["client_credentials"] }
const target = {
  grant: "client_credentials",
  interactive: false,
  preregistered: { clientId: machine.client_id, clientSecret: secret("client_secret", machine.client_secret) },
} as const
const withMachine = (options: MockOptions = {}) => mocked({ clients: [machine], ...options })

/** What the first message to the server declared, with the token. */
const declared = (mock: Mock): unknown => {
  const [first] = mock.log.all("mcp").filter(({ status }) => status === 200)
  const { params } = Object(first?.body)
  return params?.capabilities ?? params?._meta["io.modelcontextprotocol/clientCapabilities"]
}

/** A server for which no scope is ever enough. */
const never = 'Bearer error="insufficient_scope", scope="files:read profile"'

describe("a program that signs in", () => {
  it.live(
    "CR-105 asks nobody, registers nowhere, names the resource, keeps no refresh token, declares the extension",
    () =>
      Effect.gen(function* () {
        const mock = yield* withMachine()
        const state = yield* run(mock.url, { target }, ({ flow }) => flow.runTo("tools"))
        assert.strictEqual(state.steps.tools.status, "done", JSON.stringify(statuses(state)))
        assert.deepStrictEqual([requests(mock, "authorize"), requests(mock, "register")], [0, 0])
        assert.deepInclude(mock.log.all("token")[0]?.form, { grant_type: "client_credentials", resource: mock.url })
        assert.notProperty(state.facts.grant, "refreshToken")
        assert.deepStrictEqual(declared(mock), {
          extensions: { "io.modelcontextprotocol/oauth-client-credentials": {} },
        })
        assert.deepStrictEqual(mock.log.failures(), [])
      }).pipe(Effect.scoped),
  )

  it.live("CR-105 declares no extension where the revision knows none, nor for a person", () =>
    Effect.gen(function* () {
      const old = yield* withMachine({ revisions: ["2025-11-25"] })
      yield* run(old.url, { target }, ({ flow }) => flow.runTo("tools"))
      assert.deepStrictEqual(declared(old), {})
      const mock = yield* mocked()
      yield* run(mock.url, {}, ({ flow }) => flow.runTo("tools"))
      assert.notProperty(Object(declared(mock)), "extensions")
    }).pipe(Effect.scoped),
  )

  it.live("CR-91 asks once more with the scopes that are missing, and then ends with their names", () =>
    Effect.gen(function* () {
      const mock = yield* withMachine({
        behaviours: [
          {
            answer: (answer, exchange) =>
              exchange.event.rpc === "tools/call"
                ? { status: 403, headers: { "www-authenticate": never }, json: {} }
                : answer,
          },
        ],
      })
      const state = yield* run(mock.url, { target }, ({ flow }) => flow.call("add", { a: 1, b: 2 }))
      const { code, exit, expected } = state.steps.call.problem ?? {}
      assert.deepStrictEqual([code, exit, expected], ["step_up_in_vain", 4, "scope files:read profile"])
      const [first = [], second = [], ...more] = mock.log.all("token").map(({ form }) => String(form?.scope).split(" "))
      assert.deepStrictEqual(more, [])
      assert.deepStrictEqual(new Set(second), new Set([...first, "files:read", "profile"]))
      assert.notInclude(first, "offline_access")
      assert.strictEqual(mock.log.all("mcp").filter(({ rpc }) => rpc === "tools/call").length, 2)
    }).pipe(Effect.scoped),
  )
})
