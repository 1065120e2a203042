import type { Group } from "../keys/binding.ts"
import { type HelpEntry, helpEntries } from "../keys/help.ts"
import { field, fieldSpans } from "../ui/field.ts"
import { Overlay } from "../ui/overlay.tsx"
import { blank, type Row, row, span } from "../ui/row.ts"
import { position, topFor } from "../ui/window.ts"
import { Confirm } from "./confirm.tsx"
import { Faults } from "./faults.tsx"
import type { Scene } from "./scene.ts"

const titles: Readonly<Record<Group, string>> = { pane: "This screen", everywhere: "Everywhere", move: "Move" }

const entryRow = ({ binding, keys }: HelpEntry, selected: boolean): Row => ({
  ...row(span(`  ${keys.join(" ").padEnd(12)}`, "key"), span(binding.title)),
  selected,
})

/** Headings between the groups, and where the cursor's row ended up. */
const helpRows = (
  entries: ReadonlyArray<HelpEntry>,
  cursor: number,
): { readonly rows: ReadonlyArray<Row>; readonly at: number } => {
  const rows: Array<Row> = []
  let at = 0
  entries.forEach((entry, index) => {
    if (entry.group !== entries[index - 1]?.group) {
      if (rows.length > 0) rows.push(blank)
      rows.push(row(span(titles[entry.group], "strong")))
    }
    if (index === cursor) at = rows.length
    rows.push(entryRow(entry, index === cursor))
  })
  return { rows, at }
}

const Help = ({ scene, cursor }: { readonly scene: Scene; readonly cursor: number }) => {
  const entries = helpEntries(scene)
  const { rows, at } = helpRows(entries, Math.min(cursor, entries.length - 1))
  const width = Math.min(scene.columns - 8, 72)
  const height = Math.min(scene.rows - 6, rows.length + 4)
  const room = height - 4
  const top = topFor(at, rows.length, room)
  const filter = scene.ui.fields.help ?? field("")
  const editing = scene.ui.editing === "help"
  const prompt: Row =
    editing || filter.text !== ""
      ? { left: [span("/ ", "key"), ...fieldSpans(filter, width - 8, editing, scene.theme)] }
      : row(span("/ filters, Enter does what the line says", "dim"))
  const body = [
    ...rows.slice(top, top + room),
    ...Array.from({ length: Math.max(0, room - rows.length) }, () => blank),
    blank,
    prompt,
  ]
  return (
    <Overlay
      columns={scene.columns}
      rows={scene.rows}
      width={width}
      height={height}
      title="Keys"
      note="Esc close"
      foot={position(top, room, rows.length)}
      body={body}
    />
  )
}

/** What lies over the screen. */
export const LayerView = ({ scene }: { readonly scene: Scene }) => {
  const top = scene.ui.layers.at(-1)
  if (top === undefined) return null
  if (top.kind === "faults") return <Faults scene={scene} cursor={top.cursor} />
  return top.kind === "help" ? <Help scene={scene} cursor={top.cursor} /> : <Confirm scene={scene} layer={top} />
}
