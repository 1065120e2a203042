import { rowByTab } from "../row-by-tab.ts"
import type { ScreenModule } from "../screen.ts"
import { formOf } from "../tools/model.ts"
import { goToRow, moveOffers, send } from "./actions.ts"
import { offersBindings } from "./bindings.ts"
import { completionBinding } from "./completion.ts"
import { asTool, chosenOffer, isFiltered } from "./model.ts"
import { OffersView } from "./view.tsx"

/** What the server offers beside its tools: resources, their templates, and prompts. */
export const offersScreen: ScreenModule = {
  id: "offers",
  title: "Resources, prompts",
  available: ({ flow }) => flow?.state.facts.session !== undefined,
  panes: () => ["list", "form", "result"],
  bindings: offersBindings,
  fields: [
    {
      field: "argument:\u0000offer ",
      short: "send",
      submit: (control, scene) => send(control, scene),
      cancel: (control) => control.dispatch({ type: "endEdit" }),
      bindings: [completionBinding],
    },
    {
      field: "offerFilter",
      short: "keep filter",
      submit: (control) => control.dispatch({ type: "endEdit" }),
      cancel: (control) => {
        control.dispatch({ type: "setField", field: "offerFilter", text: "" })
        control.dispatch({ type: "endEdit" })
      },
    },
  ],
  move: moveOffers,
  tab: (control, scene, by) => {
    const offer = chosenOffer(scene)
    const next = offer && rowByTab(scene.ui.focus.offers, scene.ui.offers.row, formOf(asTool(offer)).rows.length, by)
    if (offer === undefined || next === undefined) return false
    goToRow(control, offer, next)
    return true
  },
  back: (control, scene) => {
    if (scene.ui.focus.offers !== "list") {
      control.dispatch({ type: "focus", pane: "list" })
      return true
    }
    if (!isFiltered(scene)) return false
    control.dispatch({ type: "setField", field: "offerFilter", text: "" })
    return true
  },
  status: (scene) =>
    chosenOffer(scene) === undefined
      ? "Nothing is asked before you want it."
      : "Titles, descriptions and sizes are the server's claims.",
  View: OffersView,
}
