import { clean, width } from "./cells.ts"
import { type Row, type Span, span } from "./row.ts"

export interface Hint {
  readonly key: string
  readonly label: string
}

const hintWidth = (hint: Hint): number => width(`${hint.key} ${hint.label}`)

/** The hints that fit in `cells` columns, in their order; the last one is always kept, at the far right. */
export const fittingHints = (hints: ReadonlyArray<Hint>, last: Hint, cells: number): ReadonlyArray<Hint> => {
  let room = cells - 2 - hintWidth(last) - 1
  const fitting: Array<Hint> = []
  for (const hint of hints) {
    room -= hintWidth(hint) + (fitting.length === 0 ? 0 : 2)
    if (room < 0) break
    fitting.push(hint)
  }
  return fitting
}

const spansWidth = (parts: ReadonlyArray<Span>): number => width(clean(parts.map(({ text }) => text).join("")))

const spans = (hint: Hint): ReadonlyArray<Span> => [span(hint.key, "key"), span(` ${hint.label}`)]

/** The last row of a screen. A message takes the place of those hints that then do not fit any more. */
export const hintRow = (
  hints: ReadonlyArray<Hint>,
  last: Hint,
  cells: number,
  message: ReadonlyArray<Span> = [],
): Row => ({
  left: [
    ...message,
    span(message.length === 0 ? " " : "   "),
    ...fittingHints(hints, last, cells - spansWidth(message) - (message.length === 0 ? 0 : 2)).flatMap(
      (hint, index) => [...(index === 0 ? [] : [span("  ")]), ...spans(hint)],
    ),
  ],
  right: [...spans(last), span(" ")],
})
