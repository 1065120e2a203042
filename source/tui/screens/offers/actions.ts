import * as Result from "effect/Result"
import type { Intent } from "../../../flow/intent.ts"
import { expandTemplate } from "../../../mcp/uri-template.ts"
import type { Control } from "../../app/control.ts"
import { shell } from "../../app/layout.ts"
import type { Scene } from "../../app/scene.ts"
import { isBusy } from "../../keys/busy.ts"
import { clamp, type Motion, moved } from "../../ui/window.ts"
import { argumentField, argumentsOf, formOf } from "../tools/model.ts"
import { asTool, choosing, chosenOffer, cursorOf, lists, type Offer, offersIn } from "./model.ts"
import { answerWindow, arrange } from "./view.tsx"

/** Reads all three lists, one after the other. */
export const listAll = (control: Control, scene: Scene) => {
  if (isBusy(scene)) return control.say("Something is running. c cancels it.")
  control.dispatch({ type: "offers", change: { scroll: 0 } })
  control.intendInOrder(lists.map((list): Intent => ({ _tag: "List", list })))
}

/** Puts the cursor on an argument, open for typing. */
export const goToRow = (control: Control, offer: Offer, wanted: number) => {
  const tool = asTool(offer)
  const { rows } = formOf(tool)
  const row = clamp(wanted, 0, Math.max(0, rows.length - 1))
  control.dispatch({ type: "focus", pane: "form" })
  control.dispatch({ type: "offers", change: { row } })
  const field = rows[row]?.field
  if (field !== undefined) control.dispatch({ type: "edit", field: argumentField(tool, field) })
}

const requestFor = (offer: Offer, args: Readonly<Record<string, unknown>>): Intent => {
  if (offer.list === "prompts")
    return { _tag: "Request", method: "prompts/get", params: { name: offer.id, arguments: args } }
  const texts = Object.fromEntries(Object.entries(args).map(([name, value]) => [name, String(value)]))
  const uri = offer.list === "templates" ? expandTemplate(offer.id, texts) : offer.id
  return { _tag: "Request", method: "resources/read", params: { uri } }
}

/** Reads the chosen resource, or gets the chosen prompt; or leads to the first argument that is missing. */
export const send = (control: Control, scene: Scene) => {
  const offer = chosenOffer(scene)
  if (offer === undefined) return
  if (isBusy(scene)) return control.say("Something is running. c cancels it.")
  const tool = asTool(offer)
  const args = argumentsOf(scene, tool)
  if (Result.isFailure(args)) {
    const problems = Object.fromEntries(args.failure.map(({ path, message }) => [path, message]))
    control.dispatch({ type: "offers", change: { problems } })
    const bad = formOf(tool).rows.findIndex(({ field }) => problems[field.path] !== undefined)
    return goToRow(control, offer, bad)
  }
  control.dispatch({ type: "focus", pane: "result" })
  control.dispatch({ type: "offers", change: { ...choosing(offer), row: scene.ui.offers.row } })
  control.intend(requestFor(offer, args.success))
}

/** Enter on the list: the form, or where there is nothing to fill in the thing itself. */
export const choose = (control: Control, scene: Scene) => {
  const offer = chosenOffer(scene)
  if (offer === undefined) return listAll(control, scene)
  control.dispatch({ type: "offers", change: choosing(offer) })
  if (formOf(asTool(offer)).rows.length === 0) send(control, control.scene())
  else goToRow(control, offer, 0)
}

/** One motion in the pane that has the focus. */
export const moveOffers = (control: Control, scene: Scene, motion: Motion) => {
  const { focus } = scene.ui
  const offer = chosenOffer(scene)
  if (focus.offers === "list") {
    const offers = offersIn(scene)
    const next = offers[moved(cursorOf(scene), motion, offers.length - 1, 10)]
    if (next !== undefined) control.dispatch({ type: "offers", change: choosing(next) })
  } else if (focus.offers === "form" && offer !== undefined) {
    const last = formOf(asTool(offer)).rows.length - 1
    goToRow(control, offer, moved(scene.ui.offers.row, motion, last, 6))
  } else {
    const { result } = arrange(scene, shell(scene.columns, scene.rows).body)
    if (scene.flow === undefined || result === undefined) return
    const { top, last, height } = answerWindow(scene, scene.flow, result)
    control.dispatch({ type: "offers", change: { scroll: moved(top, motion, last, height) } })
  }
}
