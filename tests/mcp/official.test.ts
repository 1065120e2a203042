import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { connect, disconnect } from "../../source/mcp/connect.ts"
import type { Progress } from "../../source/mcp/exchange.ts"
import type { VersionChoice } from "../../source/mcp/negotiate.ts"
import { callTool, listTools } from "../../source/mcp/tools.ts"
import { modernServer, type OfficialServer, sdkServer } from "./official-servers.ts"
import { run } from "./server.ts"

/** Connect, list, call each kind of tool, disconnect. */
const visit = (server: Effect.Effect<OfficialServer, never, Scope.Scope>, version: VersionChoice) =>
  Effect.scoped(
    Effect.flatMap(server, ({ url, seen }) =>
      run(
        url,
        Effect.gen(function* () {
          const session = yield* connect({ url, version })
          const tools = yield* listTools(session)
          const progress: Array<Progress> = []
          const call = (name: string, values = {}) => {
            const tool = tools.find((candidate) => candidate.name === name)
            if (tool === undefined) throw new Error(`no tool ${name} among ${tools.map((one) => one.name)}`)
            return callTool({
              session,
              tool,
              arguments: values,
              onProgress: (one) => Effect.sync(() => void progress.push(one)),
            })
          }
          const sum = yield* call("add", { a: 2, b: 40 })
          yield* call("slow")
          const no = yield* call("fail")
          const where = tools.some(({ name }) => name === "where")
            ? yield* call("where", { region: "Zürich 🌍" })
            : undefined
          yield* disconnect(session)
          return { session, names: tools.map(({ name }) => name).sort(), sum, no, where, progress, seen }
        }),
      ),
    ),
  )

const progressed = [
  { progress: 1, total: 2 },
  { progress: 2, total: 2 },
]

describe("@modelcontextprotocol/sdk 1.x", () => {
  for (const version of ["auto", "2025-11-25", "2025-06-18", "2025-03-26"] as const)
    for (const json of [false, true])
      it.live(`MR-1 MR-21 MR-57 ${version} over ${json ? "JSON" : "events"}`, () =>
        Effect.gen(function* () {
          const { session, names, sum, no, progress, seen } = yield* visit(sdkServer(json), version)
          assert.deepInclude(session, {
            era: "legacy",
            protocolVersion: version === "auto" ? "2025-11-25" : version,
            serverName: "sdk-1",
            instructions: "hello",
          })
          assert.isDefined(session.sessionId)
          assert.deepStrictEqual(names, ["add", "fail", "slow"])
          assert.deepStrictEqual(sum.content, [{ type: "text", text: "42" }])
          assert.isTrue(no.isError)
          // A single JSON answer has no room for progress.
          assert.deepStrictEqual(progress, json ? [] : progressed)
          assert.strictEqual(seen.at(-1), "DELETE")
        }),
      )
})

describe("@modelcontextprotocol/server 2.x", () => {
  for (const version of ["auto", "2026-07-28"] as const)
    for (const legacy of ["stateless", "reject"] as const)
      it.live(`MR-1 MR-3 MR-36 MR-38 ${version}, legacy ${legacy}`, () =>
        Effect.gen(function* () {
          const { session, names, sum, no, where, progress, seen } = yield* visit(modernServer(legacy), version)
          assert.deepInclude(session, { era: "modern", protocolVersion: "2026-07-28", serverName: "server-2" })
          assert.deepStrictEqual(names, ["add", "fail", "slow", "where"])
          assert.deepStrictEqual(sum.content, [{ type: "text", text: "42" }])
          assert.deepStrictEqual(where?.content, [{ type: "text", text: "Zürich 🌍" }])
          assert.isTrue(no.isError)
          assert.deepStrictEqual(progress, progressed)
          assert.strictEqual(seen[0], "POST server/discover")
          assert.notInclude(seen.join(), "DELETE")
        }),
      )

  it.live("MR-2 pinned to 2025-11-25 on its stateless legacy face", () =>
    Effect.gen(function* () {
      const { session, sum } = yield* visit(modernServer("stateless"), "2025-11-25")
      assert.deepInclude(session, { era: "legacy", protocolVersion: "2025-11-25" })
      assert.deepStrictEqual(sum.content, [{ type: "text", text: "42" }])
    }),
  )

  it.live("MR-2 pinned to 2025-11-25 against a modern-only server fails with its versions", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(visit(modernServer("reject"), "2025-11-25"))
      assert.deepInclude(failure, { code: "unsupported_version" })
      assert.include("received" in failure ? failure.received : "", "2026-07-28")
    }),
  )
})
