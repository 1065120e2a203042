import readline from "node:readline"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { asides } from "../flow/asides/index.ts"
import type { Event } from "../flow/event.ts"
import { flowFailure } from "../flow/failure.ts"
import { Flow } from "../flow/flow.ts"
import { Journal } from "../flow/journal.ts"
import { problemOf } from "../flow/problem-of.ts"
import type { FlowState } from "../flow/state.ts"
import { nextStep } from "../flow/state.ts"
import type { MainStepId, StepId } from "../flow/step-id.ts"
import { steps } from "../flow/steps/index.ts"
import type { Respondent } from "../mcp/elicitation.ts"
import { errorDocument, errorFrame } from "./error-frame.ts"
import { usageFailure } from "./failure.ts"
import type { Output } from "./output.ts"
import { makePrinter, type Printer } from "./print.ts"
import { type ProgramServices, programLayer, saveJournal } from "./program.ts"
import { makePace, progressLine } from "./progress-bar.ts"
import { putQuestions } from "./questions.ts"
import type { Settings } from "./settings.ts"
import { somebodyReads } from "./somebody-reads.ts"
import { isStoreTrouble } from "./store-trouble.ts"
import { type Detail, transcriptLines } from "./transcript.ts"

/** Tells the run on standard error (or, for a transcript that is the result itself, on standard output). */
const tell = Effect.fnUntraced(function* (
  printer: Printer,
  where: "out" | "err",
  detail: Detail,
  isWanted: (event: Event) => boolean = () => true,
) {
  const journal = yield* Journal
  const show = (event: Event, state: FlowState) => {
    if (isWanted(event)) printer[where](transcriptLines(event, state, { steps, asides, detail }))
  }
  const worthDrawing = makePace()
  /** Where the transcript has no line for each report, the last one is shown as a bar. */
  const showProgress = (event: Event, { progress }: FlowState) => {
    if (event._tag === "StepEnded") printer.status(undefined)
    if (event._tag === "Progressed" && progress !== undefined && worthDrawing(event.at, progress))
      printer.status(progressLine(progress, printer.ascii))
  }
  for (const event of journal.events()) show(event, journal.state())
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      journal.subscribe((event, state) => {
        if (detail === "steps" && isWanted(event)) showProgress(event, state)
        show(event, state)
      }),
    ),
    (stop) => Effect.sync(stop),
  )
})

/** Lines that a person types or pastes while the browser is awaited are callback URLs. */
const readPastes = Effect.fnUntraced(function* () {
  const flow = yield* Flow
  const journal = yield* Journal
  const context = yield* Effect.context<never>()
  let lines: readline.Interface | undefined
  const stop = journal.subscribe((_, state) => {
    if (state.wait?.kind === "browser" && lines === undefined) {
      lines = readline.createInterface({ input: process.stdin })
      lines.on("line", (text) => {
        if (text.trim() !== "") Effect.runForkWith(context)(flow.intend({ _tag: "Paste", text }))
      })
    } else if (state.wait?.kind !== "browser" && lines !== undefined) {
      lines.close()
      lines = undefined
      process.stdin.pause()
    }
  })
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      stop()
      lines?.close()
      process.stdin.pause()
    }),
  )
})

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const
/** A signal that comes again so soon was not sent by a person: what writes our files repeats each one to itself. */
const echoMillis = 100

/** Ctrl-C cancels the run, which then ends with 130; a second one ends the process at once. */
const cancelOnSignal = Effect.fnUntraced(function* () {
  const flow = yield* Flow
  const context = yield* Effect.context<never>()
  // Real time: this is about fingers and processes, not about the flow.
  let since: number | undefined
  const came = yield* Deferred.make<void>()
  const onSignal = () => {
    const now = performance.now()
    if (since !== undefined) {
      if (now - since > echoMillis) process.exit(130)
      return
    }
    since = now
    Deferred.doneUnsafe(came, Effect.void)
    Effect.runForkWith(context)(flow.intend({ _tag: "Cancel" }))
  }
  // Never taken off again: between the last step and the end of the process an echo must not kill it.
  for (const signal of signals) process.on(signal, onSignal)
  return { interrupted: () => since !== undefined, interruption: Deferred.await(came) }
})

export interface Run {
  readonly printer: Printer
  readonly interrupted: () => boolean
  /** Ends with the first signal: for commands that wait for something else than the flow. */
  readonly interruption: Effect.Effect<void>
}

/** Everything a plain command needs around its work, which gives its exit code: services, transcript, journal file, signals, pasted callbacks. */
export const withRun = <E>(
  settings: Settings,
  options: {
    readonly goal: MainStepId
    readonly transcript?: "out" | "err"
    /** What standard input is for: pasted callback addresses, unless the command has a use for it. */
    readonly reads?: "pastes" | "requests"
    /** The client that this run serves. */
    readonly serves?: Respondent
  },
  use: (run: Run) => Effect.Effect<number, E, ProgramServices | Scope.Scope>,
) => {
  const asks = options.reads !== "requests" && somebodyReads()
  return Effect.gen(function* () {
    const { output } = settings
    const printer = makePrinter(output)
    const { journalFile } = settings
    const cutOff = journalFile === undefined ? undefined : yield* saveJournal(journalFile)
    const detail: Detail = output.verbose ? "bodies" : options.transcript === "out" ? "exchanges" : "steps"
    if (output.quiet) yield* tell(printer, "err", "steps", isStoreTrouble)
    else yield* tell(printer, output.json ? "err" : (options.transcript ?? "err"), detail)
    if (options.reads !== "requests") yield* readPastes()
    if (asks) yield* putQuestions(printer)
    const signals = yield* cancelOnSignal()
    const code = yield* use({ printer, ...signals })
    const trouble = cutOff?.()
    if (trouble === undefined) return code
    printer.err(errorFrame(problemOf(trouble)))
    return code === 0 ? trouble.exit : code
  }).pipe(Effect.scoped, Effect.provide(programLayer(settings, { goal: options.goal, asks, serves: options.serves })))
}

/** The exit code of a step that did not end well; says why as JSON, or in one line where the transcript was not wanted. */
const failureOf = (run: Run, state: FlowState, step: StepId, { json, quiet }: Output): number => {
  const told = state.steps[step].problem
  const problem = run.interrupted()
    ? problemOf(usageFailure("interrupted"))
    : (told ?? problemOf(flowFailure("unexpected", { detail: `${step} is ${state.steps[step].status}` })))
  if (json) run.printer.json(errorDocument(problem, step))
  // Without the server's own words a script's log would not tell one refusal from another.
  const words = [problem.received, problem.detail].filter(Boolean).join(": ")
  if (quiet)
    run.printer.err([{ text: `✗ ${problem.what}${words === "" ? "" : ` ${words}`} (${problem.code})`, role: "bad" }])
  else if (told === undefined && !run.interrupted()) run.printer.err(errorFrame(problem, step))
  return problem.exit
}

/** How a run ended that should have reached `goal`: 0, or the exit code of what went wrong. */
export const endOf = (run: Run, state: FlowState, goal: MainStepId, output: Output): number => {
  const { status } = state.steps[goal]
  if (status === "done" || status === "skipped") return 0
  return failureOf(run, state, nextStep(state) ?? goal, output)
}

/** The same for a refresh or a revocation; `undefined` when it was done. */
export const endOfAside = (
  run: Run,
  state: FlowState,
  aside: "refresh" | "revoke",
  output: Output,
): number | undefined => (state.steps[aside].status === "done" ? undefined : failureOf(run, state, aside, output))

/** A command that first runs to a step, and goes on only where that was reached; else its exit code is that of the failure. */
export const withReached = <E>(
  settings: Settings,
  options: Parameters<typeof withRun>[1] & { readonly reach: MainStepId },
  rest: (run: Run, state: FlowState) => Effect.Effect<number, E, ProgramServices | Scope.Scope>,
) =>
  withRun(settings, options, (run) =>
    Effect.gen(function* () {
      const flow = yield* Flow
      const state = yield* flow.runTo(options.reach)
      const code = endOf(run, state, options.reach, settings.output)
      return code === 0 ? yield* rest(run, state) : code
    }),
  )
