import { isPossible } from "../../../flow/possible.ts"
import { nextStep } from "../../../flow/state.ts"
import type { Binding } from "../../keys/binding.ts"
import { backTarget, failed, goOn, look, openExchange, ready } from "./actions.ts"
import { flowFocus } from "./arrange.ts"

/** Keys that move the run: next, all, pause, back, retry, skip. */
export const stepKeys: ReadonlyArray<Binding> = [
  {
    id: "flow.openExchange",
    keys: ["Enter"],
    title: "open the exchange under the cursor",
    short: "open exchange",
    group: "pane",
    when: (scene) => flowFocus(scene) === "log" && (scene.flow?.state.exchanges.length ?? 0) > 0,
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
    title: "run on to the end; a failure or the browser stops it",
    short: "run all",
    group: "pane",
    when: ({ flow }) =>
      flow !== undefined && flow.state.mode === "manual" && isPossible(flow.state, { _tag: "RunAll" }),
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
    when: ({ flow }) => flow?.state.mode === "auto" && nextStep(flow.state) !== undefined,
    run: (control) => control.intend({ _tag: "Pause" }),
  },
  {
    id: "flow.explain",
    keys: ["L"],
    title: "explain this step, or hide the explanation",
    short: "explain",
    group: "pane",
    when: ({ flow }) => flow !== undefined,
    run: (control, { ui }) => control.dispatch({ type: "flow", change: { explain: !ui.flow.explain } }),
  },
  {
    id: "flow.back",
    keys: ["b"],
    title: "back to the step before, or to the one you look at",
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
]
