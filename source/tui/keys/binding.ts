import type { Control } from "../app/control.ts"
import type { Scene } from "../app/scene.ts"

/** Where a binding stands in the help: this pane first, then movement, then everywhere. */
export type Group = "pane" | "move" | "everywhere"

/** One entry of the registry. The dispatcher, the footer, the help and docs/keys.md are made from it. */
export interface Binding {
  /** Never changes: settings and docs refer to it. */
  readonly id: string
  readonly keys: ReadonlyArray<string>
  readonly title: string
  /** For the footer. Without it the key works but is not hinted. */
  readonly short?: string
  readonly group: Group
  readonly when: (scene: Scene) => boolean
  readonly run: (control: Control, scene: Scene) => void
}

/** For what is possible at any time. */
export const always = (): boolean => true
