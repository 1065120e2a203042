import type { Rect } from "./lines.tsx"
import { Pane } from "./pane.tsx"
import type { Row } from "./row.ts"

interface OverlayProps {
  readonly columns: number
  readonly rows: number
  readonly width: number
  readonly height: number
  readonly title: string
  readonly note?: string | undefined
  readonly foot?: string | undefined
  readonly body: ReadonlyArray<Row>
}

export const centred = (columns: number, rows: number, width: number, height: number): Rect => ({
  x: Math.max(0, Math.floor((columns - width) / 2)),
  y: Math.max(0, Math.floor((rows - height) / 2)),
  width: Math.min(width, columns),
  height: Math.min(height, rows),
})

/** A box over the middle of the screen. It has the focus while it is there. */
export const Overlay = ({ columns, rows, width, height, title, note, foot, body }: OverlayProps) => (
  <Pane at={centred(columns, rows, width, height)} title={title} note={note} foot={foot} focused rows={body} />
)
