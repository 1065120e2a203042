import * as Effect from "effect/Effect"
import { Flow } from "../flow/flow.ts"
import type { FlowState } from "../flow/state.ts"
import { resultLines } from "./call.ts"
import { embeddedMock } from "./embedded-mock.ts"
import type { OutputFlags } from "./output.ts"
import { line } from "./print.ts"
import { endOf, endOfAside, type Run, withReached } from "./run.ts"
import { defaultInput, type ServerInput, settingsOf } from "./settings.ts"

/** What the demo calls, in order; each shows another side of a tool call. */
const calls: ReadonlyArray<readonly [tool: string, args: Readonly<Record<string, unknown>>]> = [
  ["get_weather", { city: "Vienna" }],
  ["get_user_profile", {}],
  ["add", { a: 19, b: 23 }],
  ["slow", { steps: 3, delayMs: 50 }],
]

/** A server is not asked for: the demo brings its own. */
export type DemoInput = OutputFlags & Pick<ServerInput, "protocolVersion" | "journal">

const showResult = (run: Run, state: FlowState) =>
  run.printer.out(resultLines(state).map((each) => line(`     ${each.text}`)))

/** `demo`: register, authorize, token, list tools, call several, refresh, call again, revoke; against the embedded mock. */
export const demo = Effect.fn("commands.demo")(function* (input: DemoInput) {
  const mock = yield* embeddedMock({ autoApprove: true })
  const settings = yield* settingsOf(
    { ...defaultInput, ...input, noStore: true },
    { serverUrl: mock.url, browser: "follow" },
  )
  const { output } = settings
  return yield* withReached(settings, { goal: "call", reach: "tools", transcript: "out" }, (run) =>
    Effect.gen(function* () {
      const flow = yield* Flow
      const results: Array<unknown> = []
      for (const [tool, args] of calls) {
        const state = yield* flow.call(tool, args)
        const failed = endOf(run, state, "call", output)
        if (failed !== 0) return failed
        results.push({ tool, result: state.facts.result?.raw })
        if (!output.json) showResult(run, state)
      }
      yield* flow.intend({ _tag: "Refresh" })
      const notRenewed = endOfAside(run, yield* flow.idle, "refresh", output)
      if (notRenewed !== undefined) return notRenewed
      const again = yield* flow.call("public_info", {})
      const refused = endOf(run, again, "call", output)
      if (refused !== 0) return refused
      if (!output.json) showResult(run, again)
      yield* flow.intend({ _tag: "Revoke" })
      const ended = yield* flow.idle
      const notRevoked = endOfAside(run, ended, "revoke", output)
      if (notRevoked !== undefined) return notRevoked
      if (output.json) run.printer.json({ serverUrl: ended.serverUrl, results })
      else
        run.printer.out([
          line(""),
          line(
            `✓ ${ended.exchangeCount} exchanges: discovered, registered, signed in, called ${calls.length + 1} tools, refreshed, revoked.`,
            "good",
            2,
          ),
        ])
      return 0
    }),
  )
}, Effect.scoped)
