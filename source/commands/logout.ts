import * as Effect from "effect/Effect"
import { Flow } from "../flow/flow.ts"
import { errorDocument } from "./error-frame.ts"
import { line } from "./print.ts"
import { withRun } from "./run.ts"
import { type ServerInput, settingsOf } from "./settings.ts"

/** `logout URL`: revokes the tokens at the server and deletes them here, and says honestly which of the two worked. */
export const logout = Effect.fn("commands.logout")(function* (input: ServerInput) {
  const settings = yield* settingsOf(input)
  const { json } = settings.output
  return yield* withRun(settings, { goal: "connect" }, (run) =>
    Effect.gen(function* () {
      const flow = yield* Flow
      yield* flow.intend({ _tag: "Revoke" })
      const state = yield* flow.idle
      const { problem, status, note } = state.steps.revoke
      if (status !== "done") {
        if (json && problem !== undefined) run.printer.json(errorDocument(problem, "revoke"))
        return run.interrupted() ? 130 : (problem?.exit ?? 4)
      }
      if (json) run.printer.json({ serverUrl: state.serverUrl, loggedOut: true, note: note ?? null })
      else run.printer.out([line(`Signed out of ${state.serverUrl}: ${note ?? "done"}`)])
      return 0
    }),
  )
})
