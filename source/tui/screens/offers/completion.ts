import { isObject } from "../../../mcp/json-rpc.ts"
import type { Control } from "../../app/control.ts"
import type { Scene } from "../../app/scene.ts"
import type { Binding } from "../../keys/binding.ts"
import { isBusy } from "../../keys/busy.ts"
import { argumentField, formOf, textOf } from "../tools/model.ts"
import { asTool, chosenOffer, type Offer, rowOf } from "./model.ts"

const method = "completion/complete"

/** What the server suggests for one argument: `values` fit what was `typed` when it was asked. */
interface Suggestions {
  readonly typed: string
  readonly values: ReadonlyArray<string>
  /** There are more than these. */
  readonly more: boolean
}

const refOf = (offer: Offer): object =>
  offer.list === "prompts" ? { type: "ref/prompt", name: offer.id } : { type: "ref/resource", uri: offer.id }

/** The argument with the cursor, as the server knows it, and its text. */
const current = (scene: Scene) => {
  const offer = chosenOffer(scene)
  const field = offer && rowOf(scene, offer)?.field
  if (offer === undefined || field === undefined || offer.list === "resources") return undefined
  return { offer, field, text: textOf(scene, asTool(offer), field) }
}

const declares = ({ flow }: Scene): boolean => {
  const capabilities = flow?.state.facts.session?.capabilities
  return isObject(capabilities) && Object.hasOwn(capabilities, "completions")
}

/** The last answer, if it was for this argument and fits what stands in the field. */
const suggestionsFor = (scene: Scene): Suggestions | undefined => {
  const at = current(scene)
  const { request, answer } = scene.flow?.state.facts ?? {}
  const params = request?.method === method ? request.params : undefined
  if (at === undefined || answer === undefined || !isObject(params?.argument)) return undefined
  if (JSON.stringify(params.ref) !== JSON.stringify(refOf(at.offer)) || params.argument.name !== at.field.name)
    return undefined
  const { completion } = answer.result
  const values = isObject(completion) && Array.isArray(completion.values) ? completion.values : []
  const texts = values.filter((value) => typeof value === "string")
  const typed = String(params.argument.value)
  if (at.text !== typed && !texts.includes(at.text)) return undefined
  return { typed, values: texts, more: isObject(completion) && completion.hasMore === true }
}

/** Arguments that were decided before (MCP completion, since 2025-06-18). */
const context = (scene: Scene, offer: Offer, name: string) => {
  const tool = asTool(offer)
  const others = formOf(tool).rows.flatMap(({ field }) => {
    const text = textOf(scene, tool, field)
    return field.name === name || text === "" ? [] : [[field.name, text] as const]
  })
  return others.length === 0 ? {} : { context: { arguments: Object.fromEntries(others) } }
}

const most = 12

/** Below the argument with the cursor: what is suggested, or how to ask. */
export const suggestionLines = (scene: Scene): ReadonlyArray<string> => {
  if (current(scene) === undefined || !declares(scene)) return []
  const found = suggestionsFor(scene)
  if (found === undefined) return ["Ctrl+N asks the server what fits."]
  if (found.values.length === 0) return [`The server suggests nothing for "${found.typed}".`]
  const shown = found.values.slice(0, most).join(" | ")
  return [`${shown}${found.more || found.values.length > most ? " | ..." : ""}`, "Ctrl+N takes the next of these."]
}

const suggest = (control: Control, scene: Scene) => {
  const at = current(scene)
  if (at === undefined) return
  const found = suggestionsFor(scene)
  if (found !== undefined && found.values.length > 0) {
    const text = found.values[(found.values.indexOf(at.text) + 1) % found.values.length] ?? ""
    return control.dispatch({ type: "setField", field: argumentField(asTool(at.offer), at.field), text })
  }
  if (isBusy(scene)) return control.say("Something is running. Its end has to come first.")
  control.intend({
    _tag: "Request",
    method,
    params: {
      ref: refOf(at.offer),
      argument: { name: at.field.name, value: at.text },
      ...context(scene, at.offer, at.field.name),
    },
  })
}

/** While an argument is typed. */
export const completionBinding: Binding = {
  id: "offers.complete",
  keys: ["Ctrl+N"],
  title: "ask the server what fits here, or take the next",
  short: "suggest",
  group: "pane",
  when: (scene) => scene.ui.focus.offers === "form" && current(scene) !== undefined && declares(scene),
  run: suggest,
}
