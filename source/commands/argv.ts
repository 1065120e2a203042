import { toggles } from "./flags.ts"

const takesNoValue = new Set<string>([...toggles, "help", "version"].map((name) => `--${name}`)).add("-h").add("-v")

/** The first word that is neither a flag nor the value of one. */
const firstWord = (argv: ReadonlyArray<string>): number => {
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ""
    if (!word.startsWith("-") || word === "-") return index
    if (word === "--") return -1
    if (word.startsWith("--") && !word.includes("=") && !takesNoValue.has(word)) index++
  }
  return -1
}

/** Whether somebody can have meant it as a server: a slip in a command's name is not answered with advice on URLs. */
const looksLikeAddress = (word: string): boolean => /[:/.\s]/.test(word) || word === "" || word === "localhost"

/**
 * The command line with its command in front, wherever the flags stand: `URL` alone means `open URL`, and `help X` means
 * `X --help`.
 */
export const commandFirst = (argv: ReadonlyArray<string>, commands: ReadonlySet<string>): ReadonlyArray<string> => {
  const at = firstWord(argv)
  const word = argv[at]
  if (word === undefined)
    return argv.some((each) => ["--help", "-h", "--version", "-v"].includes(each)) ? argv : ["open", ...argv]
  const rest = argv.toSpliced(at, 1)
  if (word === "help") return [...commandFirst(rest, commands).filter((each) => each !== "open"), "--help"]
  return commands.has(word) || !looksLikeAddress(word) ? [word, ...rest] : ["open", ...argv]
}
