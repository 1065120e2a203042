import type { MainStepId } from "../../../flow/step-id.ts"
import { stepLessons } from "../../../lessons/steps.ts"
import { wrap } from "../../ui/cells.ts"
import { type Row, row, span } from "../../ui/row.ts"

const parts = [
  ["What", "what"],
  ["Why", "why"],
  ["Without it", "attacker"],
  ["Standard", "standard"],
] as const

const label = 12

/** The lesson of a step, each part with its name at the left. */
export const explainRows = (id: MainStepId, cells: number): ReadonlyArray<Row> =>
  parts.flatMap(([name, part]) =>
    wrap(stepLessons[id][part], cells - label).map((line, index) =>
      row(span((index === 0 ? name : "").padEnd(label), "strong"), line),
    ),
  )
