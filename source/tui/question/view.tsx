import type { Scene } from "../app/scene.ts"
import { innerHeight, innerWidth } from "../ui/frame.ts"
import { Overlay } from "../ui/overlay.tsx"
import { blank } from "../ui/row.ts"
import { clamp, position, topFor } from "../ui/window.ts"
import { type Question, questionOf, uiOf } from "./model.ts"
import { bodyRows, footRows, headRows } from "./rows.ts"

const widest = 100

/** How the box is divided: who asks above, the answers below, and between them a part that can be scrolled. */
export const arrangeQuestion = (scene: Scene, question: Question) => {
  const width = Math.min(scene.columns - 4, widest)
  const cells = innerWidth(width)
  const head = [...headRows(scene, question, cells), blank]
  const foot = footRows(scene, question)
  const { rows, cursor } = bodyRows(scene, question, cells)
  const height = Math.min(scene.rows - 4, head.length + rows.length + foot.length + 2)
  const room = Math.max(1, innerHeight(height) - head.length - foot.length)
  const last = Math.max(0, rows.length - room)
  const { scroll } = uiOf(scene, question)
  const top = scroll === undefined ? topFor(cursor, rows.length, room) : clamp(scroll, 0, last)
  return { width, height, head, foot, rows, room, last, top }
}

/** A question of the server, over whatever screen is shown. */
export const QuestionView = ({ scene }: { readonly scene: Scene }) => {
  const question = questionOf(scene)
  if (question === undefined) return null
  const { width, height, head, foot, rows, room, top } = arrangeQuestion(scene, question)
  const shown = rows.slice(top, top + room)
  const body = [...head, ...shown, ...Array.from({ length: room - shown.length }, () => blank), ...foot]
  return (
    <Overlay
      columns={scene.columns}
      rows={scene.rows}
      width={width}
      height={height}
      title="The server asks you"
      foot={position(top, room, rows.length)}
      body={body}
    />
  )
}
