import type { Scene } from "../app/scene.ts"
import { screenOf } from "../screens/index.ts"
import type { Group } from "./binding.ts"
import { globalBindings, moveBindings } from "./global-bindings.ts"
import { type LiveBinding, liveBindings } from "./live.ts"

export interface HelpEntry extends LiveBinding {
  readonly group: Group
}

const order: ReadonlyArray<Group> = ["pane", "everywhere", "move"]

const matches = ({ binding, keys }: LiveBinding, filter: string): boolean =>
  filter === "" || `${keys.join(" ")} ${binding.title}`.toLowerCase().includes(filter.toLowerCase())

/** The keys that work on the screen now, its own first. What is not possible at the moment is left out. */
export const helpEntries = (scene: Scene): ReadonlyArray<HelpEntry> => {
  const filter = scene.ui.fields.help?.text ?? ""
  const all = liveBindings([...screenOf(scene).bindings, ...globalBindings, ...moveBindings], scene).filter((entry) =>
    matches(entry, filter),
  )
  return order.flatMap((group) =>
    all.filter(({ binding }) => binding.group === group).map((entry) => ({ group, ...entry })),
  )
}
