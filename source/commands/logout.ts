import * as Effect from "effect/Effect"
import { Flow } from "../flow/flow.ts"
import { line } from "./print.ts"
import { endOfAside, withRun } from "./run.ts"
import { type ServerInput, settingsOf } from "./settings.ts"

/** `logout URL`: revokes the tokens at the server and deletes them here, and says honestly which of the two worked. */
export const logout = Effect.fn("commands.logout")(function* (input: ServerInput) {
  const settings = yield* settingsOf(input)
  const { output } = settings
  return yield* withRun(settings, { goal: "connect" }, (run) =>
    Effect.gen(function* () {
      const flow = yield* Flow
      yield* flow.intend({ _tag: "Revoke" })
      const state = yield* flow.idle
      const code = endOfAside(run, state, "revoke", output)
      if (code !== undefined) return code
      const { note = "done" } = state.steps.revoke
      if (output.json) run.printer.json({ serverUrl: state.serverUrl, loggedOut: true, note })
      else run.printer.out([line(`Signed out of ${state.serverUrl}: ${note}`, undefined, 2)])
      return 0
    }),
  )
})
