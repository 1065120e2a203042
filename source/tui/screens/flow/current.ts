import { type FlowState, nextStep, type StepState } from "../../../flow/state.ts"
import type { Step } from "../../../flow/step.ts"
import { isMainStep, type MainStepId, mainSteps } from "../../../flow/step-id.ts"
import type { FlowScene, Scene } from "../../app/scene.ts"
import type { Theme, Tone } from "../../theme/theme.ts"

/** The step that happens now, or comes next; the last one when all are done. */
export const currentStep = (state: FlowState): MainStepId => {
  if (state.running !== undefined && isMainStep(state.running)) return state.running
  if (state.wait !== undefined && isMainStep(state.wait.step)) return state.wait.step
  return nextStep(state) ?? "call"
}

/** The step that the screen shows: the chosen one, else the current one. */
export const viewedStep = (scene: Scene): MainStepId =>
  scene.ui.flow.step ?? (scene.flow === undefined ? "probe" : currentStep(scene.flow.state))

export const stepOf = (flow: FlowScene, id: MainStepId): Step | undefined => flow.steps.find((step) => step.id === id)

export const titleOf = (flow: FlowScene, id: MainStepId): string => stepOf(flow, id)?.title ?? id

/** Glyph and tone that say how a step stands; the current one is marked even before it runs. */
export const markOf = (step: StepState, current: boolean, theme: Theme): readonly [string, Tone] => {
  const { glyphs } = theme
  switch (step.status) {
    case "done":
      return [glyphs.done, "good"]
    case "failed":
      return [glyphs.failed, "bad"]
    case "skipped":
      return [glyphs.skipped, "dim"]
    case "running":
      return [glyphs.current, "accent"]
    case "todo":
      return current ? [glyphs.current, "accent"] : [glyphs.todo, "dim"]
  }
}

/** How many of the ten are behind us. */
export const doneCount = (state: FlowState): number =>
  mainSteps.filter((id) => state.steps[id].status === "done" || state.steps[id].status === "skipped").length

/** The neighbour of a step, `by` places on, or itself at the ends. */
export const neighbour = (id: MainStepId, by: number): MainStepId => {
  const at = mainSteps.indexOf(id) + by
  return mainSteps[Math.max(0, Math.min(mainSteps.length - 1, at))] ?? id
}
