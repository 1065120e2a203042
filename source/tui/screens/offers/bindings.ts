import type { Binding } from "../../keys/binding.ts"
import { listenBinding } from "../changes.ts"
import { cancelBinding, saveBinding } from "../pane-bindings.ts"
import { argumentField } from "../tools/model.ts"
import { choose, listAll, send } from "./actions.ts"
import { savable } from "./answer-rows.ts"
import { completionBinding } from "./completion.ts"
import { asTool, chosenOffer, isListed, rowOf } from "./model.ts"

const isConnected: Binding["when"] = ({ flow }) => flow?.state.facts.session !== undefined

/** Keys of resources and prompts: list, choose, fill in, read, save, copy, filter. */
export const offersBindings: ReadonlyArray<Binding> = [
  {
    id: "offers.first",
    keys: ["Enter"],
    title: "ask for the lists",
    short: "list",
    group: "pane",
    when: (scene) => isConnected(scene) && chosenOffer(scene) === undefined && !isListed(scene),
    run: listAll,
  },
  {
    id: "offers.choose",
    keys: ["Enter"],
    title: "fill in its form, or read it if it has none",
    short: "choose",
    group: "pane",
    when: (scene) => scene.ui.focus.offers === "list" && chosenOffer(scene) !== undefined,
    run: choose,
  },
  {
    id: "offers.send",
    keys: ["Enter"],
    title: "read the resource, or get the prompt",
    short: "send",
    group: "pane",
    when: (scene) => scene.ui.focus.offers !== "list" && chosenOffer(scene) !== undefined,
    run: send,
  },
  cancelBinding("offers"),
  {
    id: "offers.list",
    keys: ["r"],
    title: "ask for the lists anew",
    short: "list again",
    group: "pane",
    when: (scene) => isConnected(scene) && (chosenOffer(scene) !== undefined || isListed(scene)),
    run: listAll,
  },
  listenBinding("offers"),
  {
    id: "offers.clear",
    keys: ["d"],
    title: "clear this argument: it is left out",
    group: "pane",
    when: ({ ui }) => ui.focus.offers === "form",
    run: (control, scene) => {
      const offer = chosenOffer(scene)
      const field = offer && rowOf(scene, offer)?.field
      if (offer !== undefined && field !== undefined)
        control.dispatch({ type: "setField", field: argumentField(asTool(offer), field), text: "" })
    },
  },
  saveBinding("offers", "answer", savable),
  {
    id: "offers.copy",
    keys: ["y"],
    title: "copy the answer as JSON",
    short: "copy answer",
    group: "pane",
    when: ({ flow }) => flow?.state.facts.answer !== undefined,
    run: (control, { flow }) =>
      control.copy(JSON.stringify(flow?.state.facts.answer?.result, undefined, 2), "the answer"),
  },
  {
    id: "offers.filter",
    keys: ["/"],
    title: "filter by name or address",
    short: "filter",
    group: "pane",
    when: ({ ui }) => ui.focus.offers === "list",
    run: (control) => control.dispatch({ type: "edit", field: "offerFilter" }),
  },
  completionBinding,
]
