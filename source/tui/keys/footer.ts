import type { Scene } from "../app/scene.ts"
import type { Hint } from "../ui/key-hints.ts"
import { helpBinding } from "./global-bindings.ts"
import { liveBindings } from "./live.ts"
import { reachable } from "./match.ts"

export const helpHint: Hint = { key: helpBinding.keys[0] ?? "", label: helpBinding.short ?? helpBinding.title }

/** The hints of the last row: what can be done now, most useful first. */
export const footerHints = (scene: Scene): ReadonlyArray<Hint> =>
  liveBindings(reachable(scene), scene).flatMap(({ binding, keys }) =>
    binding.short === undefined || binding === helpBinding ? [] : [{ key: keys[0] ?? "", label: binding.short }],
  )
