import { sanitize, sanitizeJson } from "../text/sanitize.ts"
import type { Output } from "./settings.ts"

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
}

export interface Line {
  readonly text: string
  readonly role?: Role
}

export interface Printer {
  /** Results: standard output. */
  readonly out: (lines: ReadonlyArray<Line>) => void
  /** Progress, questions and errors: standard error. */
  readonly err: (lines: ReadonlyArray<Line>) => void
  /** The one JSON document of `--json`. */
  readonly json: (document: unknown) => void
}

export const makePrinter = (output: Pick<Output, "color" | "ascii">): Printer => {
  const render = ({ text, role = "plain" }: Line): string => {
    const clean = sanitize(text, { lines: "one" })
    const marked = output.ascii ? clean.replace(/[✓✗→←·▶○…]/g, (mark) => asciiMarks[mark] ?? mark) : clean
    const [open, close] = colors[role]
    return output.color && marked !== "" ? open + marked + close : marked
  }
  const write = (stream: NodeJS.WriteStream, lines: ReadonlyArray<Line>) => {
    if (lines.length > 0) stream.write(`${lines.map(render).join("\n")}\n`)
  }
  return {
    out: (lines) => write(process.stdout, lines),
    err: (lines) => write(process.stderr, lines),
    json: (document) => void process.stdout.write(`${sanitizeJson(JSON.stringify(document))}\n`),
  }
}

export const line = (text: string, role?: Role): Line => (role === undefined ? { text } : { text, role })
