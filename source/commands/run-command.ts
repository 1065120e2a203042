import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { commandFirst } from "./argv.ts"
import { declareCommands } from "./cli.ts"
import { presentation } from "./presentation.ts"
import { version } from "./version.ts"

/** Runs a command line; gives the exit code of its handler. */
export const runCommand = (argv: ReadonlyArray<string>) =>
  Effect.suspend(() => {
    let code = 0
    const commands = declareCommands(
      (ended) => {
        code = ended
      },
      (): Command.Command.Any => root,
    )
    const root = Command.make("mcp-dcr-tui").pipe(
      Command.withDescription("Walk through MCP authorization, one visible step at a time."),
      Command.withSubcommands([...commands]),
    )
    const words = commandFirst(argv, new Set(commands.map(({ name }) => name)))
    return Command.runWith(root, { version })(words).pipe(
      Effect.provide(presentation({ json: argv.includes("--json") })),
      Effect.map(() => code),
    )
  })
