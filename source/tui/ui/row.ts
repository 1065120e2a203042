import type { Theme, Tone } from "../theme/theme.ts"
import { clean, cut, pad, width } from "./cells.ts"

/** A piece of text in one tone. The text may be anything at all: it is sanitized when it is drawn, and only there. */
export interface Span {
  readonly text: string
  readonly tone: Tone
}

/** One line of a screen: text from the left, and perhaps a part that is kept whole at the right. */
export interface Row {
  readonly left: ReadonlyArray<Span>
  readonly right?: ReadonlyArray<Span>
  /** Drawn in reverse video over the full width. */
  readonly selected?: boolean
}

export const span = (text: string, tone: Tone = "plain"): Span => ({ text, tone })

export const row = (...left: ReadonlyArray<Span | string>): Row => ({
  left: left.map((part) => (typeof part === "string" ? span(part) : part)),
})

export const spread = (left: ReadonlyArray<Span>, right: ReadonlyArray<Span>): Row => ({ left, right })

export const blank: Row = { left: [] }

/** Sanitizes, cuts to `room` cells and paints; gives the painted text and the cells it takes. */
const drawSpans = (spans: ReadonlyArray<Span>, room: number, theme: Theme, plain: boolean): [string, number] => {
  let used = 0
  let out = ""
  for (const part of spans) {
    if (used >= room) break
    const text = cut(clean(part.text), room - used, theme.glyphs.ellipsis)
    used += width(text)
    out += plain ? text : theme.paint(part.tone, text)
  }
  return [out, used]
}

/**
 * The one place where text becomes what a terminal is sent (invariant I-3): exactly `cells` wide, whatever it holds.
 */
export const draw = (line: Row, cells: number, theme: Theme): string => {
  const plain = line.selected === true
  const [right, rightWidth] = drawSpans(line.right ?? [], cells, theme, plain)
  const gap = rightWidth === 0 ? 0 : 1
  const room = Math.max(0, cells - rightWidth - gap)
  const [left, leftWidth] = drawSpans(line.left, room, theme, plain)
  const text = `${left}${pad("", Math.max(0, cells - leftWidth - rightWidth))}${right}`
  return plain ? theme.paint("selected", text) : text
}
