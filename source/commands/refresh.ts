import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Flow } from "../flow/flow.ts"
import { storedCredentials } from "../flow/stored.ts"
import { freshnessOf } from "../vault/freshness.ts"
import { lifetime } from "./lifetime.ts"
import { line } from "./print.ts"
import { endOfAside, type Run, withRun } from "./run.ts"
import { type ServerInput, type Settings, settingsOf } from "./settings.ts"

export interface RefreshInput extends ServerInput {
  readonly force: boolean
}

interface Outcome {
  readonly serverUrl: string
  readonly refreshed: boolean
  readonly grant: { readonly scope?: string; readonly expiresAt?: number } | undefined
  readonly now: number
}

const tell = (run: Run, { output }: Settings, { serverUrl, refreshed, grant, now }: Outcome): number => {
  const { scope = null, expiresAt } = grant ?? {}
  const expiry = expiresAt === undefined ? null : new Date(expiresAt).toISOString()
  const left = lifetime(expiresAt, now)
  if (output.json) run.printer.json({ serverUrl, refreshed, scope, expiresAt: expiry })
  else if (refreshed) run.printer.out([line(`The token for ${serverUrl} was renewed; it ${left}.`)])
  else run.printer.out([line(`The token for ${serverUrl} is still good: it ${left}. --force renews it all the same.`)])
  return 0
}

/**
 * `refresh URL`: uses the stored refresh token, where the access token is not good for long any more or nobody knows; with
 * `--force` in any case.
 */
export const refresh = Effect.fn("commands.refresh")(function* (input: RefreshInput) {
  const settings = yield* settingsOf(input)
  return yield* withRun(settings, { goal: "connect" }, (run) =>
    Effect.gen(function* () {
      const flow = yield* Flow
      const { serverUrl } = flow.target
      const grant = (yield* storedCredentials(flow.target))?.grant
      const now = yield* Clock.currentTimeMillis
      if (!input.force && grant?.refreshToken !== undefined && freshnessOf(grant, now) === "good")
        return tell(run, settings, { serverUrl, refreshed: false, grant, now })
      yield* flow.intend({ _tag: "Refresh" })
      const state = yield* flow.idle
      const code = endOfAside(run, state, "refresh", settings.output)
      return code ?? tell(run, settings, { serverUrl, refreshed: true, grant: state.facts.grant, now: state.at })
    }),
  )
})
