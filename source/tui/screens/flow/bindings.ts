import { exchangeOf, nextStep } from "../../../flow/state.ts"
import type { Control } from "../../app/control.ts"
import type { FlowScene, Scene } from "../../app/scene.ts"
import type { Binding } from "../../keys/binding.ts"
import { isBusy } from "../../keys/busy.ts"
import { copyableExchange, curlOf } from "../log/copy.ts"
import { browserWait } from "./browser-wait.ts"
import { currentStep, neighbour, viewedStep } from "./current.ts"

const failed = ({ flow }: Scene): boolean =>
  flow !== undefined && flow.state.steps[currentStep(flow.state)].status === "failed"

const ready = (scene: Scene): boolean => scene.flow !== undefined && !isBusy(scene)

const look = (control: Control) => {
  control.dispatch({ type: "follow", what: "step" })
  control.dispatch({ type: "follow", what: "flowLog" })
}

/** The main thing: the next step; a tool call leads on to the screen of its result. */
const goOn = (control: Control, flow: FlowScene) => {
  look(control)
  const next = nextStep(flow.state)
  if (next === undefined) return control.dispatch({ type: "goto", screen: "tools" })
  control.intend({ _tag: "Next" })
  if (next === "call") control.dispatch({ type: "goto", screen: "tools" })
}

const openExchange = (control: Control, flow: FlowScene, back: number) => {
  const exchange = flow.state.exchanges.at(-1 - back)
  if (exchange === undefined) return
  const open = exchange.request.exchange
  control.dispatch({ type: "goto", screen: "log" })
  control.dispatch({
    type: "log",
    change: { open, cursor: open, tab: "response", scroll: { request: 0, response: 0 } },
  })
}

const select =
  (by: number): Binding["run"] =>
  (control, scene) => {
    if (scene.flow === undefined) return
    const step = neighbour(viewedStep(scene), by)
    if (step === currentStep(scene.flow.state)) look(control)
    else control.dispatch({ type: "flow", change: { step, scroll: 0 } })
  }

const scroll =
  (by: 1 | -1): Binding["run"] =>
  (control, scene) =>
    control.dispatch({ type: "flow", change: { scroll: Math.max(0, scene.ui.flow.scroll + by) } })

/** The step that Back leads to: the one that is looked at if it lies behind, else the one before the current. */
export const backTarget = (scene: Scene) => {
  if (scene.flow === undefined) return undefined
  const viewed = viewedStep(scene)
  const current = currentStep(scene.flow.state)
  if (scene.flow.state.steps[viewed].status !== "todo" && viewed !== current) return viewed
  return neighbour(current, -1) === current ? undefined : neighbour(current, -1)
}

/** Keys that the running step, or the wait for the browser, makes useful. */
const whileRunning: ReadonlyArray<Binding> = [
  {
    id: "flow.copyAddress",
    keys: ["y"],
    title: "copy the address for the browser",
    short: "copy URL",
    group: "pane",
    when: ({ flow }) => browserWait(flow) !== undefined,
    run: (control, { flow }) => control.copy(browserWait(flow)?.url ?? "", "the address for the browser"),
  },
  {
    id: "flow.printAddress",
    keys: ["u"],
    title: "print the address alone, to select it whole",
    short: "plain URL",
    group: "pane",
    when: ({ flow }) => browserWait(flow) !== undefined,
    run: (control, { flow }) => control.printAlone(browserWait(flow)?.url ?? ""),
  },
  {
    id: "flow.paste",
    keys: ["p"],
    title: "type or paste the address that the browser ended on",
    short: "paste callback",
    group: "pane",
    when: ({ flow }) => browserWait(flow) !== undefined,
    run: (control) => {
      look(control)
      control.dispatch({ type: "edit", field: "callback", text: "" })
    },
  },
  {
    id: "flow.cancel",
    keys: ["c"],
    title: "cancel the step that runs",
    short: "cancel",
    group: "pane",
    when: isBusy,
    run: (control) => control.intend({ _tag: "Cancel" }),
  },
]

const steering: ReadonlyArray<Binding> = [
  {
    id: "flow.openExchange",
    keys: ["Enter"],
    title: "open the exchange under the cursor",
    short: "open exchange",
    group: "pane",
    when: ({ ui, flow }) => ui.focus.flow === "log" && (flow?.state.exchanges.length ?? 0) > 0,
    run: (control, { flow, ui }) => flow && openExchange(control, flow, ui.flow.logBack ?? 0),
  },
  {
    id: "flow.retry",
    keys: ["r", "Enter"],
    title: "retry the failed step",
    short: "retry",
    group: "pane",
    when: (scene) => ready(scene) && failed(scene),
    run: (control) => {
      look(control)
      control.intend({ _tag: "Retry" })
    },
  },
  {
    id: "flow.next",
    keys: ["Enter"],
    title: "do the next step",
    short: "next step",
    group: "pane",
    when: (scene) =>
      ready(scene) && scene.flow !== undefined && nextStep(scene.flow.state) !== undefined && !failed(scene),
    run: (control, { flow }) => flow && goOn(control, flow),
  },
  {
    id: "flow.tools",
    keys: ["Enter"],
    title: "go to the tools",
    short: "tools",
    group: "pane",
    when: (scene) => ready(scene) && scene.flow !== undefined && nextStep(scene.flow.state) === undefined,
    run: (control, { flow }) => flow && goOn(control, flow),
  },
  {
    id: "flow.runAll",
    keys: ["Space"],
    title: "run on to the end; it stops at the browser and at a failure",
    short: "run all",
    group: "pane",
    when: ({ flow }) => flow !== undefined && flow.state.mode === "manual" && nextStep(flow.state) !== undefined,
    run: (control) => {
      look(control)
      control.intend({ _tag: "RunAll" })
    },
  },
  {
    id: "flow.pause",
    keys: ["Space"],
    title: "pause before the next step",
    short: "pause",
    group: "pane",
    when: ({ flow }) => flow?.state.mode === "auto",
    run: (control) => control.intend({ _tag: "Pause" }),
  },
  {
    id: "flow.explain",
    keys: ["L"],
    title: "explain this step, and hide the explanation again",
    short: "explain",
    group: "pane",
    when: ({ flow }) => flow !== undefined,
    run: (control, { ui }) => control.dispatch({ type: "flow", change: { explain: !ui.flow.explain } }),
  },
  {
    id: "flow.back",
    keys: ["b"],
    title: "back to the step before, or to the one you look at; what came after is dropped",
    short: "back a step",
    group: "pane",
    when: (scene) => ready(scene) && backTarget(scene) !== undefined,
    run: (control, scene) => {
      const step = backTarget(scene)
      if (step === undefined) return
      look(control)
      control.intend({ _tag: "Back", step })
    },
  },
  {
    id: "flow.look",
    keys: ["[", "h", "Left"],
    title: "look at the step before",
    group: "pane",
    when: (scene) => scene.flow !== undefined && viewedStep(scene) !== "probe",
    run: select(-1),
  },
  {
    id: "flow.lookOn",
    keys: ["]", "l", "Right"],
    title: "look at the step after",
    group: "pane",
    when: (scene) => scene.flow !== undefined && viewedStep(scene) !== "call",
    run: select(1),
  },
]

const rest: ReadonlyArray<Binding> = [
  {
    id: "flow.skip",
    keys: ["s"],
    title: "leave the next step out, where that is allowed",
    group: "pane",
    when: ready,
    run: (control) => control.intend({ _tag: "Skip" }),
  },
  {
    id: "flow.copyCurl",
    keys: ["Y"],
    title: "copy the last request of this step as curl, secrets as variables",
    short: "curl",
    group: "pane",
    when: (scene) => lastExchange(scene) !== undefined,
    run: (control, scene) => {
      const exchange = lastExchange(scene)
      if (exchange !== undefined) control.copy(curlOf(exchange), `#${exchange.request.exchange} as curl`)
    },
  },
  {
    id: "flow.copy",
    keys: ["y"],
    title: "copy the last answer of this step",
    group: "pane",
    when: (scene) => lastExchange(scene) !== undefined,
    run: (control, scene) => {
      const exchange = lastExchange(scene)
      if (exchange !== undefined)
        control.copy(copyableExchange(exchange), `request and answer #${exchange.request.exchange}`)
    },
  },
  {
    id: "flow.scrollDown",
    keys: ["J"],
    title: "scroll the step down",
    group: "move",
    when: ({ flow }) => flow !== undefined,
    run: scroll(1),
  },
  {
    id: "flow.scrollUp",
    keys: ["K"],
    title: "scroll the step up",
    group: "move",
    when: ({ flow }) => flow !== undefined,
    run: scroll(-1),
  },
]

const lastExchange = (scene: Scene) => {
  if (scene.flow === undefined) return undefined
  const number = scene.flow.state.steps[viewedStep(scene)].exchanges.at(-1)
  return number === undefined ? undefined : exchangeOf(scene.flow.state, number)
}

export const flowBindings: ReadonlyArray<Binding> = [...whileRunning, ...steering, ...rest]
