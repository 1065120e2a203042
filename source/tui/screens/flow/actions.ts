import { exchangeOf, nextStep } from "../../../flow/state.ts"
import type { Control } from "../../app/control.ts"
import type { FlowScene, Scene } from "../../app/scene.ts"
import type { Binding } from "../../keys/binding.ts"
import { isBusy } from "../../keys/busy.ts"
import { currentStep, neighbour, viewedStep } from "./current.ts"
import { moveDetail } from "./moves.ts"

/** Whether the step that would come next has failed. */
export const failed = ({ flow }: Scene): boolean =>
  flow !== undefined && flow.state.steps[currentStep(flow.state)].status === "failed"

/** Whether something new may be started. */
export const ready = (scene: Scene): boolean => scene.flow !== undefined && !isBusy(scene)

/** Back to what happens now. */
export const look = (control: Control) => {
  control.dispatch({ type: "follow", what: "step" })
  control.dispatch({ type: "follow", what: "flowLog" })
}

/** The main thing: the next step; a tool call leads on to the screen of its result. */
export const goOn = (control: Control, flow: FlowScene) => {
  look(control)
  const next = nextStep(flow.state)
  if (next === undefined) return control.dispatch({ type: "goto", screen: "tools" })
  control.intend({ _tag: "Next" })
  if (next !== "call") return
  control.dispatch({ type: "goto", screen: "tools" })
  control.dispatch({ type: "focus", pane: "result" })
  control.dispatch({ type: "tools", change: { scroll: 0 } })
}

/** The exchange that lies `back` before the newest, on the screen of the log. */
export const openExchange = (control: Control, flow: FlowScene, back: number) => {
  const exchange = flow.state.exchanges.at(-1 - back)
  if (exchange === undefined) return
  const open = exchange.request.exchange
  control.dispatch({ type: "goto", screen: "log" })
  control.dispatch({
    type: "log",
    change: { open, cursor: open, tab: "response", scroll: { request: 0, response: 0 } },
  })
}

/** Looks at the neighbour of the step that is shown. */
export const select =
  (by: number): Binding["run"] =>
  (control, scene) => {
    if (scene.flow === undefined) return
    const step = neighbour(viewedStep(scene), by)
    if (step === currentStep(scene.flow.state)) look(control)
    else control.dispatch({ type: "flow", change: { step } })
  }

/** Scrolls the step by one line, whatever has the focus. */
export const scroll =
  (by: 1 | -1): Binding["run"] =>
  (control, scene) =>
    moveDetail(control, scene, { kind: "line", by })

/** The step that Back leads to: the one that is looked at if it lies behind, else the one before the current. */
export const backTarget = (scene: Scene) => {
  if (scene.flow === undefined) return undefined
  const viewed = viewedStep(scene)
  const current = currentStep(scene.flow.state)
  if (scene.flow.state.steps[viewed].status !== "todo" && viewed !== current) return viewed
  return neighbour(current, -1) === current ? undefined : neighbour(current, -1)
}

/** The newest exchange of the step that is shown. */
export const lastExchange = (scene: Scene) => {
  if (scene.flow === undefined) return undefined
  const number = scene.flow.state.steps[viewedStep(scene)].exchanges.at(-1)
  return number === undefined ? undefined : exchangeOf(scene.flow.state, number)
}
