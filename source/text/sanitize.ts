import { graphemes } from "./graphemes.ts"

/**
 * The one gate between a string from the network and a terminal (invariant I-3, rulebook CR-122). Everything that could
 * move the cursor, start a control sequence, reorder or hide text becomes a visible escape such as `\x1b` or `\u202e`.
 */
export interface SanitizeOptions {
  /** `one` shows line ends and tabs as `\n` and `\t`; `many` keeps line feeds and widens tabs. */
  readonly lines?: "one" | "many"
  /** Longest result in UTF-16 units, ellipsis included. */
  readonly max?: number
}

const defaultMax = { one: 2_000, many: 64_000 } as const

/**
 * C0, DEL, C1, lone surrogates, line and paragraph separators, and all that Unicode calls ignorable: bidi controls, zero
 * width characters, variation selectors, the tags block. Beside them the interlinear annotation marks.
 */
const dangerous = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{fff9}-\u{fffb}]/gu

/**
 * Ignorable characters that belong to a visible grapheme stay: one variation selector after a visible character (more of
 * them can smuggle hidden text), and the joiner inside an emoji sequence.
 */
const selector = /^[\ufe00-\ufe0f]$/
const emojiBefore = /\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?$/u
const emojiAfter = /^\p{Extended_Pictographic}/u
const visibleBefore = /[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]$/u

const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }

const escapeOf = (character: string): string => {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x100) return named[character] ?? `\\x${code.toString(16).padStart(2, "0")}`
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\u{${code.toString(16)}}`
}

const belongsToGrapheme = (character: string, before: string, after: string): boolean =>
  character === "\u200d"
    ? emojiBefore.test(before) && emojiAfter.test(after)
    : selector.test(character) && visibleBefore.test(before)

const escapeAll = (text: string, lines: "one" | "many"): string =>
  text.replace(dangerous, (character: string, at: number) => {
    if (lines === "many" && character === "\n") return character
    if (lines === "many" && character === "\t") return "  "
    // Four units hold the longest neighbour that matters: an emoji and its skin tone.
    const kept = belongsToGrapheme(character, text.slice(Math.max(0, at - 4), at), text.slice(at + 1, at + 3))
    return kept ? character : escapeOf(character)
  })

/** Cuts at a grapheme border, so that no emoji or accent is torn apart. */
const cap = (text: string, max: number): string => {
  if (text.length <= max) return text
  if (max <= 0) return ""
  let end = 0
  // A hostile "grapheme" may carry any number of marks, so never segment more than could be kept.
  for (const grapheme of graphemes(text.slice(0, max + 32))) {
    if (end + grapheme.length > max - 1) break
    end += grapheme.length
  }
  return `${text.slice(0, end)}…`
}

const plain = /^[\x20-\x7e]*$/

/** Makes any string safe to print. Idempotent. */
export const sanitize = (text: string, options: SanitizeOptions = {}): string => {
  const lines = options.lines ?? "one"
  const max = options.max ?? defaultMax[lines]
  if (text.length <= max && plain.test(text)) return text
  // Escapes only ever lengthen, so what lies beyond the cap need not be looked at.
  const head = text.length > max + 64 ? text.slice(0, max + 64) : text
  return cap(escapeAll(lines === "many" ? head.replaceAll("\r\n", "\n") : head, lines), max)
}

/** Everything in {@link dangerous} except C0: `JSON.stringify` has escaped that inside strings, and outside it is layout. */
const unsafeInJson = /[\x7f-\x9f\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{fff9}-\u{fffb}]/gu

/**
 * JSON text made safe for a terminal and still the same JSON (CR-123): what `JSON.stringify` leaves raw is written as
 * `\uXXXX`. Takes valid JSON only, in which these characters can stand nowhere but inside strings.
 */
export const sanitizeJson = (json: string): string =>
  json.replace(unsafeInJson, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
    ).join(""),
  )
