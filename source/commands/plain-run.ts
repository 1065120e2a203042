import * as Effect from "effect/Effect"
import { Flow } from "../flow/flow.ts"
import { suggestedCall } from "../flow/suggested-call.ts"
import { resultLines } from "./call.ts"
import type { OpenInput } from "./open.ts"
import { endOf, withReached } from "./run.ts"
import { settingsOf } from "./settings.ts"

/** Without a terminal: the same run as a transcript, as far as a tool that can be called without arguments. */
export const plainRun = Effect.fn("commands.plainRun")(function* (input: OpenInput) {
  const settings = yield* settingsOf(input)
  const { output } = settings
  return yield* withReached(settings, { goal: "call", reach: "tools", transcript: "out" }, (run, listed) =>
    Effect.gen(function* () {
      const flow = yield* Flow
      const suggestion = suggestedCall(listed.facts.tools ?? [])
      const state = suggestion === undefined ? listed : yield* flow.call(suggestion.tool, suggestion.arguments)
      if (output.json)
        run.printer.json({
          serverUrl: state.serverUrl,
          tools: state.facts.tools,
          result: state.facts.result?.raw ?? null,
        })
      else run.printer.out(resultLines(state))
      return suggestion === undefined ? 0 : endOf(run, state, "call", output)
    }),
  )
})
