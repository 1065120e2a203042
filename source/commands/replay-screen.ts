import * as Effect from "effect/Effect"
import type { FlowState } from "../flow/state.ts"
import { steps } from "../flow/steps/index.ts"
import { defaultTarget } from "../flow/target.ts"
import { type FlowHandle, runScreen } from "../tui/app/main.tsx"
import { isAsciiLocale } from "./locale.ts"
import { line, makePrinter } from "./print.ts"
import { version } from "./version.ts"

/** A saved run to look at: what is drawn is its last state, and whatever is asked for changes nothing. */
const savedHandle = (state: FlowState): FlowHandle => ({
  steps,
  target: { ...defaultTarget(state.serverUrl), interactive: false },
  journal: { state: () => state, subscribe: () => () => {} },
  intend: () => {},
  expose: (text) => text,
  close: () => Promise.resolve(),
})

/** The screen on a saved run. Its clock goes on from the end of the run, so that ages and expiries are told as of then. */
export const replayScreen = Effect.fn("commands.replayScreen")(function* (
  input: { readonly ascii: boolean; readonly noColor: boolean; readonly reducedMotion: boolean },
  state: FlowState,
) {
  const opened = Date.now()
  const ascii = input.ascii || isAsciiLocale()
  const end = yield* Effect.promise(() =>
    runScreen({
      version: `${version} replay`,
      start: { servers: [], mock: false },
      open: { serverUrl: state.serverUrl },
      connect: () => Promise.resolve(savedHandle(state)),
      ascii,
      noColor: input.noColor || (process.env.NO_COLOR ?? "") !== "",
      reducedMotion: input.reducedMotion,
      now: () => state.at + Date.now() - opened,
    }),
  )
  makePrinter({ color: false, ascii }).out(end.summary.map((text) => line(text)))
  return end.reason === "interrupted" ? 130 : 0
})
