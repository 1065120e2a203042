import type { StepState } from "../../../flow/state.ts"
import { type MainStepId, mainSteps } from "../../../flow/step-id.ts"
import type { Finding } from "../../../text/finding.ts"
import type { FlowScene, Scene } from "../../app/scene.ts"
import { spinnerAfter } from "../../app/wake.ts"
import { meter, spinner } from "../../ui/meter.ts"
import { short } from "../../ui/millis.ts"
import { blank, type Row, row, span } from "../../ui/row.ts"
import { pauseRows } from "../pause-rows.ts"
import { browserWait, browserWaitRows } from "./browser-wait.ts"
import { currentStep, neighbour, stepOf, titleOf } from "./current.ts"
import { errorRows } from "./error-frame.ts"
import { checks, faultRows, paragraph, sentAndReceived, spec, toBeSent, whyItCanFail } from "./sections.ts"

/** One line on the step before, so that its outcome is not lost when the next one comes up. */
const before = (flow: FlowScene, id: MainStepId, scene: Scene): ReadonlyArray<Row> => {
  const previous = neighbour(id, -1)
  const { status, note } = flow.state.steps[previous]
  if (previous === id || note === undefined || (status !== "done" && status !== "skipped")) return []
  const [glyph, tone] =
    status === "done" ? ([scene.theme.glyphs.done, "good"] as const) : ([scene.theme.glyphs.skipped, "dim"] as const)
  return [
    {
      left: [span(glyph, tone), span(` ${titleOf(flow, previous)}: ${note}`)],
      right: [span("[", "key"), span(" look back", "dim")],
    },
    blank,
  ]
}

const runningRow = (scene: Scene, flow: FlowScene, id: MainStepId): ReadonlyArray<Row> => {
  const { startedAt = scene.now } = flow.state.steps[id]
  const past = scene.now - startedAt
  const { progress } = flow.state
  const pause = pauseRows(scene)
  if (pause.length > 0) return [...pause, blank]
  const sign = past < spinnerAfter ? scene.theme.glyphs.current : spinner(scene.now, scene.still, scene.theme)
  return [
    row(
      span(`${sign} Running`, "accent"),
      span(past < 2000 ? "" : ` for ${short(past)}`),
      span("   c", "key"),
      " cancels",
    ),
    ...(progress === undefined
      ? []
      : [
          row(
            ...(progress.total === undefined
              ? []
              : [...meter(progress.progress / progress.total, 24, scene.theme), span(" ")]),
            progress.message ?? "",
          ),
        ]),
    blank,
  ]
}

const readyRow = (flow: FlowScene, id: MainStepId, viewed: boolean): ReadonlyArray<Row> => {
  if (id !== currentStep(flow.state)) return viewed ? [row(span("Not reached yet.", "dim")), blank] : []
  return [row(span("Enter", "key"), " does this step. ", span("Nothing of it has been sent yet.", "dim")), blank]
}

/** Everything there is to say about one step, in the order in which one asks. `room`: rows that are seen at once. */
export const detailRows = (
  scene: Scene,
  flow: FlowScene,
  id: MainStepId,
  { cells, room }: { readonly cells: number; readonly room: number },
): ReadonlyArray<Row> => {
  const step = stepOf(flow, id)
  if (step === undefined) return []
  const state = flow.state.steps[id]
  const { theme } = scene
  const wait = browserWait(flow)
  const told = [...sentAndReceived(state, scene, flow, cells), ...checks(state, cells, theme)]
  const background = [
    ...faultRows(scene, flow, cells),
    ...whyItCanFail(step, cells, theme),
    ...spec(step, cells, theme),
  ]
  if (state.status === "failed" && state.problem !== undefined)
    return [...errorRows(id, state.problem, flow, theme, { cells, room }), ...told, ...background]
  if (wait !== undefined && wait.step === id)
    return [...browserWaitRows(wait, slips(state), scene, cells), ...told, ...background]
  const purpose = [...paragraph(step.purpose, cells), blank]
  switch (state.status) {
    case "todo":
      return [
        ...before(flow, id, scene),
        ...purpose,
        ...toBeSent(step, scene, flow, cells),
        ...readyRow(flow, id, true),
        ...background,
      ]
    case "running":
      return [...runningRow(scene, flow, id), ...purpose, ...told, ...background]
    case "skipped":
      return [
        row(span(`${theme.glyphs.skipped} Left out: ${state.note ?? "not needed"}`, "dim")),
        blank,
        ...purpose,
        ...background,
      ]
    default:
      return [
        row(span(`${theme.glyphs.done} ${state.note ?? "Done"}`, "good")),
        blank,
        ...purpose,
        ...told,
        ...background,
      ]
  }
}

/** The last thing that was wrong with a pasted answer: it belongs to the top, where the next try is made. */
const slips = ({ findings }: StepState): ReadonlyArray<Finding> =>
  findings.filter(({ severity }) => severity === "warning" || severity === "error").slice(-1)

/** Title of the detail pane: number and name. */
export const detailTitle = (flow: FlowScene, id: MainStepId): string =>
  `${mainSteps.indexOf(id) + 1} ${titleOf(flow, id)}`
