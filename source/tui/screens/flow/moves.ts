import { mainSteps } from "../../../flow/step-id.ts"
import type { Control } from "../../app/control.ts"
import { shell } from "../../app/layout.ts"
import type { Scene } from "../../app/scene.ts"
import { clamp, type Motion, moved } from "../../ui/window.ts"
import { arrange, detailWindow, flowFocus } from "./arrange.ts"
import { currentStep, viewedStep } from "./current.ts"

/** Scrolls the step that is shown. */
export const moveDetail = (control: Control, scene: Scene, motion: Motion) => {
  if (scene.flow === undefined) return
  const { detail } = arrange(scene, shell(scene.columns, scene.rows).body)
  const { last, height, top, shown } = detailWindow(scene, scene.flow, detail)
  control.dispatch({ type: "flow", change: { scroll: { of: shown, top: moved(top, motion, last, height) } } })
}

const moveSteps = (control: Control, scene: Scene, motion: Motion) => {
  if (scene.flow === undefined) return
  const step = mainSteps[moved(mainSteps.indexOf(viewedStep(scene)), motion, mainSteps.length - 1, 10)]
  if (step === undefined || step === currentStep(scene.flow.state)) control.dispatch({ type: "follow", what: "step" })
  else control.dispatch({ type: "flow", change: { step } })
}

/** Any move up pauses following; the bottom resumes it. */
const moveLog = (control: Control, scene: Scene, motion: Motion) => {
  const last = (scene.flow?.state.exchanges.length ?? 0) - 1
  const cursor = moved(last - clamp(scene.ui.flow.logBack ?? 0, 0, Math.max(0, last)), motion, last, 6)
  if (cursor >= last) control.dispatch({ type: "follow", what: "flowLog" })
  else control.dispatch({ type: "flow", change: { logBack: last - cursor } })
}

/** One motion in the pane that has the focus. */
export const moveFlow = (control: Control, scene: Scene, motion: Motion) => {
  const pane = flowFocus(scene)
  if (pane === "steps") moveSteps(control, scene, motion)
  else if (pane === "log") moveLog(control, scene, motion)
  else moveDetail(control, scene, motion)
}
