import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { REVISIONS, startMock } from "../../mock/index.ts"
import { connect, disconnect } from "../../source/mcp/connect.ts"
import type { Progress } from "../../source/mcp/exchange.ts"
import { probe } from "../../source/mcp/probe.ts"
import { callTool, listTools } from "../../source/mcp/tools.ts"
import { secret } from "../../source/text/secret.ts"
import { run } from "./server.ts"

const mock = (options: Parameters<typeof startMock>[0]) =>
  Effect.acquireRelease(
    Effect.promise(() => startMock(options)),
    (server) => Effect.promise(() => server.close()),
  )

describe("the strict mock", () => {
  for (const version of ["auto", ...REVISIONS] as const)
    it.live(`${version}: list, call, progress, an error of the tool, and not one deviation noted`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const server = yield* mock({ noAuth: true })
          const progress: Array<Progress> = []
          const outcome = yield* run(
            server.url,
            Effect.gen(function* () {
              const session = yield* connect({ url: server.url, version })
              const tools = yield* listTools(session)
              const call = (name: string, values = {}) =>
                Effect.flatMap(Effect.fromNullishOr(tools.find((tool) => tool.name === name)), (tool) =>
                  callTool({
                    session,
                    tool,
                    arguments: values,
                    onProgress: (one) => Effect.sync(() => void progress.push(one)),
                  }),
                )
              const sum = yield* call("add", { a: 2, b: 40 })
              yield* call("slow", { steps: 2, delayMs: 5 })
              const no = yield* call("fail")
              yield* disconnect(session)
              return { session, sum, no, names: tools.map(({ name }) => name) }
            }),
          )
          const expected = version === "auto" ? "2026-07-28" : version
          assert.strictEqual(outcome.session.protocolVersion, expected)
          assert.includeMembers(outcome.names, ["add", "echo", "fail", "public_info", "slow"])
          assert.isFalse(outcome.sum.isError)
          assert.include(JSON.stringify(outcome.sum.raw), "42")
          assert.isTrue(outcome.no.isError)
          assert.isAbove(progress.length, 0)
          assert.deepStrictEqual(server.log.failures(), [])
        }),
      ),
    )

  it.live("CR-1 CR-99 without a token a challenge, with one a session", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* mock({})
        const first = yield* run(server.url, probe({ url: server.url, version: "auto" }))
        assert.deepInclude(first, { _tag: "challenged", status: 401, tokenSent: false })
        if (first._tag === "challenged") assert.include(first.wwwAuthenticate.join(), "resource_metadata")
        const token = secret("access_token", server.issueToken())
        const second = yield* run(server.url, probe({ url: server.url, version: "auto", token }))
        assert.deepInclude(second, { _tag: "open", status: 200 })
        const bad = secret("access_token", "not-a-token")
        const third = yield* run(server.url, probe({ url: server.url, version: "auto", token: bad }))
        assert.deepInclude(third, { _tag: "challenged", tokenSent: true })
      }),
    ),
  )

  it.live("MR-28 a dropped session is named", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* mock({ noAuth: true })
        const failure = yield* run(
          server.url,
          Effect.gen(function* () {
            const session = yield* connect({ url: server.url, version: "2025-11-25" })
            server.dropSessions()
            return yield* Effect.flip(listTools(session))
          }),
        )
        assert.deepInclude(failure, { code: "session_lost" })
      }),
    ),
  )
})
