import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { startMock } from "../../mock/index.ts"
import { Flow } from "../../source/flow/flow.ts"
import { Journal } from "../../source/flow/journal.ts"
import { defaultTarget } from "../../source/flow/target.ts"
import { programLayer } from "../../source/commands/program.ts"
import type { Settings } from "../../source/commands/settings.ts"

const mocked = (options: Parameters<typeof startMock>[0]) =>
  Effect.acquireRelease(
    Effect.promise(() => startMock(options)),
    (mock) => Effect.promise(() => mock.close()),
  )

const settings = (serverUrl: string, target: Partial<Settings["target"]> = {}): Settings => ({
  target: { ...defaultTarget(serverUrl), browser: "follow", ...target },
  headers: {},
  allowInsecure: false,
  store: { kind: "memory" },
  output: { json: false, verbose: false, quiet: true, color: false, ascii: false },
})

describe("a whole sign-in on the mock", () => {
  it.live("reaches a tool result", () =>
    Effect.gen(function* () {
      const mock = yield* mocked({ autoApprove: true })
      yield* Effect.gen(function* () {
        const flow = yield* Flow
        const journal = yield* Journal
        const listed = yield* flow.runTo("tools")
        if (listed.steps.tools.status !== "done") console.log(JSON.stringify(listed.steps, null, 1), JSON.stringify(listed.exchanges.at(-1)))
        assert.strictEqual(listed.steps.tools.status, "done")
        const state = yield* flow.call("add", { a: 1, b: 2 })
        assert.deepStrictEqual(state.facts.result?.structuredContent, { sum: 3 })
        assert.isAbove(journal.events().length, 30)
        assert.deepStrictEqual(mock.log.failures(), [])
      }).pipe(Effect.provide(programLayer(settings(mock.url), { goal: "call" })))
    }).pipe(Effect.scoped),
  )
})
