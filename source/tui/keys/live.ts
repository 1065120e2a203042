import type { Scene } from "../app/scene.ts"
import type { Binding } from "./binding.ts"

/** A binding that works now, with those of its keys that no binding before it takes. */
export interface LiveBinding {
  readonly binding: Binding
  readonly keys: ReadonlyArray<string>
}

/** What each key does at this moment: the first possible binding has it, the others are not told of. */
export const liveBindings = (bindings: ReadonlyArray<Binding>, scene: Scene): ReadonlyArray<LiveBinding> => {
  const taken = new Set<string>()
  return bindings.flatMap((binding) => {
    if (!binding.when(scene)) return []
    const keys = binding.keys.filter((key) => !taken.has(key))
    for (const key of keys) taken.add(key)
    return keys.length === 0 ? [] : [{ binding, keys }]
  })
}
