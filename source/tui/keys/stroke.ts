import type { Key } from "ink"
import { graphemes } from "../ui/cells.ts"

/** One key press. `text` is there when a text field would take it. */
export interface Stroke {
  readonly name: string
  readonly text?: string
}

type Flag =
  | "upArrow"
  | "downArrow"
  | "leftArrow"
  | "rightArrow"
  | "pageUp"
  | "pageDown"
  | "home"
  | "end"
  | "return"
  | "backspace"
  | "delete"

const flags: ReadonlyArray<readonly [Flag, string]> = [
  ["upArrow", "Up"],
  ["downArrow", "Down"],
  ["leftArrow", "Left"],
  ["rightArrow", "Right"],
  ["pageUp", "PgUp"],
  ["pageDown", "PgDn"],
  ["home", "Home"],
  ["end", "End"],
  ["return", "Enter"],
  ["backspace", "Backspace"],
  ["delete", "Delete"],
]

const controls: Readonly<Record<string, string>> = {
  "\r": "Enter",
  "\n": "Enter",
  "\r\n": "Enter",
  "\t": "Tab",
  "\b": "Backspace",
  "\u007f": "Backspace",
  "\u001b": "Esc",
}

/** A terminal's late answer to a query of its colours or version arrives as if it had been typed. */
const lateReply = /^(?:\]?\d+;(?:rgba?:|\?)|P[>!|+$01])/

const fromText = (text: string): Stroke => {
  const named = controls[text]
  if (named !== undefined) return { name: named }
  if (text === " ") return { name: "Space", text }
  const code = text.charCodeAt(0)
  if (text.length === 1 && code < 0x20) return { name: `Ctrl+${String.fromCharCode(code + 0x40)}` }
  return { name: text, text }
}

/**
 * What Ink hands over at once, as single key presses. A burst ("jjj", "abc\r") comes as one chunk: without this it
 * would be one unknown key.
 */
export const strokes = (input: string, key: Key): ReadonlyArray<Stroke> => {
  if (key.eventType === "release") return []
  if (key.tab) return [{ name: key.shift ? "S-Tab" : "Tab" }]
  for (const [flag, name] of flags) if (key[flag]) return [{ name }]
  if (lateReply.test(input)) return []
  // Esc and a key within 20 ms are the same bytes as Alt with that key; we use no Alt, so it was Esc.
  if (key.escape) return [{ name: "Esc" }]
  if (key.ctrl) return input === "" ? [] : [{ name: `Ctrl+${input.toUpperCase()}` }]
  if (key.meta) return /^[\]P_^X]/.test(input) ? [] : [{ name: "Esc" }, ...graphemes(input).map(fromText)]
  return graphemes(input).map(fromText)
}
