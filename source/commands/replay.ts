import * as Effect from "effect/Effect"
import { asides } from "../flow/asides/index.ts"
import type { Event } from "../flow/event.ts"
import { type FlowState, initialState, transition } from "../flow/state.ts"
import { mainSteps } from "../flow/step-id.ts"
import { steps } from "../flow/steps/index.ts"
import { readJournal } from "./journal-file.ts"
import { type OutputFlags, outputOf } from "./output.ts"
import { line, makePrinter } from "./print.ts"
import { type Detail, transcriptLines } from "./transcript.ts"

export interface ReplayInput extends OutputFlags {
  readonly file: string
  readonly reducedMotion: boolean
}

const time = (millis: number): string => new Date(millis).toISOString()

/** What the run came to, step by step. */
const document = (events: ReadonlyArray<Event>, state: FlowState): object => ({
  serverUrl: state.serverUrl,
  startedAt: time(state.startedAt),
  endedAt: time(state.at),
  events: events.length,
  exchanges: state.exchangeCount,
  steps: mainSteps.map((id) => {
    const { status, note, problem, findings } = state.steps[id]
    return {
      step: id,
      status,
      ...(note === undefined ? {} : { note }),
      ...(problem === undefined ? {} : { problem }),
      findings,
    }
  }),
})

/**
 * `replay FILE`: a saved run once more, without any network. The screen opens on its end and only looks; without a
 * terminal the transcript is printed.
 */
export const replay = Effect.fn("commands.replay")(function* (input: ReplayInput) {
  const { events, cut } = yield* readJournal(input.file)
  const output = outputOf(input)
  const printer = makePrinter(output)
  if (cut) printer.err([line("! The last line of the file was cut off and is left out.", "warn")])
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true && process.env.TERM !== "dumb"
  if (output.json) printer.json(document(events, events.reduce(transition, initialState)))
  else if (terminal && !output.verbose && !output.quiet) {
    const { replayScreen } = yield* Effect.promise(() => import("./replay-screen.ts"))
    return yield* replayScreen(input, events.reduce(transition, initialState))
  } else {
    const detail: Detail = output.verbose ? "bodies" : output.quiet ? "steps" : "exchanges"
    let state = initialState
    for (const event of events) {
      state = transition(state, event)
      printer.out(transcriptLines(event, state, { steps, asides, detail }))
    }
  }
  return 0
})
