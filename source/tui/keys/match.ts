import type { Scene } from "../app/scene.ts"
import { answerFieldBindings, questionBindings } from "../question/bindings.ts"
import { editingIn, isAsked } from "../question/model.ts"
import { screenOf } from "../screens/index.ts"
import type { Binding } from "./binding.ts"
import { fieldBindings } from "./field-bindings.ts"
import { globalBindings, moveBindings } from "./global-bindings.ts"
import { confirmBindings, faultsBindings, helpBindings } from "./layer-bindings.ts"

const layers = { help: helpBindings, confirm: confirmBindings, faults: faultsBindings }

/** What Enter and Esc do in the text field that is open. */
const editingBindings = (scene: Scene, name: string): ReadonlyArray<Binding> => {
  const rule = [...screenOf(scene).fields, ...layerFields].find(({ field }) => name.startsWith(field))
  if (rule === undefined) return []
  return [
    {
      id: "field.submit",
      keys: ["Enter"],
      title: rule.short,
      short: rule.short,
      group: "pane",
      when: () => true,
      run: (control, now) => rule.submit(control, now, now.ui.fields[name]?.text ?? ""),
    },
    {
      id: "field.cancel",
      keys: ["Esc"],
      title: "leave the field",
      short: "leave",
      group: "pane",
      when: () => true,
      run: (control, now) => rule.cancel(control, now),
    },
    ...("bindings" in rule ? (rule.bindings ?? []) : []),
  ]
}

/** The filter of a list that lies over the screen. */
const filterField = (field: string) => ({
  field,
  short: "done",
  submit: (control: Parameters<Binding["run"]>[0]) => control.dispatch({ type: "endEdit" }),
  cancel: (control: Parameters<Binding["run"]>[0]) => {
    control.dispatch({ type: "setField", field, text: "" })
    control.dispatch({ type: "endEdit" })
  },
})
const layerFields = [filterField("help"), filterField("faults")]

/** The bindings that can be reached now, first come first served: text field, top layer, screen, everywhere. */
export const reachable = (scene: Scene): ReadonlyArray<Binding> => {
  const editing = editingIn(scene)
  if (isAsked(scene)) return editing === undefined ? questionBindings : [...answerFieldBindings, ...fieldBindings]
  if (editing !== undefined)
    return [
      ...editingBindings(scene, editing),
      ...fieldBindings,
      ...globalBindings.filter(({ keys }) => keys.includes("Tab") || keys.includes("S-Tab")),
    ]
  const layer = scene.ui.layers.at(-1)
  if (layer !== undefined) return layers[layer.kind]
  return [...screenOf(scene).bindings, ...globalBindings, ...moveBindings]
}

/** What a key would do at another moment. */
export const bindingNotNow = (scene: Scene, key: string): Binding | undefined =>
  reachable(scene).find((binding) => binding.keys.includes(key))

/** What a key does now, if anything. */
export const bindingFor = (scene: Scene, key: string): Binding | undefined =>
  reachable(scene).find((binding) => binding.keys.includes(key) && binding.when(scene))
