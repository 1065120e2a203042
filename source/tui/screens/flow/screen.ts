import { nextStep } from "../../../flow/state.ts"
import type { Scene } from "../../app/scene.ts"
import { pauseStatus } from "../pause-rows.ts"
import type { ScreenModule } from "../screen.ts"
import { flowFocusRing } from "./arrange.ts"
import { flowBindings } from "./bindings.ts"
import { browserWait } from "./browser-wait.ts"
import { currentStep, stepOf, titleOf } from "./current.ts"
import { moveFlow } from "./moves.ts"
import { FlowView } from "./view.tsx"

const status = (scene: Scene): string => {
  const { flow } = scene
  if (flow === undefined) return ""
  const { state } = flow
  if (browserWait(flow) !== undefined) return "Waiting for your decision in the browser."
  const pause = pauseStatus(scene)
  if (pause !== undefined) return pause
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
  panes: flowFocusRing,
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
  move: moveFlow,
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
