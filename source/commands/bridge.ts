import readline from "node:readline"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import { Flow } from "../flow/flow.ts"
import { Journal } from "../flow/journal.ts"
import { problemOf } from "../flow/problem-of.ts"
import { type FlowState, nextStep } from "../flow/state.ts"
import {
  type JsonObject,
  type Message,
  type RequestId,
  type RpcError,
  readMessages,
  rpcCodes,
} from "../mcp/json-rpc.ts"
import { introduction, progressTokenOf, refusal } from "./bridge-messages.ts"
import { usageFailure } from "./failure.ts"
import { type Run, withRun } from "./run.ts"
import { endedWith } from "./session.ts"
import { type ServerInput, settingsOf } from "./settings.ts"

type Request = Extract<Message, { readonly _tag: "request" }>

/** Requests are forwarded one after the other, in the order in which they came; only `ping` and a cancel overtake. */
const makeDesk = Effect.fnUntraced(function* (run: Run) {
  const flow = yield* Flow
  const context = yield* Effect.context<never>()
  const waiting = yield* Queue.unbounded<Request | "end">()
  const given = new Set<RequestId>()
  let current: RequestId | undefined

  const say = (message: object) => run.printer.json({ jsonrpc: "2.0", ...message })
  const refuse = (error: RpcError, id: RequestId | null = null) => say({ id, error })

  /** A request that was cancelled is not answered any more, whatever becomes of it. */
  const cancel = (id: unknown) => {
    if (typeof id !== "string" && typeof id !== "number") return
    if (!given.delete(id)) return
    if (id === current) Effect.runForkWith(context)(flow.intend({ _tag: "Cancel" }))
  }

  const hear = (line: string) => {
    if (line.trim() === "") return
    const messages = readMessages(line, false)
    if (Result.isFailure(messages)) {
      const { code, detail } = messages.failure
      refuse({ code: code === "not_json" ? rpcCodes.parseError : rpcCodes.invalidRequest, message: detail })
      return
    }
    for (const message of messages.success) {
      if (message._tag === "notification" && message.method === "notifications/cancelled")
        cancel(message.params.requestId)
      if (message._tag !== "request") continue
      if (message.method === "ping") say({ id: message.id, result: {} })
      else {
        given.add(message.id)
        Queue.offerUnsafe(waiting, message)
      }
    }
  }

  const input = yield* Effect.acquireRelease(
    Effect.sync(() => readline.createInterface({ input: process.stdin })),
    (open) => Effect.sync(() => open.close()),
  )
  input.on("line", hear)
  input.once("close", () => Queue.offerUnsafe(waiting, "end"))

  const next = Effect.gen(function* () {
    for (;;) {
      const request = yield* Effect.raceFirst(Queue.take(waiting), Effect.as(run.interruption, "end" as const))
      if (request === "end") return undefined
      if (!given.has(request.id)) continue
      current = request.id
      return request
    }
  })
  const answer = ({ id }: Request, body: { readonly result: JsonObject } | { readonly error: RpcError }) => {
    current = undefined
    if (given.delete(id)) say({ id, ...body })
  }
  return { next, answer, say }
})

/** What came of a request. */
const outcomeOf = (state: FlowState, done: JsonObject | undefined) => {
  if (done !== undefined) return { result: done }
  const step = nextStep(state) ?? "call"
  return { error: refusal(state.steps[step].problem ?? problemOf(usageFailure("interrupted")), step) }
}

/**
 * `bridge URL`: an MCP server on standard input and output, for clients that know nothing else. It forwards to the remote
 * one with our credentials and our recovery; what people should read goes to standard error.
 */
export const bridge = Effect.fn("commands.bridge")(function* (input: ServerInput) {
  const settings = yield* settingsOf(input)
  // Standard output belongs to the protocol.
  const output = { ...settings.output, json: true }
  return yield* withRun({ ...settings, output }, { goal: "connect", reads: "requests" }, (run) =>
    Effect.gen(function* () {
      const flow = yield* Flow
      const journal = yield* Journal
      const desk = yield* makeDesk(run)
      let token: string | number | undefined
      yield* Effect.acquireRelease(
        Effect.sync(() =>
          journal.subscribe((event) => {
            if (event._tag !== "Progressed" || token === undefined) return
            const { _tag, at, ...progress } = event
            desk.say({ method: "notifications/progress", params: { progressToken: token, ...progress } })
          }),
        ),
        (stop) => Effect.sync(stop),
      )
      for (;;) {
        const request = yield* desk.next
        if (request === undefined || run.interrupted()) break
        const { method, params } = request
        if (method === "server/discover") {
          // Clients of 2026-07-28 fall back to `initialize`, which is all that the bridge speaks.
          desk.answer(request, { error: { code: rpcCodes.methodNotFound, message: "begin with initialize" } })
          continue
        }
        token = progressTokenOf(params)
        const opens = method === "initialize"
        const state = yield* opens ? flow.runTo("connect") : flow.request(method, params)
        token = undefined
        const { session, answer } = state.facts
        const opened = state.steps.connect.status === "done" && session !== undefined
        const done = opens
          ? opened
            ? introduction(session, params)
            : undefined
          : state.steps.call.status === "done"
            ? answer?.result
            : undefined
        desk.answer(request, outcomeOf(state, done))
        const ended = endedWith(run, state)
        if (done === undefined && ended !== undefined) return ended
      }
      return run.interrupted() ? 130 : 0
    }),
  )
})
