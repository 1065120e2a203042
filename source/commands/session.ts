import readline from "node:readline"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Flow } from "../flow/flow.ts"
import { Journal } from "../flow/journal.ts"
import { problemOf } from "../flow/problem-of.ts"
import { type FlowState, nextStep } from "../flow/state.ts"
import { errorDocument } from "./error-frame.ts"
import { usageFailure } from "./failure.ts"
import { endOf, type Run, withRun } from "./run.ts"
import { type ServerInput, settingsOf } from "./settings.ts"

const Line = Schema.fromJsonString(
  Schema.Struct({
    method: Schema.NonEmptyString,
    params: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
  }),
)
const readLine = Schema.decodeUnknownResult(Line)

/** Codes after which no later request could fare better: nobody may sign in, or nobody could. */
const endsTheSession: ReadonlySet<number> = new Set([3, 4, 130])

/** What came of one request, as one line. */
const answerOf = (state: FlowState): object => {
  const { answer } = state.facts
  if (state.steps.call.status === "done" && answer !== undefined) return { result: answer.result }
  const step = nextStep(state) ?? "call"
  return errorDocument(state.steps[step].problem ?? problemOf(usageFailure("interrupted")), step)
}

/** What is listened to is told beside the answers, whatever revision the server speaks; an empty filter ends it. */
const listenMethod = "subscriptions/listen"

const readFilter = Schema.decodeUnknownResult(
  Schema.Struct({
    notifications: Schema.Struct({
      toolsListChanged: Schema.optionalKey(Schema.Boolean),
      promptsListChanged: Schema.optionalKey(Schema.Boolean),
      resourcesListChanged: Schema.optionalKey(Schema.Boolean),
      resourceSubscriptions: Schema.optionalKey(Schema.Array(Schema.String)),
    }),
  }),
)

/** Begins to listen; gives the line that says what was granted, or why nothing is. */
const listen = Effect.fn("commands.listen")(function* (params: unknown) {
  const wanted = readFilter(params)
  if (Result.isFailure(wanted)) {
    const detail = wanted.failure.message.replace(/\s+/g, " ")
    return errorDocument(usageFailure("request_invalid", { expected: "params.notifications: a filter", detail }))
  }
  const flow = yield* Flow
  const journal = yield* Journal
  const { listening } = yield* flow.listenTo(wanted.success.notifications)
  const ended = journal.events().findLast((event) => event._tag === "ListeningEnded")
  if (listening === undefined && ended?.problem !== undefined) return errorDocument(ended.problem)
  return { result: { notifications: listening?.granted ?? {} } }
})

/** One line for everything that the server says unasked. */
const tellNotices = Effect.fnUntraced(function* (run: Run) {
  const journal = yield* Journal
  const stop = journal.subscribe((event) => {
    if (event._tag === "Notified") run.printer.json({ notification: { method: event.method, params: event.params } })
  })
  yield* Effect.addFinalizer(() => Effect.sync(stop))
})

/** The exit code if the run cannot go on: the sign-in failed, not just this request. */
export const endedWith = (run: Run, state: FlowState): number | undefined => {
  if (run.interrupted()) return 130
  const step = nextStep(state)
  const problem = step === undefined ? undefined : state.steps[step].problem
  if (problem === undefined) return undefined
  return step !== "call" || endsTheSession.has(problem.exit) ? problem.exit : undefined
}

/** `session URL`: many requests in one session, JSON lines in and out. */
export const session = Effect.fn("commands.session")(function* (input: ServerInput) {
  const settings = yield* settingsOf(input)
  // Standard output belongs to the answers, standard input to the requests.
  const output = { ...settings.output, json: true }
  return yield* withRun({ ...settings, output }, { goal: "connect", reads: "requests" }, (run) =>
    Effect.gen(function* () {
      const flow = yield* Flow
      const connected = yield* flow.runTo("connect")
      const code = endOf(run, connected, "connect", output)
      if (code !== 0) return code
      yield* tellNotices(run)
      const requests = yield* Effect.acquireRelease(
        Effect.sync(() => readline.createInterface({ input: process.stdin })),
        (open) => Effect.sync(() => open.close()),
      )
      const lines = requests[Symbol.asyncIterator]()
      for (;;) {
        const { value, done } = yield* Effect.raceFirst(
          Effect.promise(() => lines.next()),
          Effect.as(run.interruption, { value: "", done: true }),
        )
        if (done === true || run.interrupted()) break
        if (value.trim() === "") continue
        const request = readLine(value)
        if (Result.isFailure(request)) {
          run.printer.json(errorDocument(usageFailure("request_invalid", { received: value.slice(0, 200) })))
          continue
        }
        const { method, params } = request.success
        if (method === listenMethod) {
          run.printer.json(yield* listen(params))
          continue
        }
        const state = yield* flow.request(method, params)
        run.printer.json(answerOf(state))
        const ended = endedWith(run, state)
        if (ended !== undefined) return ended
      }
      return run.interrupted() ? 130 : 0
    }),
  )
})
