import readline from "node:readline"
import * as Effect from "effect/Effect"
import { Flow } from "../flow/flow.ts"
import { Journal } from "../flow/journal.ts"
import type { FlowState } from "../flow/state.ts"
import { type Interview, interview, type Turn } from "./interview.ts"
import type { Printer } from "./print.ts"

/** A question, and what became of its page so far. */
const keyOf = ({ wait }: FlowState): string | undefined =>
  wait?.kind === "question" ? `${wait.question} ${wait.mode === "url" ? (wait.opened ?? "") : ""}` : undefined

/** Puts the questions of the server to the person at the terminal, on standard error; each line typed is an answer. */
export const putQuestions = Effect.fnUntraced(function* (printer: Printer) {
  const flow = yield* Flow
  const journal = yield* Journal
  const context = yield* Effect.context<never>()
  let lines: readline.Interface | undefined
  let current: { readonly key: string; readonly question: number; readonly interview: Interview } | undefined

  const answer = (question: number, reply: NonNullable<Turn["reply"]> | { readonly action: "cancel" }) =>
    void Effect.runForkWith(context)(flow.intend({ _tag: "Answer", question, ...reply }))
  const close = () => {
    const open = lines
    lines = undefined
    current = undefined
    if (open === undefined) return
    open.close()
    process.stdin.pause()
  }
  const listen = () => {
    if (lines !== undefined) return
    const open = readline.createInterface({ input: process.stdin })
    lines = open
    open.on("line", (typed) => {
      if (current === undefined) return
      const { lines: said, reply } = current.interview.next(typed)
      printer.err(said)
      if (reply !== undefined) answer(current.question, reply)
    })
    // The end of the input: nobody is there any more.
    open.on("close", () => {
      if (lines === open && current !== undefined) answer(current.question, { action: "cancel" })
    })
  }

  const stop = journal.subscribe((_, state) => {
    const key = keyOf(state)
    if (key === undefined || state.wait?.kind !== "question") return close()
    if (current?.key === key) return
    current = { key, question: state.wait.question, interview: interview(state.wait) }
    printer.err(current.interview.first.lines)
    listen()
  })
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      stop()
      close()
    }),
  )
})
