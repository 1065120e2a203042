import type * as Command from "effect/cli/Command"
import * as Completions from "effect/cli/Completions"
import * as Effect from "effect/Effect"
import { makePrinter } from "./print.ts"

export interface CompletionsInput {
  /** The shell that reads the script. */
  readonly reader: "bash" | "zsh" | "fish"
}

/** `completions SHELL`: what the shell needs to complete commands, flags and their choices; made of the commands themselves. */
export const completions =
  (root: () => Command.Command.Any) =>
  ({ reader }: CompletionsInput) =>
    Effect.sync(() => {
      const script = Completions.generate("mcp-dcr-tui", reader, Completions.fromCommand(root()))
      makePrinter({ color: false, ascii: false }).whole(script.endsWith("\n") ? script : `${script}\n`)
      return 0
    })
