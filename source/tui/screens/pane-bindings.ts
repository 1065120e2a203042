import type { ContentFile } from "../../mcp/content-files.ts"
import type { Scene } from "../app/scene.ts"
import type { Binding } from "../keys/binding.ts"
import { isBusy } from "../keys/busy.ts"

// Keys that mean the same on several screens. `screen` makes the id one of its own.

/** Cancels what runs. */
export const cancelBinding = (screen: string): Binding => ({
  id: `${screen}.cancel`,
  keys: ["c"],
  title: "cancel what runs",
  short: "cancel",
  group: "pane",
  when: isBusy,
  run: (control) => control.intend({ _tag: "Cancel" }),
})

/** Saves the files of what a server sent; `sent` names that. */
export const saveBinding = (
  screen: string,
  sent: string,
  savable: (scene: Scene) => ReadonlyArray<ContentFile>,
): Binding => ({
  id: `${screen}.save`,
  keys: ["w"],
  title: `save pictures, sound and other files of the ${sent}`,
  short: "save",
  group: "pane",
  when: (scene) => savable(scene).length > 0,
  run: (control, scene) => control.save(savable(scene)),
})

/** Goes through the choices of a form's field, forwards and backwards; `field` is what the screen calls one. */
export const choiceBindings = (
  screen: string,
  field: string,
  when: Binding["when"],
  choose: (by: 1 | -1) => Binding["run"],
): ReadonlyArray<Binding> => [
  {
    id: `${screen}.nextChoice`,
    keys: ["Space", "l", "Right"],
    title: `next choice of this ${field}`,
    short: "change",
    group: "pane",
    when,
    run: choose(1),
  },
  {
    id: `${screen}.previousChoice`,
    keys: ["h", "Left"],
    title: "choice before",
    group: "pane",
    when,
    run: choose(-1),
  },
]
