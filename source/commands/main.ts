import * as Cause from "effect/Cause"
import * as CliError from "effect/cli/CliError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { problemOf } from "../flow/problem-of.ts"
import { errorDocument, errorFrame } from "./error-frame.ts"
import { isAsciiLocale } from "./locale.ts"
import { line, makePrinter } from "./print.ts"
import { runCommand } from "./run-command.ts"

/** Whoever reads the output may have seen enough of it, as in `… | head`: then there is nobody left to work for. */
const endWithReader = (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0)
  makePrinter({ color: false, ascii: false }).err([line(`✗ Standard output could not be written: ${error.message}`)])
  process.exit(1)
}

/** Runs one command line and gives the exit code. Whatever goes wrong ends in the error frame, never in a stack trace. */
export const main = async (argv: ReadonlyArray<string>): Promise<number> => {
  process.stdout.on("error", endWithReader)
  const exit = await Effect.runPromiseExit(runCommand(argv))
  if (Exit.isSuccess(exit)) return exit.value
  if (Cause.hasInterruptsOnly(exit.cause)) return 130
  const error = Cause.squash(exit.cause)
  // Already shown by the presenter, together with the usage.
  if (CliError.isCliError(error)) return 2
  const problem = problemOf(error)
  const printer = makePrinter({
    color: process.stderr.isTTY === true && (process.env.NO_COLOR ?? "") === "",
    ascii: argv.includes("--ascii") || isAsciiLocale(),
  })
  if (argv.includes("--json")) printer.json(errorDocument(problem))
  printer.err(errorFrame(problem))
  return problem.exit
}
