import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import { Flow } from "../flow/flow.ts"
import { Journal } from "../flow/journal.ts"
import { problemOf } from "../flow/problem-of.ts"
import { type FlowState, nextStep } from "../flow/state.ts"
import type { StepFailure } from "../flow/step.ts"
import type { Progress } from "../mcp/exchange.ts"
import type { JsonObject, Message } from "../mcp/json-rpc.ts"
import type { LogLevel } from "../mcp/log-level.ts"
import type { AskedAnswer } from "../mcp/passing.ts"
import { noTools } from "../mcp/tools.ts"
import type { BridgeClient } from "./bridge-client.ts"
import { filterFor, olderResult, progressTokenOf, refusal } from "./bridge-messages.ts"
import { usageFailure } from "./failure.ts"
import type { Run } from "./run.ts"
import { endedWith } from "./session.ts"

export type BridgeRequest = Extract<Message, { readonly _tag: "request" }>

/** Milliseconds for which a new session waits until it is told what it will hear of. */
const listenMillis = 5000

/** Failures after which the request did not run, and that the steps can mend. */
const isMendable = (failure: StepFailure): boolean =>
  failure._tag === "AuthorizationRequired" || failure.code === "session_lost"

const errorOf = (state: FlowState): AskedAnswer => {
  const step = nextStep(state) ?? "call"
  return { error: refusal(state.steps[step].problem ?? problemOf(usageFailure("interrupted")), step) }
}

/**
 * The way of requests to the remote server. Usually many at once, beside the steps; one that is refused for its token or its
 * session goes through the steps, which mend that, while the others wait.
 */
export const makeForwarding = Effect.fnUntraced(function* (run: Run, client: Pick<BridgeClient, "say">) {
  const flow = yield* Flow
  const journal = yield* Journal
  const oneAtATime = Semaphore.withPermits(yield* Semaphore.make(1), 1)
  /** Ends with the exit code when no later request could fare better. */
  const over = yield* Deferred.make<number>()
  const uris = new Set<string>()
  let tools = noTools
  let logLevel: LogLevel | undefined
  let fatal: number | undefined
  let mending: string | number | undefined

  const tell = (token: string | number | undefined, { progress, total, message }: Progress): void => {
    if (token === undefined) return
    const rest = { ...(total === undefined ? {} : { total }), ...(message === undefined ? {} : { message }) }
    client.say({ method: "notifications/progress", params: { progressToken: token, progress, ...rest } })
  }
  const stop = journal.subscribe((event) => {
    if (event._tag === "Progressed") tell(mending, event)
  })
  yield* Effect.addFinalizer(() => Effect.sync(stop))

  /** Listens for the client, as far as the server lets anybody listen. */
  const listen = Effect.suspend(() => {
    const { session } = journal.state().facts
    return session === undefined
      ? Effect.void
      : Effect.asVoid(Effect.timeoutOption(flow.listenTo(filterFor(session, uris)), listenMillis))
  })

  const resultFor = (result: JsonObject): JsonObject =>
    journal.state().facts.session?.era === "modern" ? olderResult(result) : result

  const settle = (state: FlowState, done: JsonObject | undefined): AskedAnswer => {
    if (done !== undefined) return { result: resultFor(done) }
    const ended = endedWith(run, state)
    fatal ??= ended
    return errorOf(state)
  }

  /** Signs in and connects. */
  const connect = oneAtATime(
    Effect.gen(function* () {
      const state = yield* flow.runTo("connect")
      const { session } = state.facts
      if (state.steps.connect.status !== "done" || session === undefined) return settle(state, undefined)
      yield* listen
      return { session, listens: journal.state().listening?.granted !== undefined }
    }),
  )

  const mend = ({ method, params }: BridgeRequest) =>
    Effect.gen(function* () {
      mending = progressTokenOf(params)
      const state = yield* flow.request(method, params)
      const done = state.steps.call.status === "done" ? state.facts.answer?.result : undefined
      if (done !== undefined && state.listening === undefined) yield* listen
      return settle(state, done)
    }).pipe(
      Effect.ensuring(
        Effect.sync(() => {
          mending = undefined
        }),
      ),
    )

  const send = ({ method, params }: BridgeRequest) => {
    const token = progressTokenOf(params)
    return flow.beside({
      method,
      params,
      tools,
      logLevel,
      ...(token === undefined ? {} : { onProgress: (progress) => Effect.sync(() => tell(token, progress)) }),
    })
  }

  const settled = (outcome: Result.Result<Effect.Success<ReturnType<typeof send>>, StepFailure>): AskedAnswer => {
    if (Result.isFailure(outcome)) return { error: refusal(problemOf(outcome.failure), "call") }
    tools = outcome.success.tools
    return { result: resultFor(outcome.success.result) }
  }

  /** One request and its answer. What may have run is never sent again. */
  const forward = Effect.fn("commands.forward")(function* (request: BridgeRequest) {
    const { session, grant } = journal.state().facts
    if (session === undefined) return yield* oneAtATime(mend(request))
    const outcome = yield* Effect.result(send(request))
    if (Result.isSuccess(outcome) || !isMendable(outcome.failure)) return settled(outcome)
    return yield* oneAtATime(
      Effect.gen(function* () {
        const now = journal.state().facts
        // Somebody else has mended it while we waited.
        if (now.grant === grant && now.session === session) return yield* mend(request)
        const again = yield* Effect.result(send(request))
        return Result.isFailure(again) && isMendable(again.failure) ? yield* mend(request) : settled(again)
      }),
    )
  })

  return {
    connect,
    forward,
    over: Deferred.await(over),
    /** To be done after each answer: the last one must get out. */
    afterwards: Effect.suspend(() => (fatal === undefined ? Effect.void : Deferred.succeed(over, fatal))),
    /** Listens to one more resource, or to one less. */
    subscribe: (uri: string, wanted: boolean) =>
      Effect.suspend(() => {
        if (wanted) uris.add(uri)
        else uris.delete(uri)
        return listen
      }),
    logFrom: (level: LogLevel) => {
      logLevel = level
    },
  }
})
