import { width } from "../ui/cells.ts"
import { blank, type Row, span } from "../ui/row.ts"
import { Rows } from "../ui/rows.tsx"
import { minimum } from "./layout.ts"
import type { Scene } from "./scene.ts"

/** What is too small, by how much, and what can be done. */
const tooSmallRows = ({ columns, rows, theme }: Scene): ReadonlyArray<Row> => {
  const lines = [
    "Terminal too small",
    "",
    `now ${columns} x ${rows} ${theme.glyphs.bullet} need ${minimum.columns} x ${minimum.rows}`,
    "",
    "Make it larger, or press q to quit.",
    "Your session keeps running.",
  ]
  const above = Math.max(0, Math.floor((rows - lines.length) / 2))
  const centred = lines.map(
    (text, index): Row => ({
      left: [
        span(" ".repeat(Math.max(0, Math.floor((columns - width(text)) / 2)))),
        span(text, index === 0 ? "strong" : "plain"),
      ],
    }),
  )
  return [...Array.from({ length: above }, () => blank), ...centred]
}

/** Instead of all screens, below the smallest size. */
export const TooSmall = ({ scene }: { readonly scene: Scene }) => (
  <Rows at={{ x: 0, y: 0, width: scene.columns, height: scene.rows }} rows={tooSmallRows(scene)} />
)
