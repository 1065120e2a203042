import * as CliConfig from "effect/cli/CliConfig"
import type * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Stdio from "effect/Stdio"
import * as Terminal from "effect/Terminal"
import { errorDocument } from "./error-frame.ts"
import { usageFailure } from "./failure.ts"
import { helpLines } from "./help.ts"
import { outputOf } from "./output.ts"
import { line, makePrinter } from "./print.ts"
import { version } from "./version.ts"

/** What effect/cli wants of a platform. Commands bring their own services, so that hardly any of it is ever used. */
const platform = Layer.mergeAll(
  Path.layer,
  FileSystem.layerNoop({}),
  Stdio.layerTest({}),
  Layer.succeed(
    Terminal.Terminal,
    Terminal.make({
      columns: Effect.sync(() => process.stdout.columns ?? 80),
      rows: Effect.sync(() => process.stdout.rows ?? 24),
      size: Effect.die("not used"),
      readInput: Effect.die("not used"),
      readLine: Effect.fail(new Terminal.QuitError()),
      display: () => Effect.void,
    }),
  ),
  Layer.succeed(
    ChildProcessSpawner.ChildProcessSpawner,
    ChildProcessSpawner.make(() => Effect.die("not used")),
  ),
  CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version] }),
)

/** Where the command itself is unknown, nothing can be said about its flags. */
const worthSaying = <E extends CliError.CliError>(errors: ReadonlyArray<E>): ReadonlyArray<E> => {
  const unknown = errors.filter((error) => error._tag === "UnknownSubcommand")
  return unknown.length > 0 ? unknown : errors
}

/** A slip on the command line: what it was, what may have been meant, where to look. */
const slipLines = (errors: ReadonlyArray<CliError.CliError>, path: ReadonlyArray<string>) => [
  ...errors.flatMap((error) => error.message.split("\n")).map((text) => line(text)),
  line(`Try: ${path.join(" ")} --help`),
]

/** Help and slips in this program's own form; a slip is a JSON document where that was asked for. */
export const presentation = ({ json }: { readonly json: boolean }) => {
  const printer = makePrinter(outputOf({ json, verbose: false, quiet: false, noColor: false, ascii: false }))
  const present = (event: CliOutput.Presenter.Event): void => {
    switch (event._tag) {
      case "Version":
        printer.out([line(version)])
        break
      case "Help":
        printer.out(helpLines(event.helpDoc, event.commandPath))
        break
      case "InvalidInvocation": {
        const errors = worthSaying(event.errors)
        const detail = errors.map((error) => error.message.replace(/\s+/g, " ").trim()).join(" ")
        if (json) printer.json(errorDocument(usageFailure("command_line", { detail })))
        printer.err(slipLines(errors, event.commandPath))
      }
    }
  }
  return Layer.merge(platform, CliOutput.layerPresenter({ present: (event) => Effect.sync(() => present(event)) }))
}
