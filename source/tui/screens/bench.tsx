import { toolsPanes } from "../app/layout.ts"
import type { PaneId, Scene } from "../app/scene.ts"
import { wrap } from "../ui/cells.ts"
import { field, fieldSpans } from "../ui/field.ts"
import { innerHeight, innerWidth } from "../ui/frame.ts"
import type { Rect } from "../ui/lines.tsx"
import { Pane } from "../ui/pane.tsx"
import { type Row, row, span } from "../ui/row.ts"
import { position, topFor } from "../ui/window.ts"
import { followingNote } from "./changes.ts"

export interface Bench {
  /** One line instead of the list or the form, where both do not fit. */
  readonly strip?: Rect
  readonly list?: Rect
  readonly form?: Rect
  readonly result?: Rect
}

/**
 * Where a list, a form and a result are: with few columns the list takes the place of form and result while it has the
 * focus. `formRows` says how many rows the form has in so many cells.
 */
export const arrangeBench = (scene: Scene, body: Rect, focus: PaneId, formRows: (cells: number) => number): Bench => {
  if (scene.ui.zoom) return focus === "list" ? { list: body } : focus === "form" ? { form: body } : { result: body }
  const { strip, list, form, result } = toolsPanes(
    body,
    formRows(innerWidth(body.width)),
    focus === "form" ? 6 : undefined,
  )
  if (strip === undefined) return { list, form, result }
  // What went wrong is told whole.
  if (focus === "result" && scene.flow?.state.steps.call.status === "failed")
    return { strip, result: { ...result, y: form.y, height: form.height + result.height } }
  return focus === "list" ? { strip, list } : { strip, form, result }
}

/** The line over a list or a form: what is chosen, how to get to the other one, and whether the list is out of date. */
export const stripRow = (label: string, name: string | undefined, onList: boolean, news: string | undefined): Row => ({
  left: [
    span(` ${label}: `, "dim"),
    span(name ?? "none", "strong"),
    span(onList ? (name === undefined ? "" : "   Enter chooses it") : "   Esc for the list", "dim"),
  ],
  ...(news === undefined ? {} : { right: [span(`${news} `, "warn")] }),
})

interface BenchListProps {
  readonly scene: Scene
  readonly at: Rect
  readonly title: string
  readonly note: string
  readonly focused: boolean
  /** Name of the text field that filters it. */
  readonly filter: string
  readonly rows: ReadonlyArray<Row>
  /** The row that has to be seen. */
  readonly cursor: number
  /** That the list is out of date. */
  readonly news: string | undefined
}

/** A list with its filter above it. */
export const BenchList = ({ scene, at, title, note, focused, filter, rows, cursor, news }: BenchListProps) => {
  const editing = scene.ui.editing === filter
  const value = scene.ui.fields[filter] ?? field("")
  const filterRows: ReadonlyArray<Row> =
    editing || value.text.trim() !== ""
      ? [{ left: [span("/ ", "key"), ...fieldSpans(value, innerWidth(at.width) - 2, editing, scene.theme)] }]
      : []
  // A list beside its form is narrow; over the whole width the line above says it.
  const cells = innerWidth(at.width)
  const above = [
    ...(news === undefined || at.width > 60 ? [] : wrap(news, cells).map((line) => row(span(line, "warn")))),
    ...filterRows,
  ]
  const room = innerHeight(at.height) - above.length
  const top = topFor(cursor, rows.length, room)
  const foot = [followingNote(scene), position(top, room, rows.length)].filter((text) => text !== "")
  const shown = rows.length === 0 ? [row(span("none", "dim"))] : rows.slice(top, top + room)
  return (
    <Pane
      at={at}
      title={title}
      note={note}
      foot={foot.join(` ${scene.theme.glyphs.bullet} `)}
      focused={focused}
      rows={[...above, ...shown]}
    />
  )
}

interface ScrolledProps {
  readonly at: Rect
  readonly title: string
  readonly note?: string
  readonly focused: boolean
  readonly rows: ReadonlyArray<Row>
  /** First row that is seen. */
  readonly top: number
}

/** A pane that is longer than what can be seen of it. */
export const Scrolled = ({ at, title, note, focused, rows, top }: ScrolledProps) => {
  const height = innerHeight(at.height)
  return (
    <Pane
      at={at}
      title={title}
      note={note}
      foot={position(top, height, rows.length)}
      focused={focused}
      rows={rows.slice(top, top + height)}
    />
  )
}
