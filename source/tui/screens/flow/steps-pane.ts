import { exchangeOf, type FlowState, type StepState } from "../../../flow/state.ts"
import { mainSteps } from "../../../flow/step-id.ts"
import type { FlowScene, Scene } from "../../app/scene.ts"
import { width } from "../../ui/cells.ts"
import { short } from "../../ui/millis.ts"
import { type Row, type Span, span } from "../../ui/row.ts"
import { focusedOn } from "../focused-on.ts"
import { currentStep, markOf, titleOf, viewedStep } from "./current.ts"

/** "401 84ms": status of the last exchange of the step, and how long the step took if there is `room` for both. */
const outcome = (state: FlowState, step: StepState, room: number): string => {
  if (step.status === "skipped") return room >= 7 ? "skipped" : ""
  if (step.status === "todo" || step.status === "running") return ""
  const last = step.exchanges.at(-1)
  const status = last === undefined ? undefined : exchangeOf(state, last)?.response?.status
  const took =
    step.startedAt === undefined || step.endedAt === undefined || last === undefined
      ? ""
      : short(step.endedAt - step.startedAt)
  const both = [status ?? "", took].filter((part) => part !== "").join(" ")
  return both.length <= room ? both : String(status ?? "")
}

export const stepRows = (scene: Scene, flow: FlowScene, cells: number): ReadonlyArray<Row> => {
  const viewed = viewedStep(scene)
  const current = currentStep(flow.state)
  return mainSteps.map((id, index): Row => {
    const step = flow.state.steps[id]
    const [glyph, tone] = markOf(step, id === current, scene.theme)
    // Glyph, number and a blank before the title and after it.
    const right = outcome(flow.state, step, cells - 6 - width(titleOf(flow, id)))
    return {
      left: [
        span(glyph, tone),
        span(` ${String(index + 1).padStart(2)} `),
        span(titleOf(flow, id), id === viewed ? "strong" : step.status === "todo" && id !== current ? "dim" : "plain"),
      ],
      ...(right === "" ? {} : { right: [span(right, step.status === "failed" ? "bad" : "dim")] }),
      selected: id === viewed && focusedOn(scene, "flow", "steps"),
    }
  })
}

/** All steps in one line: ✓1 ✓2 ✓3 ▶4 Register client ○5 … */
export const stripRow = (scene: Scene, flow: FlowScene): Row => {
  const viewed = viewedStep(scene)
  const current = currentStep(flow.state)
  const parts = mainSteps.flatMap((id, index): ReadonlyArray<Span> => {
    const [glyph, tone] = markOf(flow.state.steps[id], id === current, scene.theme)
    const name = id === viewed ? ` ${titleOf(flow, id)} ` : ""
    return [span(glyph, tone), span(`${index + 1}${name} `, id === viewed ? "strong" : "plain")]
  })
  return {
    left: [span(" "), ...parts],
    right: [span(`step ${mainSteps.indexOf(viewed) + 1} of ${mainSteps.length} `, "dim")],
  }
}
