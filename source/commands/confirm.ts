import readline from "node:readline"
import * as Effect from "effect/Effect"
import { shellQuote } from "../text/shell.ts"
import { usageFailure } from "./failure.ts"
import { type Line, line, type Printer } from "./print.ts"
import { somebodyReads } from "./somebody-reads.ts"

/** One line from the terminal; the end of the input is a no. */
const answeredYes: Effect.Effect<boolean> = Effect.callback<boolean>((resume) => {
  const answers = readline.createInterface({ input: process.stdin })
  let said = ""
  answers.once("line", (typed) => {
    said = typed
    answers.close()
  })
  answers.once("close", () => resume(Effect.succeed(/^\s*y(es)?\s*$/i.test(said))))
  return Effect.sync(() => answers.close())
}).pipe(Effect.ensuring(Effect.sync(() => process.stdin.pause())))

/**
 * Lists what will be lost and waits for a yes. Never waits where nobody can be asked: fails with `needs_yes`, which names the
 * command that does it without asking, or with `declined`.
 */
export const confirm = Effect.fn("commands.confirm")(function* (ask: {
  readonly printer: Printer
  readonly yes: boolean
  readonly noInput?: boolean | undefined
  readonly consequences: ReadonlyArray<Line>
  readonly question: string
  /** The same command, word by word. */
  readonly words: ReadonlyArray<string>
}) {
  if (ask.yes) return
  if (ask.noInput === true || !somebodyReads())
    return yield* usageFailure("needs_yes", {
      expected: ["mcp-dcr-tui", ...ask.words, "--yes"].map(shellQuote).join(" "),
    })
  ask.printer.err([...ask.consequences, line(`${ask.question} [y/N]`, "title")])
  if (!(yield* answeredYes)) return yield* usageFailure("declined")
})
