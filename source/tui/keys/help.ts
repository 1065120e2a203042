import type { Scene } from "../app/scene.ts"
import { screenOf } from "../screens/index.ts"
import type { Binding, Group } from "./binding.ts"
import { globalBindings, moveBindings } from "./global-bindings.ts"

export interface HelpEntry {
  readonly group: Group
  readonly binding: Binding
}

const order: ReadonlyArray<Group> = ["pane", "everywhere", "move"]

const matches = (binding: Binding, filter: string): boolean =>
  filter === "" || `${binding.keys.join(" ")} ${binding.title}`.toLowerCase().includes(filter.toLowerCase())

/** The keys that work on the screen now, this pane's first. What is not possible at the moment is left out. */
export const helpEntries = (scene: Scene): ReadonlyArray<HelpEntry> => {
  const filter = scene.ui.fields.help?.text ?? ""
  const all = [...screenOf(scene).bindings, ...globalBindings, ...moveBindings].filter(
    (binding) => binding.when(scene) && matches(binding, filter),
  )
  return order.flatMap((group) =>
    all.filter((binding) => binding.group === group).map((binding) => ({ group, binding })),
  )
}
