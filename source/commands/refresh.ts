import * as Effect from "effect/Effect"
import { Flow } from "../flow/flow.ts"
import { formatExpiry } from "../text/duration.ts"
import { errorDocument } from "./error-frame.ts"
import { line } from "./print.ts"
import { withRun } from "./run.ts"
import { type ServerInput, settingsOf } from "./settings.ts"

/** `refresh URL`: uses the stored refresh token now. */
export const refresh = Effect.fn("commands.refresh")(function* (input: ServerInput) {
  const settings = yield* settingsOf(input)
  const { json } = settings.output
  return yield* withRun(settings, { goal: "connect" }, (run) =>
    Effect.gen(function* () {
      const flow = yield* Flow
      yield* flow.intend({ _tag: "Refresh" })
      const state = yield* flow.idle
      const { problem, status } = state.steps.refresh
      if (status !== "done") {
        if (json && problem !== undefined) run.printer.json(errorDocument(problem, "refresh"))
        return run.interrupted() ? 130 : (problem?.exit ?? 4)
      }
      const { grant } = state.facts
      const expiresAt = grant?.expiresAt
      if (json)
        run.printer.json({
          serverUrl: state.serverUrl,
          refreshed: true,
          scope: grant?.scope ?? null,
          expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
        })
      else
        run.printer.out([
          line(expiresAt === undefined ? "Refreshed." : `Refreshed; valid for ${formatExpiry(expiresAt - state.at)}.`),
        ])
      return 0
    }),
  )
})
