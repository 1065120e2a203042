import { screenOf } from "../screens/index.ts"
import type { FieldEdit } from "../ui/field.ts"
import { always, type Binding } from "./binding.ts"

const edit = (id: string, keys: ReadonlyArray<string>, title: string, change: FieldEdit): Binding => ({
  id: `field.${id}`,
  keys,
  title,
  group: "pane",
  when: always,
  run: (control) => control.dispatch({ type: "edited", change }),
})

const neighbour = (id: string, key: string, title: string, by: 1 | -1): Binding => ({
  id: `field.${id}`,
  keys: [key],
  title,
  group: "pane",
  when: (scene) => screenOf(scene).tab !== undefined,
  run: (control, scene) => void screenOf(scene).tab?.(control, scene, by),
})

/** While text is typed. Every printable key is text; these are the others. */
export const fieldBindings: ReadonlyArray<Binding> = [
  edit("erase", ["Backspace"], "erase the character before the caret", { edit: "erase" }),
  edit("delete", ["Delete"], "erase the character under the caret", { edit: "delete" }),
  edit("left", ["Left"], "caret left", { edit: "move", by: -1 }),
  edit("right", ["Right"], "caret right", { edit: "move", by: 1 }),
  edit("home", ["Home", "Ctrl+A"], "caret to the start", { edit: "home" }),
  edit("end", ["End", "Ctrl+E"], "caret to the end", { edit: "end" }),
  edit("clear", ["Ctrl+U"], "erase everything", { edit: "clear" }),
  neighbour("next", "Down", "next field", 1),
  neighbour("previous", "Up", "field before", -1),
]
