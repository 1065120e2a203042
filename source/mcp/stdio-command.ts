import * as Result from "effect/Result"
import { shellQuote } from "../text/shell.ts"

/** A local server: a program and its arguments, which no shell ever sees (CR-121). */
export interface StdioCommand {
  readonly command: string
  readonly args: ReadonlyArray<string>
}

/** What a backslash takes its meaning from; before anything else it stands for itself, as in `C:\tools`. */
const special = /[\s"'\\]/

/**
 * Takes a typed command apart at blanks, with quotes as a shell has them. Nothing is expanded: `;`, `$` and `*` are
 * ordinary characters.
 */
export const splitCommand = (text: string): Result.Result<StdioCommand, string> => {
  const words: Array<string> = []
  let word: string | undefined
  let quote = ""
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? ""
    const next = text[index + 1] ?? ""
    if (character === "\\" && quote !== "'" && special.test(next) && (quote === "" || /["\\]/.test(next))) {
      word = (word ?? "") + next
      index += 1
    } else if (quote !== "") {
      if (character === quote) quote = ""
      else word += character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ""
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? "") + character
  }
  if (quote !== "") return Result.fail(`a quote (${quote}) is not closed`)
  if (word !== undefined) words.push(word)
  const [command, ...args] = words
  if (command === undefined || command === "") return Result.fail("there is no command")
  return Result.succeed({ command, args })
}

/** The whole command for a person to approve before its first run (CR-121): nothing left out, nothing invisible. */
export const commandLine = ({ command, args }: StdioCommand): string => [command, ...args].map(shellQuote).join(" ")

/** How a local server is named where a remote one has its URL. Without arguments: they may hold keys. */
export const stdioUrl = ({ command }: StdioCommand): string => `stdio:${command}`

/** Variables that a program needs to run at all; everything else of our environment stays with us (CR-121). */
const needed: ReadonlySet<string> = new Set(
  process.platform === "win32"
    ? [
        "APPDATA",
        "COMSPEC",
        "HOMEDRIVE",
        "HOMEPATH",
        "LOCALAPPDATA",
        "PATH",
        "PATHEXT",
        "PROGRAMDATA",
        "PROGRAMFILES",
      ].concat(["SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "TMP", "USERNAME", "USERPROFILE"])
    : ["HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER"],
)

/** The environment of a local server: what it needs, and what the user names for it, credentials among it (CR-2). */
export const serverEnvironment = (
  ours: Readonly<Record<string, string | undefined>>,
  given: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    Object.entries(ours).flatMap(([name, value]) =>
      value !== undefined && needed.has(process.platform === "win32" ? name.toUpperCase() : name)
        ? [[name, value]]
        : [],
    ),
  ),
  ...given,
})
