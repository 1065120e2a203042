import type { PaneId } from "../app/scene.ts"

/**
 * Where Tab leads in a form that stands between a list and a result: from row to row, and from its neighbours into it, where
 * the field is open at once; whoever begins to type means the field, and not the keys. `undefined`: out of the form.
 */
export const rowByTab = (focus: PaneId, row: number, rows: number, by: 1 | -1): number | undefined => {
  const next =
    focus === "form" ? row + by : focus === "list" && by === 1 ? 0 : focus === "result" && by === -1 ? rows - 1 : -1
  return next >= 0 && next < rows ? next : undefined
}
