import { graphemes } from "./graphemes.ts"
import { isWide } from "./wide.ts"

/**
 * How many cells a text takes in a terminal, and cutting and folding by cells. Every row of the screen passes here many
 * times a second, so what consists of single narrow characters only, nearly all of it, is answered by its length:
 * ASCII, Latin, and the punctuation, arrows, frames and ticks that our own screens are drawn with.
 */
const narrow =
  /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u2319\u2500-\u25fc\u2713-\u2718\u2800-\u28ff]*$/

const visible = /[^\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Mn}\p{Me}\p{Cs}]/u
// Made when it is needed: it costs 7 ms, and most runs never meet an emoji.
let emojiPattern: RegExp | undefined
const isEmoji = (grapheme: string): boolean => {
  emojiPattern ??= /^\p{RGI_Emoji}$/v
  return emojiPattern.test(grapheme)
}
const keycap = /^[\d#*]\u20e3$/
const pictographs = /\p{Extended_Pictographic}/gu
const spacing = /[\p{Mc}\uff00-\uffef]/u

const cellsOf = (code: number): number => (isWide(code) ? 2 : 1)

const leadingJamo = (code: number | undefined): boolean =>
  code !== undefined && ((code >= 0x1100 && code <= 0x115f) || (code >= 0xa960 && code <= 0xa97c))
const vowelJamo = (code: number | undefined): boolean =>
  code !== undefined && ((code >= 0x1160 && code <= 0x11a7) || (code >= 0xd7b0 && code <= 0xd7c6))
const trailingJamo = (code: number | undefined): boolean =>
  code !== undefined && ((code >= 0x11a8 && code <= 0x11ff) || (code >= 0xd7cb && code <= 0xd7fb))

/** Terminals fuse leading + vowel (+ trailing) jamo into one syllable of two cells, and no more than that. */
const hangulCells = (codes: ReadonlyArray<number>): number => {
  let cells = 0
  let at = 0
  while (at < codes.length) {
    const code = codes[at] ?? 0
    if (leadingJamo(code) && vowelJamo(codes[at + 1])) {
      cells += 2
      at += trailingJamo(codes[at + 2]) ? 3 : 2
    } else {
      cells += cellsOf(code)
      at += 1
    }
  }
  return cells
}

const graphemeCells = (grapheme: string): number => {
  const start = grapheme.search(visible)
  if (start === -1) return 0
  if (isEmoji(grapheme) || keycap.test(grapheme)) return 2
  if (grapheme.includes("\u200d") && (grapheme.slice(0, 64).match(pictographs)?.length ?? 0) > 1) return 2
  const [first = "", ...rest] = grapheme.slice(start)
  const code = first.codePointAt(0) ?? 0
  if (leadingJamo(code) || vowelJamo(code) || trailingJamo(code))
    return hangulCells([first, ...rest].filter((it) => visible.test(it)).map((it) => it.codePointAt(0) ?? 0))
  let cells = cellsOf(code)
  for (const mark of rest) if (spacing.test(mark)) cells += cellsOf(mark.codePointAt(0) ?? 0)
  return cells
}

/** Cells that a sanitized, single-line text takes. Controls take none. */
export const width = (text: string): number => {
  if (narrow.test(text)) return text.length
  let cells = 0
  for (const grapheme of graphemes(text)) cells += graphemeCells(grapheme)
  return cells
}

/** The longest beginning of a text that fits, cut between graphemes. */
const head = (text: string, cells: number): string => {
  if (cells <= 0) return ""
  if (narrow.test(text)) return text.slice(0, cells)
  let used = 0
  let end = 0
  for (const grapheme of graphemes(text)) {
    used += graphemeCells(grapheme)
    if (used > cells) break
    end += grapheme.length
  }
  return text.slice(0, end)
}

/** Shortens to at most `cells`, the end replaced by an ellipsis. */
export const truncate = (text: string, cells: number): string => {
  if (width(text) <= cells) return text
  return cells <= 0 ? "" : `${head(text, cells - 1)}…`
}

/** Fills with spaces to exactly `cells`; a longer text is truncated. */
export const pad = (text: string, cells: number, side: "start" | "end" = "end"): string => {
  const fitted = truncate(text, cells)
  const space = " ".repeat(Math.max(0, cells - width(fitted)))
  return side === "end" ? fitted + space : space + fitted
}

/** Folds one paragraph at spaces; a word that no line can hold (a URL, Chinese text) is cut where the line is full. */
const wrapLine = (text: string, cells: number): ReadonlyArray<string> => {
  if (width(text) <= cells) return [text]
  const lines: Array<string> = []
  let line = ""
  let used = 0
  const flush = () => {
    // Indentation alone, before a word that did not fit beside it, is no line.
    if (/[^ ]/.test(line)) lines.push(line.replace(/ +$/, ""))
    line = ""
    used = 0
  }
  for (const [word] of text.matchAll(/ +|[^ ]+/g)) {
    const size = width(word)
    if (word.startsWith(" ")) {
      // The spaces at a fold vanish; those at the beginning of the paragraph are its indentation.
      if (used > 0 || lines.length === 0) {
        line += word.slice(0, Math.max(0, cells - used))
        used = Math.min(cells, used + size)
      }
      continue
    }
    if (size <= cells) {
      if (used + size > cells) flush()
      line += word
      used += size
      continue
    }
    for (const grapheme of graphemes(word)) {
      const step = graphemeCells(grapheme)
      if (used > 0 && used + step > cells) flush()
      line += step > cells ? "…" : grapheme
      used += Math.min(step, cells)
    }
  }
  flush()
  return lines
}

/** Folds a sanitized text into lines of at most `cells`; line feeds stay line ends. */
export const wrap = (text: string, cells: number): ReadonlyArray<string> =>
  cells <= 0 ? [] : text.split("\n").flatMap((line) => wrapLine(line, cells))
