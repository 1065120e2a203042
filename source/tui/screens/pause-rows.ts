import type { FlowState } from "../../flow/state.ts"
import type { Scene } from "../app/scene.ts"
import { clock } from "../ui/millis.ts"
import { type Row, row, span } from "../ui/row.ts"

type Pause = Extract<NonNullable<FlowState["wait"]>, { readonly kind: "pause" }>

const pauseOf = ({ flow }: Scene): Pause | undefined =>
  flow?.state.wait?.kind === "pause" ? flow.state.wait : undefined

/** Seconds that are left, the last one as a whole. */
const left = ({ until }: Pause, now: number): string => clock(Math.ceil(Math.max(0, until - now) / 1000) * 1000)

/** While the next attempt is waited for: until when, why, and how to stop it. */
export const pauseRows = (scene: Scene): ReadonlyArray<Row> => {
  const pause = pauseOf(scene)
  if (pause === undefined) return []
  return [
    row(
      span(`${scene.theme.glyphs.warning} Waiting`, "warn"),
      ` ${left(pause, scene.now)} until the next try: ${pause.reason}.`,
      span("   c", "key"),
      " cancels",
    ),
  ]
}

/** The same in the line above the footer. */
export const pauseStatus = (scene: Scene): string | undefined => {
  const pause = pauseOf(scene)
  return pause === undefined
    ? undefined
    : `The next try follows in ${left(pause, scene.now)} (${pause.reason}). c cancels.`
}
