import { nextStep } from "../../../flow/state.ts"
import { mainSteps } from "../../../flow/step-id.ts"
import type { Control } from "../../app/control.ts"
import { shell } from "../../app/layout.ts"
import type { PaneId, Scene } from "../../app/scene.ts"
import { clamp, type Motion, moved } from "../../ui/window.ts"
import type { ScreenModule } from "../screen.ts"
import { flowBindings } from "./bindings.ts"
import { browserWait } from "./browser-wait.ts"
import { currentStep, stepOf, titleOf, viewedStep } from "./current.ts"
import { arrange, detailWindow, FlowView } from "./view.tsx"

const panesOf = (scene: Scene): ReadonlyArray<PaneId> => {
  const panes = arrange({ ...scene, ui: { ...scene.ui, zoom: false } }, shell(scene.columns, scene.rows).body)
  return [
    "detail",
    ...(panes.steps === undefined ? [] : (["steps"] as const)),
    ...(panes.log === undefined ? [] : (["log"] as const)),
  ]
}

const moveDetail = (control: Control, scene: Scene, motion: Motion) => {
  if (scene.flow === undefined) return
  const { detail } = arrange(scene, shell(scene.columns, scene.rows).body)
  const { last, height, top } = detailWindow(scene, scene.flow, detail)
  control.dispatch({ type: "flow", change: { scroll: moved(top, motion, last, height) } })
}

const moveSteps = (control: Control, scene: Scene, motion: Motion) => {
  if (scene.flow === undefined) return
  const step = mainSteps[moved(mainSteps.indexOf(viewedStep(scene)), motion, mainSteps.length - 1, 10)]
  if (step === undefined || step === currentStep(scene.flow.state)) control.dispatch({ type: "follow", what: "step" })
  else control.dispatch({ type: "flow", change: { step, scroll: 0 } })
}

/** Any move up pauses following; the bottom resumes it. */
const moveLog = (control: Control, scene: Scene, motion: Motion) => {
  const last = (scene.flow?.state.exchanges.length ?? 0) - 1
  const cursor = moved(last - clamp(scene.ui.flow.logBack ?? 0, 0, Math.max(0, last)), motion, last, 6)
  if (cursor >= last) control.dispatch({ type: "follow", what: "flowLog" })
  else control.dispatch({ type: "flow", change: { logBack: last - cursor } })
}

const status = (scene: Scene): string => {
  const { flow } = scene
  if (flow === undefined) return ""
  const { state } = flow
  if (browserWait(flow) !== undefined) return "Waiting for your decision in the browser."
  if (state.running !== undefined) return `${stepOf(flow, currentStep(state))?.title ?? state.running} is running.`
  const next = nextStep(state)
  if (next === undefined) return "All steps are done. Enter leads to the tools."
  if (state.steps[next].status === "failed") return `${titleOf(flow, next)} failed. What was learned before is kept.`
  return `Ready: ${titleOf(flow, next)}. Nothing of it has been sent yet.`
}

export const flowScreen: ScreenModule = {
  id: "flow",
  title: "Flow",
  available: ({ flow }) => flow !== undefined,
  panes: panesOf,
  bindings: flowBindings,
  fields: [
    {
      field: "callback",
      short: "hand over",
      submit: (control, _, text) => {
        control.dispatch({ type: "endEdit" })
        if (text.trim() !== "") control.intend({ _tag: "Paste", text: text.trim() })
      },
      cancel: (control) => control.dispatch({ type: "endEdit" }),
    },
  ],
  move: (control, scene, motion) => {
    const pane = scene.ui.focus.flow
    if (pane === "steps") moveSteps(control, scene, motion)
    else if (pane === "log") moveLog(control, scene, motion)
    else moveDetail(control, scene, motion)
  },
  back: (control, scene) => {
    if (scene.ui.zoom || scene.ui.flow.step === undefined) return false
    control.dispatch({ type: "follow", what: "step" })
    return true
  },
  paste: (control, { flow }, text) => {
    if (browserWait(flow) === undefined) return false
    control.intend({ _tag: "Paste", text })
    return true
  },
  status,
  View: FlowView,
}
