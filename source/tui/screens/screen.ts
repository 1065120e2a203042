import type { ComponentType } from "react"
import type { Control } from "../app/control.ts"
import type { PaneId, Scene, ScreenId } from "../app/scene.ts"
import type { Binding } from "../keys/binding.ts"
import type { Rect } from "../ui/lines.tsx"
import type { Motion } from "../ui/window.ts"

export interface ViewProps {
  readonly scene: Scene
  readonly body: Rect
}

/** What happens when a text field of the screen is left. */
export interface FieldRule {
  /** Fields are known by the start of their name. */
  readonly field: string
  readonly submit: (control: Control, scene: Scene, text: string) => void
  readonly cancel: (control: Control, scene: Scene) => void
  /** Label of Enter in the footer while typing. */
  readonly short: string
  /** Further keys while typing. */
  readonly bindings?: ReadonlyArray<Binding>
}

/** A screen: what it shows, what its keys do, and how one moves in it. */
export interface ScreenModule {
  readonly id: ScreenId
  readonly title: string
  readonly available: (scene: Scene) => boolean
  /** In the order of the Tab key. */
  readonly panes: (scene: Scene) => ReadonlyArray<PaneId>
  readonly bindings: ReadonlyArray<Binding>
  readonly fields: ReadonlyArray<FieldRule>
  readonly move: (control: Control, scene: Scene, motion: Motion) => void
  /** Peels the innermost thing open on this screen; false when there was none. */
  readonly back: (control: Control, scene: Scene) => boolean
  /** What Tab and S-Tab do before they change the pane, such as the next field of a form; false when they should. */
  readonly tab?: (control: Control, scene: Scene, by: 1 | -1) => boolean
  /** Takes pasted text that no field asked for; false when there is no use for it. */
  readonly paste?: (control: Control, scene: Scene, text: string) => boolean
  /** One line above the footer. */
  readonly status: (scene: Scene) => string
  readonly View: ComponentType<ViewProps>
}
