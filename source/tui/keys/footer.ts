import type { Scene } from "../app/scene.ts"
import type { Hint } from "../ui/key-hints.ts"
import type { Binding } from "./binding.ts"
import { helpBinding } from "./global-bindings.ts"
import { reachable } from "./match.ts"

const hint = (binding: Binding): Hint => ({ key: binding.keys[0] ?? "", label: binding.short ?? binding.title })

export const helpHint: Hint = hint(helpBinding)

/** The hints of the last row: what can be done now, most useful first. */
export const footerHints = (scene: Scene): ReadonlyArray<Hint> =>
  reachable(scene)
    .filter((binding) => binding.short !== undefined && binding !== helpBinding && binding.when(scene))
    .map(hint)
