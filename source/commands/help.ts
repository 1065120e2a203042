import type { FlagDoc, HelpDoc } from "effect/cli/HelpDoc"
import * as Option from "effect/Option"
import { commandTexts } from "./command-texts.ts"
import { flagGroups } from "./flags.ts"
import { type Line, line } from "./print.ts"

const usages: Readonly<Record<string, { readonly usage: string }>> = commandTexts

const exitCodes: ReadonlyArray<readonly [code: string, meaning: string]> = [
  ["0", "done"],
  ["1", "the tool or a check said no"],
  ["2", "wrong usage"],
  ["3", "a sign-in is needed, but this run may not ask"],
  ["4", "authorization was denied or failed"],
  ["5", "the server broke the protocol"],
  ["6", "the server could not be reached"],
  ["130", "interrupted"],
]

/** Names in one column, meanings in the other; where the first is too long, the meaning goes below it. */
const table = (rows: ReadonlyArray<readonly [name: string, meaning: string]>, column: number): ReadonlyArray<Line> =>
  rows.flatMap(([name, meaning]) =>
    name.length + 4 > column
      ? [line(`  ${name}`), line(" ".repeat(column) + meaning, undefined, column)]
      : [line(`  ${name.padEnd(column - 2)}${meaning}`.trimEnd(), undefined, column)],
  )

const section = (title: string, lines: ReadonlyArray<Line>): ReadonlyArray<Line> =>
  lines.length === 0 ? [] : [line(""), line(title, "title"), ...lines]

/** The choices that effect/cli appends to the description are more readable in front. */
const flagRow = (flag: FlagDoc): readonly [string, string] => {
  const [, text = "", choices] =
    /^(.*?)(?: \(choices: (.*)\))?$/s.exec(Option.getOrElse(flag.description, () => "")) ?? []
  const names = [`--${flag.name}`, ...flag.aliases].join(", ")
  const value = flag.type === "boolean" ? "" : ` ${flag.type}`
  return [names + value, choices === undefined ? text : `${choices.split(", ").join(" | ")}. ${text}`]
}

const flagSections = (doc: HelpDoc): ReadonlyArray<Line> => {
  const grouped = new Set(flagGroups.flatMap(([, names]) => names))
  const own = doc.flags.filter((flag) => !grouped.has(flag.name))
  const groups = [
    ["Flags", own] as const,
    ...flagGroups.map(([heading, names]) => [heading, doc.flags.filter((flag) => names.includes(flag.name))] as const),
  ]
  return groups.flatMap(([heading, flags]) => section(heading, table(flags.map(flagRow), 30)))
}

/** The help of one command, or of the program. */
export const helpLines = (doc: HelpDoc, path: ReadonlyArray<string>): ReadonlyArray<Line> => {
  const command = path[1]
  const subcommands = (doc.subcommands ?? []).flatMap((group) => [...group.commands])
  const usage =
    command === undefined ? ["mcp-dcr-tui [URL]", "mcp-dcr-tui COMMAND ..."] : [usages[command]?.usage ?? doc.usage]
  return [
    ...doc.description.split("\n").map((text) => line(text)),
    ...section(
      "Usage",
      usage.map((text) => line(`  ${text}${doc.flags.length === 0 ? "" : " [flags]"}`)),
    ),
    ...section(
      "Commands",
      table(
        subcommands.map(({ name, description }) => [name, description]),
        4 + Math.max(0, ...subcommands.map(({ name }) => name.length)),
      ),
    ),
    ...flagSections(doc),
    ...section(
      "Examples",
      (doc.examples ?? []).flatMap((example) => [
        line(`  ${example.command}`),
        line(`      ${example.description ?? ""}`, "dim"),
      ]),
    ),
    ...(command === undefined ? section("Exit codes", table(exitCodes, 7)) : []),
    line(""),
    line(
      command === undefined ? "More on a command: mcp-dcr-tui COMMAND --help" : "Exit codes: mcp-dcr-tui --help",
      "dim",
    ),
  ]
}
