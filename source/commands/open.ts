import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { usageFailure } from "./failure.ts"
import { type ServerInput, settingsOf } from "./settings.ts"

export interface OpenInput extends ServerInput {
  readonly mock: boolean
  readonly reducedMotion: boolean
  readonly learn?: boolean
}

/** `mcp-dcr-tui [URL]`: the screen, or without a terminal the plain transcript of the same run. */
export const open = Effect.fn("commands.open")(function* (input: OpenInput) {
  const url = Option.getOrUndefined(Option.orElse(input.serverUrl, () => input.url))
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true && process.env.TERM !== "dumb"
  const local = Option.isSome(input.stdio)
  if (terminal && !input.json) {
    // Checked before the screen opens, so that a slip is said where it was typed; a local server is approved here.
    const settings = url !== undefined || local ? yield* settingsOf(input) : undefined
    const { screen } = yield* Effect.promise(() => import("./screen.ts"))
    return yield* screen({ ...input, yes: input.yes || local }, local ? settings?.target.serverUrl : url)
  }
  if (url !== undefined || local) {
    const { plainRun } = yield* Effect.promise(() => import("./plain-run.ts"))
    return yield* plainRun(input)
  }
  if (input.mock || input.learn === true) {
    const { demo } = yield* Effect.promise(() => import("./demo.ts"))
    return yield* demo(input)
  }
  return yield* usageFailure("terminal_needed")
})

/** `learn [URL]`: the same with the explanations on. */
export const learn = (input: OpenInput) => open({ ...input, learn: true })
