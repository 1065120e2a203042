import { sanitize, sanitizeJson } from "../text/sanitize.ts"
import { width } from "../text/width.ts"
import type { Output } from "./output.ts"

/**
 * The one place where plain commands write. Every line is sanitized here, because nearly every line holds something that
 * a server said (invariant I-3); colours are added after that, by role.
 */
export type Role = "plain" | "title" | "good" | "bad" | "warn" | "dim"

const colors: Readonly<Record<Role, readonly [open: string, close: string]>> = {
  plain: ["", ""],
  title: ["\u001b[1m", "\u001b[22m"],
  good: ["\u001b[32m", "\u001b[39m"],
  bad: ["\u001b[31m", "\u001b[39m"],
  warn: ["\u001b[33m", "\u001b[39m"],
  dim: ["\u001b[2m", "\u001b[22m"],
}

/** Marks and their ASCII stand-ins. */
const asciiMarks: Readonly<Record<string, string>> = {
  "✓": "ok",
  "✗": "x",
  "→": "->",
  "←": "<-",
  "·": "-",
  "▶": ">",
  "○": "o",
  "…": "...",
  "§": "section ",
  "–": "-",
  "“": '"',
  "”": '"',
}

/** Everything in ASCII: our marks by their stand-ins, what a server says as escapes. */
const asciiOnly = (text: string): string =>
  text.replace(/[^\x20-\x7e]/gu, (character) => {
    const known = asciiMarks[character]
    return known ?? `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`
  })

const asciiJson = (json: string): string =>
  json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)

/** One line of output; what it says is made safe when it is printed. */
export interface Line {
  readonly text: string
  readonly role?: Role
  /** Cells of indentation of the lines that follow when a terminal is too narrow; left out: as the first line. */
  readonly hang?: number
}

/**
 * Folds a line at spaces. A word that no line can hold is never cut: a terminal wraps it by itself, and an address that
 * is selected there stays whole.
 */
export const fold = (text: string, cells: number, hang = width(/^ */.exec(text)?.[0] ?? "")): ReadonlyArray<string> => {
  if (width(text) <= cells) return [text]
  const lines: Array<string> = []
  let current = ""
  let gap = ""
  for (const [word] of text.matchAll(/ +|[^ ]+/g)) {
    if (word.startsWith(" ")) {
      gap = word
      continue
    }
    const fits = width(current + gap + word) <= cells || width(word) > cells - hang
    if (fits || current.trim() === "") current += gap + word
    else {
      lines.push(current)
      current = " ".repeat(hang) + word
    }
    gap = ""
  }
  return [...lines, current]
}

export interface Printer {
  /** Whether everything is to be said in ASCII. */
  readonly ascii: boolean
  /** Results: standard output. */
  readonly out: (lines: ReadonlyArray<Line>) => void
  /** Progress, questions and errors: standard error. */
  readonly err: (lines: ReadonlyArray<Line>) => void
  /** The one JSON document of `--json`. */
  readonly json: (document: unknown) => void
  /** A whole text in a form of its own, made safe where it was made (source/export). */
  readonly whole: (text: string) => void
  /** One line on standard error that changes in place, until it is taken away; only where a person looks at a terminal. */
  readonly status: (line: Line | undefined) => void
}

const eraseLine = "\r\u001b[2K"

/** The writer of one command. A terminal gets folded lines, a pipe gets them whole. */
export const makePrinter = (output: Pick<Output, "color" | "ascii">): Printer => {
  const render = ({ text, role = "plain", hang }: Line, cells: number): ReadonlyArray<string> => {
    const clean = sanitize(text, { lines: "one" })
    const marked = output.ascii ? asciiOnly(clean) : clean
    const [open, close] = colors[role]
    return fold(marked, cells, hang).map((row) => (output.color && row !== "" ? open + row + close : row))
  }
  let status = ""
  const canChange = process.stderr.isTTY === true && process.env.TERM !== "dumb"
  const draw = (text: string): void => {
    if (text === status) return
    process.stderr.write(eraseLine + text)
    status = text
  }
  const write = (stream: NodeJS.WriteStream, lines: ReadonlyArray<Line>) => {
    if (lines.length > 0) draw("")
    // Programs that read a pipe want one line as one line.
    const cells = stream.isTTY === true ? Math.max(40, stream.columns) : Number.POSITIVE_INFINITY
    if (lines.length > 0) stream.write(`${lines.flatMap((each) => render(each, cells)).join("\n")}\n`)
  }
  return {
    ascii: output.ascii,
    out: (lines) => write(process.stdout, lines),
    err: (lines) => write(process.stderr, lines),
    whole: (text) => {
      draw("")
      process.stdout.write(text)
    },
    status: (line) => {
      if (!canChange) return
      // What does not fit would wrap, and could not be taken away.
      draw(line === undefined ? "" : (render(line, Math.max(40, process.stderr.columns) - 1)[0] ?? ""))
    },
    json: (document) => {
      draw("")
      const text = sanitizeJson(JSON.stringify(document))
      process.stdout.write(`${output.ascii ? asciiJson(text) : text}\n`)
    },
  }
}

/** One line of output. */
export const line = (text: string, role?: Role, hang?: number): Line => ({
  text,
  ...(role === undefined ? {} : { role }),
  ...(hang === undefined ? {} : { hang }),
})
