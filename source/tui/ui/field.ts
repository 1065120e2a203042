import type { Theme } from "../theme/theme.ts"
import { clean, graphemes, width } from "./cells.ts"
import { type Row, type Span, span } from "./row.ts"

/** One line of text being edited. `caret` counts graphemes from the left. */
export interface Field {
  readonly text: string
  readonly caret: number
}

export type FieldEdit =
  | { readonly edit: "insert"; readonly text: string }
  | { readonly edit: "erase" }
  | { readonly edit: "delete" }
  | { readonly edit: "clear" }
  | { readonly edit: "move"; readonly by: 1 | -1 }
  | { readonly edit: "home" }
  | { readonly edit: "end" }

/** A field with the caret behind its text. */
export const field = (text: string): Field => ({ text, caret: graphemes(text).length })

/** Line breaks and tabs of a paste become spaces; other control characters are dropped. */
const oneLine = (text: string): string => text.replace(/[\r\n\t]+/g, " ").replace(/[\u0000-\u001f\u007f-\u009f]/g, "")

/** The field after one change. */
export const edited = (before: Field, change: FieldEdit): Field => {
  const parts = graphemes(before.text)
  const { caret } = before
  switch (change.edit) {
    case "insert": {
      const text = oneLine(change.text)
      const joined = [...parts.slice(0, caret), text, ...parts.slice(caret)].join("")
      return { text: joined, caret: Math.min(graphemes(joined).length, caret + graphemes(text).length) }
    }
    case "erase":
      return caret === 0
        ? before
        : { text: [...parts.slice(0, caret - 1), ...parts.slice(caret)].join(""), caret: caret - 1 }
    case "delete":
      return { text: [...parts.slice(0, caret), ...parts.slice(caret + 1)].join(""), caret }
    case "clear":
      return { text: "", caret: 0 }
    case "move":
      return { ...before, caret: Math.max(0, Math.min(parts.length, caret + change.by)) }
    case "home":
      return { ...before, caret: 0 }
    case "end":
      return { ...before, caret: parts.length }
  }
}

/** The field in `cells` columns, scrolled so that the caret is seen; the caret is drawn in reverse while editing. */
export const fieldSpans = (value: Field, cells: number, editing: boolean, theme: Theme): ReadonlyArray<Span> => {
  if (!editing) return [span(value.text)]
  const parts = graphemes(value.text)
  let from = 0
  while (from < value.caret && width(clean(parts.slice(from, value.caret).join(""))) > cells - 2) from += 1
  const before = parts.slice(from, value.caret).join("")
  const under = parts[value.caret] ?? " "
  const after = parts.slice(value.caret + 1).join("")
  const mark = from > 0 ? [span(theme.glyphs.ellipsis, "dim")] : []
  return [...mark, span(before), span(under, "selected"), span(after)]
}

/** The field as a row of its own. */
export const fieldRow = (value: Field, cells: number, editing: boolean, theme: Theme): Row => ({
  left: fieldSpans(value, cells, editing, theme),
})
