import type { PaneId, Scene, ScreenId } from "../app/scene.ts"

/** Whether keys go to this pane of a screen; with a layer above it they go to none. */
export const focusedOn = ({ ui }: Scene, screen: ScreenId, pane: PaneId): boolean =>
  ui.focus[screen] === pane && ui.layers.length === 0
