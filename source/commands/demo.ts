import * as Effect from "effect/Effect"
import { Flow } from "../flow/flow.ts"
import type { FlowState } from "../flow/state.ts"
import { resultLines } from "./call.ts"
import { embeddedMock } from "./embedded-mock.ts"
import { line } from "./print.ts"
import { endOf, type Run, withRun } from "./run.ts"
import { type ServerInput, settingsOf } from "./settings.ts"

/** What the demo calls, in order; each shows another side of a tool call. */
const calls: ReadonlyArray<readonly [tool: string, args: Readonly<Record<string, unknown>>]> = [
  ["get_weather", { city: "Vienna" }],
  ["get_user_profile", {}],
  ["add", { a: 19, b: 23 }],
  ["slow", { steps: 3, delayMs: 50 }],
]

const showResult = (run: Run, state: FlowState) =>
  run.printer.out(resultLines(state).map((each) => line(`     ${each.text}`)))

/** `demo`: register, authorize, token, list tools, call several, refresh, call again, revoke; against the embedded mock. */
export const demo = Effect.fn("commands.demo")(function* (input: ServerInput) {
  const mock = yield* embeddedMock({ autoApprove: true })
  const settings = yield* settingsOf({ ...input, noStore: true }, { serverUrl: mock.url, browser: "follow" })
  const { json, quiet } = settings.output
  return yield* withRun(settings, { goal: "call", transcript: "out" }, (run) =>
    Effect.gen(function* () {
      const flow = yield* Flow
      const listed = yield* flow.runTo("tools")
      const code = endOf(run, listed, "tools", json, quiet)
      if (code !== 0) return code
      const results: Array<unknown> = []
      for (const [tool, args] of calls) {
        const state = yield* flow.call(tool, args)
        const failed = endOf(run, state, "call", json, quiet)
        if (failed !== 0) return failed
        results.push({ tool, result: state.facts.result?.raw })
        if (!json) showResult(run, state)
      }
      yield* flow.intend({ _tag: "Refresh" })
      const renewed = yield* flow.idle
      const again = yield* flow.call("public_info", {})
      if (!json) showResult(run, again)
      yield* flow.intend({ _tag: "Revoke" })
      const ended = yield* flow.idle
      const ok =
        renewed.steps.refresh.status === "done" &&
        again.steps.call.status === "done" &&
        ended.steps.revoke.status === "done"
      if (json) run.printer.json({ serverUrl: ended.serverUrl, ok, results })
      else
        run.printer.out([
          line(""),
          line(
            ok
              ? `✓ ${ended.exchangeCount} exchanges: discovered, registered, signed in, called ${calls.length + 1} tools, refreshed, revoked.`
              : "✗ The demo did not reach its end.",
            ok ? "good" : "bad",
          ),
        ])
      return ok ? 0 : 1
    }),
  )
}, Effect.scoped)
