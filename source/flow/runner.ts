import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberHandle from "effect/FiberHandle"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { Bystander } from "../mcp/bystander.ts"
import { Respondent } from "../mcp/elicitation.ts"
import { listRequest } from "./any-request.ts"
import { makeBeside } from "./beside.ts"
import { CallbackDesk } from "./callback-desk.ts"
import { makeExecution, type Plan } from "./execution.ts"
import { type FactOf, fact } from "./facts.ts"
import { Flow } from "./flow.ts"
import type { Intent } from "./intent.ts"
import { Journal } from "./journal.ts"
import { makeListeningDesk } from "./listening-desk.ts"
import { noting } from "./noting.ts"
import { isPossible } from "./possible.ts"
import { makeQuestionDesk } from "./question-desk.ts"
import { isSpent, restartPoint, retried } from "./restart.ts"
import { type FlowState, nextStep } from "./state.ts"
import type { Aside, StepServices } from "./step.ts"
import { isMainStep, type MainStepId } from "./step-id.ts"

export interface RunnerOptions extends Plan {
  /** Where "run all" stops by itself. */
  readonly goal: MainStepId
  readonly version: string
  /** The face can put questions of a server to a person; otherwise it is not declared that any are answered (MR-11). */
  readonly asks?: boolean
}

type Handlers = {
  readonly [Tag in Intent["_tag"]]: (intent: Extract<Intent, { readonly _tag: Tag }>) => Effect.Effect<void>
}

/** Effects one after the other. */
const inOrder = (...effects: ReadonlyArray<Effect.Effect<unknown>>): Effect.Effect<void> =>
  Effect.forEach(effects, (effect) => effect, { discard: true })

/**
 * The only code that starts steps. One thing runs at a time, in one slot; intents are handled one after the other, and each
 * either changes the journal or changes nothing.
 */
const make = (options: RunnerOptions) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const desk = yield* CallbackDesk
    const given = yield* Effect.context<StepServices>()
    const questions = makeQuestionDesk(journal, options.target)
    const asks = options.asks === true && options.target.interactive && options.target.elicit === "ask"
    const heeding = Context.add(given, Bystander, noting(journal))
    const services = asks ? Context.add(heeding, Respondent, questions.respondent) : heeding
    const scope = yield* Effect.scope
    const { drive, runAside, leaveOut, gate } = yield* makeExecution(options, services, scope)
    const { listen } = yield* makeListeningDesk(journal, services)
    const slot = yield* FiberHandle.make<void, never>()
    const oneIntent = Semaphore.withPermits(yield* Semaphore.make(1), 1)

    const decided = (decision: string) => journal.append({ _tag: "Decided", decision })
    const newErrand = (decision: string) => journal.append({ _tag: "Decided", decision, errand: true })
    const mode = (to: "manual" | "auto") =>
      Effect.suspend(() =>
        journal.state().mode === to ? Effect.void : journal.append({ _tag: "ModeChanged", mode: to }),
      )
    const start = (work: Effect.Effect<void>) => FiberHandle.run(slot, work)
    const reset = (step: MainStepId, reason: string, through?: MainStepId) =>
      journal.append({ _tag: "Reset", step, reason, ...(through === undefined ? {} : { through }) })

    /** Afterwards nothing runs and no port is open. An attempt that was under way is not taken up again. */
    const stop = Effect.suspend(() => {
      const { running } = journal.state()
      return inOrder(
        FiberHandle.clear(slot),
        desk.close,
        running !== undefined && isMainStep(running) && isSpent(running)
          ? reset(restartPoint(journal.state(), running), "an attempt is used once", running)
          : Effect.void,
      )
    })

    const choose = (tool: string, args: Readonly<Record<string, unknown>>) =>
      inOrder(
        // A request of `session` may have left the list of tools out.
        Effect.suspend(() =>
          reset(journal.state().steps.tools.status === "skipped" ? "tools" : "call", `call ${tool}`),
        ),
        journal.append({ _tag: "FactLearned", fact: fact("call", { tool, arguments: args }) }),
      )

    const chooseRequest = (request: FactOf<"request">) =>
      inOrder(
        reset("call", `request ${request.method}`),
        journal.append({ _tag: "FactLearned", fact: fact("request", request) }),
      )

    const aside = (id: Aside["id"]) =>
      Effect.gen(function* () {
        yield* runAside(id)
        const state = journal.state()
        const undoes = options.asides.find((candidate) => candidate.id === id)?.undoes
        if (undoes !== undefined && state.steps[id].status === "done") {
          const from = restartPoint(state, undoes)
          if (state.steps[from].status !== "todo") yield* reset(from, id)
        }
        yield* gate
      })

    /** One table of what each intent does; possible.ts says when. */
    const handlers: Handlers = {
      Next: () => inOrder(decided("next"), mode("manual"), start(drive(options.goal))),
      RunAll: () =>
        inOrder(
          decided("run to the end"),
          mode("auto"),
          Effect.suspend(() => (journal.state().running === undefined ? start(drive(options.goal)) : Effect.void)),
        ),
      Pause: () => inOrder(decided("pause"), mode("manual")),
      Back: ({ step }) =>
        inOrder(
          stop,
          newErrand(`back to ${step}`),
          mode("manual"),
          Effect.suspend(() => reset(restartPoint(journal.state(), step), "back")),
          gate,
        ),
      Retry: () =>
        Effect.suspend(() => {
          const state = journal.state()
          const again = retried(state)
          if (again === undefined) return Effect.void
          const { call, request } = state.facts
          // What was chosen for step 10 is chosen still.
          const chosen = [
            ...(call === undefined ? [] : [fact("call", call)]),
            ...(request === undefined ? [] : [fact("request", request)]),
          ]
          return inOrder(
            newErrand("retry"),
            reset(again.from, "retry", again.through),
            ...(again.step === "call" ? chosen : []).map((fact) => journal.append({ _tag: "FactLearned", fact })),
            start(drive(options.goal, again.step)),
          )
        }),
      Skip: () =>
        Effect.suspend(() => {
          const step = nextStep(journal.state())
          return step === undefined
            ? Effect.void
            : inOrder(
                decided("skip"),
                journal.append({ _tag: "StepEnded", step, outcome: "skipped", note: "left out by you" }),
              )
        }),
      Cancel: () => inOrder(decided("cancel"), stop, mode("manual"), gate),
      Paste: ({ text }) => desk.paste(text),
      Answer: questions.answer,
      Call: ({ tool, arguments: args }) => inOrder(newErrand(`call ${tool}`), choose(tool, args), start(drive("call"))),
      Request: ({ _tag, ...request }) =>
        inOrder(newErrand(`request ${request.method}`), chooseRequest(request), start(drive("call"))),
      List: ({ list }) => inOrder(newErrand(`list ${list}`), chooseRequest(listRequest(list)), start(drive("call"))),
      // Beside whatever runs: it has a fiber of its own.
      Listen: ({ filter }) => inOrder(decided("listen"), Effect.forkIn(listen(filter), scope)),
      Refresh: () => inOrder(newErrand("refresh"), start(aside("refresh"))),
      Revoke: () => inOrder(newErrand("revoke"), start(aside("revoke"))),
    }

    const intend = (intent: Intent): Effect.Effect<void> =>
      oneIntent(
        Effect.suspend(() =>
          isPossible(journal.state(), intent)
            ? // The table's own types pair each tag with its handler; one call site cannot see that.
              (handlers[intent._tag] as (intent: Intent) => Effect.Effect<void>)(intent)
            : Effect.void,
        ),
      )

    /** For scripts: in the slot like everything else, so that a cancel or a Ctrl-C reaches it; and waits for the end. */
    const runErrand = (decision: string, before: Effect.Effect<void>, goal: MainStepId): Effect.Effect<FlowState> =>
      Effect.gen(function* () {
        const fiber = yield* oneIntent(
          inOrder(stop, newErrand(decision), before, mode("auto")).pipe(Effect.andThen(start(drive(goal)))),
        )
        yield* Fiber.await(fiber)
        // Whoever ended it has written everything down by then.
        return yield* oneIntent(Effect.sync(journal.state))
      }).pipe(Effect.onInterrupt(() => stop))

    yield* journal.append({ _tag: "RunStarted", serverUrl: options.target.serverUrl, version: options.version })
    // Of a local server this is known before anything runs.
    if (options.target.stdio !== undefined) yield* leaveOut
    yield* gate

    return Flow.of({
      target: options.target,
      beside: makeBeside(journal, services),
      intend,
      idle: FiberHandle.awaitEmpty(slot).pipe(Effect.map(() => journal.state())),
      runTo: (goal) => runErrand(`run to ${goal}`, Effect.void, goal),
      call: (tool, args) => runErrand(`call ${tool}`, choose(tool, args), "call"),
      request: (method, params) =>
        runErrand(`request ${method}`, chooseRequest({ method, ...(params === undefined ? {} : { params }) }), "call"),
      listenTo: (filter) => Effect.map(listen(filter), journal.state),
      list: (list) => runErrand(`list ${list}`, chooseRequest(listRequest(list)), "call"),
    })
  })

/** The engine behind every face. Needs the services of the steps; its scope ends the running step. */
export const flowLayer = (options: RunnerOptions): Layer.Layer<Flow, never, StepServices> =>
  Layer.effect(Flow, make(options))
