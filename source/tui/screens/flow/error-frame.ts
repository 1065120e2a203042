import type { ProblemRecord } from "../../../flow/event.ts"
import type { MainStepId } from "../../../flow/step-id.ts"
import { stepNumber } from "../../../flow/step-id.ts"
import type { FlowScene } from "../../app/scene.ts"
import type { Theme } from "../../theme/theme.ts"
import { blank, type Row } from "../../ui/row.ts"
import { problemRows, requestOf } from "../problem-rows.ts"

/** A failed step: the fixed frame, and the keys that can be pressed now. */
export const errorRows = (
  id: MainStepId,
  problem: ProblemRecord,
  flow: FlowScene,
  theme: Theme,
  { cells, room }: { readonly cells: number; readonly room: number },
): ReadonlyArray<Row> => {
  const number = stepNumber(id) ?? 1
  const keys: ReadonlyArray<readonly [string, string]> = [
    ["r", "Retry this step"],
    ...(number > 1 ? ([["b", `Back to step ${number - 1}`]] as const) : []),
  ]
  const request = requestOf(flow.state, problem, theme)
  const title = `Step ${number} failed`
  return [...problemRows({ problem, cells, theme, title, request, keys, room }), blank]
}
