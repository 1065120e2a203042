// The tape language of VHS (v0.11), as far as a tape of this project may use it. Everything else is refused, so that a tape
// which passes here means the same to VHS.

export type KeyName =
  | "Enter"
  | "Tab"
  | "Space"
  | "Backspace"
  | "Delete"
  | "Insert"
  | "Escape"
  | "Up"
  | "Down"
  | "Left"
  | "Right"
  | "PageUp"
  | "PageDown"

export type Command = { readonly line: number } & (
  | { readonly kind: "output"; readonly file: string }
  | { readonly kind: "require"; readonly program: string }
  | { readonly kind: "set"; readonly name: string; readonly value: string }
  | { readonly kind: "env"; readonly name: string; readonly value: string }
  | { readonly kind: "type"; readonly text: string }
  | { readonly kind: "key"; readonly key: KeyName; readonly count: number }
  | { readonly kind: "ctrl"; readonly key: string }
  | { readonly kind: "shiftTab" }
  | { readonly kind: "sleep"; readonly millis: number }
  | { readonly kind: "wait"; readonly scope: "Line" | "Screen"; readonly pattern: RegExp; readonly millis?: number }
  | { readonly kind: "screenshot"; readonly file: string }
  | { readonly kind: "hide" }
  | { readonly kind: "show" }
)

export interface Complaint {
  readonly line: number
  readonly text: string
}

export interface Tape {
  readonly commands: ReadonlyArray<Command>
  readonly complaints: ReadonlyArray<Complaint>
  /** From the comment `# size: 100x30`: VHS 0.11 knows pixels only. */
  readonly size: { readonly columns: number; readonly rows: number } | undefined
}

const keyNames: ReadonlySet<string> = new Set<KeyName>([
  "Enter",
  "Tab",
  "Space",
  "Backspace",
  "Delete",
  "Insert",
  "Escape",
  "Up",
  "Down",
  "Left",
  "Right",
  "PageUp",
  "PageDown",
])

const isKeyName = (word: string): word is KeyName => keyNames.has(word)

/** Words of a line: quoted strings, /patterns/ and everything between blanks; a comment ends the line. */
const tokens = /"[^"]*"|'[^']*'|`[^`]*`|\/(?:\\.|[^/\\])*\/|#.*$|[^\s#]+/g

const unquoted = (word: string): string => (/^(["'`]).*\1$/s.test(word) ? word.slice(1, -1) : word)

/** Milliseconds; a bare number counts seconds. */
const millisOf = (word: string): number | undefined => {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m)?$/.exec(word)
  if (match === null) return undefined
  return Number(match[1]) * { ms: 1, s: 1000, m: 60_000 }[match[2] === "ms" || match[2] === "m" ? match[2] : "s"]
}

/** Go's `(?s)` at the start, and the slashes around, as JavaScript has them. */
const patternOf = (word: string): RegExp => {
  const [, flags = "", source = ""] = /^\/(?:\(\?([ims]+)\))?(.*)\/$/s.exec(word) ?? []
  return new RegExp(source, flags)
}

type Parsed = Command | string

/** One parser per command; gives what is wrong as text. */
const parsers: Readonly<Record<string, (words: ReadonlyArray<string>, line: number, at: string) => Parsed>> = {
  Output: ([file], line) =>
    file === undefined ? "Output needs a file" : { line, kind: "output", file: unquoted(file) },
  Require: ([program], line) =>
    program === undefined ? "Require needs a program" : { line, kind: "require", program: unquoted(program) },
  Set: ([name, ...value], line) =>
    name === undefined || value.length === 0
      ? "Set needs a name and a value"
      : { line, kind: "set", name, value: value.map(unquoted).join(" ") },
  Env: ([name, value], line) =>
    name === undefined || value === undefined
      ? "Env needs a name and a value"
      : { line, kind: "env", name, value: unquoted(value) },
  Type: (words, line) =>
    words.length === 0 ? "Type needs a text" : { line, kind: "type", text: words.map(unquoted).join(" ") },
  Sleep: ([time = ""], line) => {
    const millis = millisOf(time)
    return millis === undefined ? `Sleep cannot read the time ${time}` : { line, kind: "sleep", millis }
  },
  Screenshot: ([file], line) =>
    file?.endsWith(".png") ? { line, kind: "screenshot", file } : "Screenshot needs a .png file",
  Hide: (_, line) => ({ line, kind: "hide" }),
  Show: (_, line) => ({ line, kind: "show" }),
  Wait: ([word], line, at) => wait("Line", word, line, at),
  "Wait+Line": ([word], line, at) => wait("Line", word, line, at),
  "Wait+Screen": ([word], line, at) => wait("Screen", word, line, at),
}

const wait = (scope: "Line" | "Screen", word: string | undefined, line: number, at: string): Parsed => {
  const millis = at === "" ? undefined : millisOf(at)
  if (at !== "" && millis === undefined) return `Wait cannot read the time ${at}`
  if (scope === "Screen" && word === undefined) return "Wait+Screen needs a pattern: the default fits a prompt only"
  const pattern = word === undefined ? />$/ : patternOf(word)
  return { line, kind: "wait", scope, pattern, ...(millis === undefined ? {} : { millis }) }
}

const commandOf = (words: ReadonlyArray<string>, line: number): Parsed => {
  const [head = "", ...rest] = words
  const [name = "", at = ""] = head.split("@")
  const parser = parsers[name]
  if (parser !== undefined) return parser(rest, line, at)
  if (isKeyName(name)) {
    const count = rest[0] === undefined ? 1 : Number(rest[0])
    return Number.isInteger(count) && count > 0
      ? { line, kind: "key", key: name, count }
      : `${name} cannot read ${rest[0]}`
  }
  if (name === "Shift+Tab") return { line, kind: "shiftTab" }
  const ctrl = /^Ctrl\+([A-Za-z])$/.exec(name)
  if (ctrl?.[1] !== undefined) return { line, kind: "ctrl", key: ctrl[1].toUpperCase() }
  return `${name} is not a command that tapes of this project use`
}

const isHeader = (command: Command): boolean =>
  command.kind === "output" || command.kind === "require" || command.kind === "set"

/** VHS reads the header up to the first other command; what comes later it skips with a warning nobody sees. */
const misplaced = (commands: ReadonlyArray<Command>): ReadonlyArray<Complaint> => {
  const start = commands.findIndex((command) => !isHeader(command))
  return commands
    .slice(start === -1 ? commands.length : start)
    .flatMap((command) =>
      isHeader(command) && !(command.kind === "set" && command.name === "TypingSpeed")
        ? [{ line: command.line, text: `${command.kind} after the header: VHS would skip it` }]
        : [],
    )
}

/** Reads a tape: its commands, and all that is wrong with it. */
export const parseTape = (text: string): Tape => {
  const commands: Array<Command> = []
  const complaints: Array<Complaint> = []
  for (const [index, source] of text.split("\n").entries()) {
    const words = (source.match(tokens) ?? []).filter((word) => !word.startsWith("#"))
    if (words.length === 0) continue
    const parsed = commandOf(words, index + 1)
    if (typeof parsed === "string") complaints.push({ line: index + 1, text: parsed })
    else commands.push(parsed)
  }
  const size = /^# size: (\d+)x(\d+)$/m.exec(text)
  return {
    commands,
    complaints: [...complaints, ...misplaced(commands)],
    size: size === null ? undefined : { columns: Number(size[1]), rows: Number(size[2]) },
  }
}
