import * as Effect from "effect/Effect"
import { Flow } from "../flow/flow.ts"
import { lifetime } from "./lifetime.ts"
import { line } from "./print.ts"
import { endOfAside, withRun } from "./run.ts"
import { type ServerInput, settingsOf } from "./settings.ts"

/** `refresh URL`: uses the stored refresh token now. */
export const refresh = Effect.fn("commands.refresh")(function* (input: ServerInput) {
  const settings = yield* settingsOf(input)
  const { output } = settings
  return yield* withRun(settings, { goal: "connect" }, (run) =>
    Effect.gen(function* () {
      const flow = yield* Flow
      yield* flow.intend({ _tag: "Refresh" })
      const state = yield* flow.idle
      const code = endOfAside(run, state, "refresh", output)
      if (code !== undefined) return code
      const { grant } = state.facts
      const expiresAt = grant?.expiresAt
      if (output.json)
        run.printer.json({
          serverUrl: state.serverUrl,
          refreshed: true,
          scope: grant?.scope ?? null,
          expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
        })
      else run.printer.out([line(`The token for ${state.serverUrl} was renewed; it ${lifetime(expiresAt, state.at)}.`)])
      return 0
    }),
  )
})
