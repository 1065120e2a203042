import { clean, pad, wrap } from "../ui/cells.ts"
import { field, fieldSpans } from "../ui/field.ts"
import { Overlay } from "../ui/overlay.tsx"
import { blank, type Row, row, span } from "../ui/row.ts"
import { clamp, position, topFor } from "../ui/window.ts"
import type { MockFault, Scene } from "./scene.ts"

/** The faults that the filter lets through. */
export const faultsIn = ({ ui, faults }: Scene): ReadonlyArray<MockFault> => {
  const filter = (ui.fields.faults?.text ?? "").trim().toLowerCase()
  return faults.filter(({ name, does, subject }) => `${name} ${does} ${subject}`.toLowerCase().includes(filter))
}

/** Rows that tell of the fault under the cursor. */
const told = 5

const about = (fault: MockFault | undefined, cells: number): ReadonlyArray<Row> => {
  const lines =
    fault === undefined
      ? []
      : [
          ...wrap(clean(`The mock ${fault.does}.`), cells).map((line) => row(line)),
          ...wrap(clean(`What do you expect of an honest client? (${fault.rule})`), cells).map((line) =>
            row(span(line, "dim")),
          ),
        ]
  return Array.from({ length: told }, (_, index) => lines[index] ?? blank)
}

/** Break it: what the embedded mock can do wrong, to see what becomes of the sign-in. */
export const Faults = ({ scene, cursor }: { readonly scene: Scene; readonly cursor: number }) => {
  const faults = faultsIn(scene)
  const at = clamp(cursor, 0, Math.max(0, faults.length - 1))
  const width = Math.min(scene.columns - 4, 100)
  const cells = width - 4
  const height = scene.rows - 4
  const room = height - told - 5
  const top = topFor(at, faults.length, room)
  const filter = scene.ui.fields.faults ?? field("")
  const editing = scene.ui.editing === "faults"
  const rows = faults.slice(top, top + room).map(
    ({ name, subject }, index): Row => ({
      left: [span(` ${pad(name, 30)} `), span(subject, "dim")],
      selected: top + index === at,
    }),
  )
  const prompt: Row =
    editing || filter.text !== ""
      ? { left: [span("/ ", "key"), ...fieldSpans(filter, cells - 4, editing, scene.theme)] }
      : row(span("/ filters, Enter opens the mock with this fault, every step explained", "dim"))
  return (
    <Overlay
      columns={scene.columns}
      rows={scene.rows}
      width={width}
      height={height}
      title="Break it"
      note={`${faults.length} faults`}
      foot={position(top, room, faults.length)}
      body={[
        ...rows,
        ...Array.from({ length: Math.max(0, room - rows.length) }, () => blank),
        blank,
        ...about(faults[at], cells),
        blank,
        prompt,
      ]}
    />
  )
}
