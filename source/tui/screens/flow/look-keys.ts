import { isPossible } from "../../../flow/possible.ts"
import type { Binding } from "../../keys/binding.ts"
import { copyableExchange, curlOf } from "../log/copy.ts"
import { lastExchange, scroll, select } from "./actions.ts"
import { viewedStep } from "./current.ts"

/** Keys that look at another step, scroll, and copy what a step sent. */
export const lookKeys: ReadonlyArray<Binding> = [
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
  {
    id: "flow.skip",
    keys: ["s"],
    title: "leave the next step out, where that is allowed",
    group: "pane",
    when: ({ flow }) => flow !== undefined && isPossible(flow.state, { _tag: "Skip" }),
    run: (control) => control.intend({ _tag: "Skip" }),
  },
  {
    id: "flow.copyCurl",
    keys: ["Y"],
    title: "copy the last request of this step as curl",
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
