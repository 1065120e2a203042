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

/** While text is typed. Every printable key is text; these are the others. */
export const fieldBindings: ReadonlyArray<Binding> = [
  edit("erase", ["Backspace"], "erase the character before the caret", { edit: "erase" }),
  edit("delete", ["Delete"], "erase the character under the caret", { edit: "delete" }),
  edit("left", ["Left"], "caret left", { edit: "move", by: -1 }),
  edit("right", ["Right"], "caret right", { edit: "move", by: 1 }),
  edit("home", ["Home", "Ctrl+A"], "caret to the start", { edit: "home" }),
  edit("end", ["End", "Ctrl+E"], "caret to the end", { edit: "end" }),
  edit("clear", ["Ctrl+U"], "erase everything", { edit: "clear" }),
]
