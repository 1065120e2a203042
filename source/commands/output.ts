import { isAsciiLocale } from "./locale.ts"

/** What effect/cli makes of the output flags. */
export interface OutputFlags {
  readonly json: boolean
  readonly verbose: boolean
  readonly quiet: boolean
  readonly noColor: boolean
  readonly ascii: boolean
}

/** How a command speaks. */
export interface Output {
  readonly json: boolean
  readonly verbose: boolean
  readonly quiet: boolean
  readonly color: boolean
  readonly ascii: boolean
}

/** Colours only where a person looks at a terminal that has them, and has not said no. */
export const outputOf = (input: OutputFlags): Output => ({
  json: input.json,
  verbose: input.verbose,
  quiet: input.quiet,
  ascii: input.ascii || isAsciiLocale(),
  color:
    !input.noColor &&
    (process.env.NO_COLOR ?? "") === "" &&
    process.env.TERM !== "dumb" &&
    process.stdout.isTTY === true,
})
