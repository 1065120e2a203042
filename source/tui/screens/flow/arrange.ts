import { type FlowPanes, flowPanes, shell } from "../../app/layout.ts"
import type { FlowScene, PaneId, Scene } from "../../app/scene.ts"
import { innerHeight, innerWidth } from "../../ui/frame.ts"
import type { Rect } from "../../ui/lines.tsx"
import { clamp } from "../../ui/window.ts"
import { browserWait } from "./browser-wait.ts"
import { viewedStep } from "./current.ts"
import { detailRows } from "./detail.ts"

/** Where the panes are now: zoomed, with the explanation, or with the detail in the log's place. */
export const arrange = (scene: Scene, body: Rect): FlowPanes => {
  const { flow, ui } = scene
  const failed = flow !== undefined && flow.state.steps[viewedStep(scene)].status === "failed"
  // What went wrong is told whole; the lesson comes back with the next step.
  const explain = ui.flow.explain && !(failed && (body.width < 96 || body.height < 34))
  const panes = flowPanes(body, { tall: failed || browserWait(flow) !== undefined, explain })
  if (!ui.zoom) return panes
  switch (ui.focus.flow) {
    case "log":
      return { detail: { ...body, height: 0 }, log: body }
    case "steps":
      return { ...panes, detail: panes.detail }
    default:
      return { detail: body }
  }
}

/** What the detail pane is about: another step, or the same in another condition, is read from the top. */
const shownOf = (scene: Scene, { state }: FlowScene): string => {
  const step = viewedStep(scene)
  return `${step} ${state.steps[step].status} ${state.wait?.kind ?? ""}`
}

/** Rows of the detail pane, and how far it can be scrolled. */
export const detailWindow = (scene: Scene, flow: FlowScene, at: Rect) => {
  const height = innerHeight(at.height)
  const rows = detailRows(scene, flow, viewedStep(scene), { cells: innerWidth(at.width), room: height })
  const last = Math.max(0, rows.length - height)
  const { scroll } = scene.ui.flow
  const shown = shownOf(scene, flow)
  return { rows, height, last, top: clamp(scroll.of === shown ? scroll.top : 0, 0, last), shown }
}

/** The panes that can have the focus now, in the order of the Tab key. */
export const flowFocusRing = (scene: Scene): ReadonlyArray<PaneId> => {
  const panes = arrange({ ...scene, ui: { ...scene.ui, zoom: false } }, shell(scene.columns, scene.rows).body)
  return [
    "detail",
    ...(panes.steps === undefined ? [] : (["steps"] as const)),
    ...(panes.log === undefined ? [] : (["log"] as const)),
  ]
}

/** The pane that has the focus: one that gave way to something else has it no more. */
export const flowFocus = (scene: Scene): PaneId => {
  const wanted = scene.ui.focus.flow
  return flowFocusRing(scene).includes(wanted) ? wanted : "detail"
}
