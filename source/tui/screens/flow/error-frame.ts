import type { ProblemRecord } from "../../../flow/event.ts"
import type { MainStepId } from "../../../flow/step-id.ts"
import { stepNumber } from "../../../flow/step-id.ts"
import type { Theme } from "../../theme/theme.ts"
import { blank, type Row, row, span } from "../../ui/row.ts"
import { problemRows } from "../problem-rows.ts"

/** A failed step: the fixed frame, and the keys that can be pressed now. */
export const errorRows = (id: MainStepId, problem: ProblemRecord, cells: number, theme: Theme): ReadonlyArray<Row> => {
  const number = stepNumber(id) ?? 1
  const actions: ReadonlyArray<Row> = [
    row(span("  r", "key"), "  Retry this step"),
    ...(number > 1 ? [row(span("  b", "key"), `  Back to step ${number - 1}`)] : []),
  ]
  return [
    row(span(`${theme.glyphs.failed} Step ${number} failed`, "bad")),
    blank,
    ...problemRows(problem, cells, theme, actions),
    blank,
  ]
}
