import type { Control } from "../../app/control.ts"
import { exchangePanes, shell } from "../../app/layout.ts"
import { type Scene, tabs } from "../../app/scene.ts"
import type { Binding } from "../../keys/binding.ts"
import type { Rect } from "../../ui/lines.tsx"
import { type Motion, moved } from "../../ui/window.ts"
import { cursorIn, openExchange, shownExchanges } from "./model.ts"
import { noticesPlace, noticesWindow } from "./notices.ts"
import { openRows } from "./view.tsx"

/** Whether one exchange is open. */
export const isOpen = (scene: Scene): boolean => openExchange(scene) !== undefined

/** The exchange that is open, else the one under the cursor. */
export const chosen = (scene: Scene) => {
  if (scene.flow === undefined) return undefined
  const shown = shownExchanges(scene, scene.flow)
  return openExchange(scene) ?? shown[cursorIn(scene, shown)]
}

const moveList = (control: Control, scene: Scene, motion: Motion) => {
  if (scene.flow === undefined) return
  const shown = shownExchanges(scene, scene.flow)
  const last = shown.length - 1
  const at = moved(cursorIn(scene, shown), motion, last, shell(scene.columns, scene.rows).body.height)
  const exchange = shown[at]
  // The bottom follows again; anywhere else the list stands still while new rows come.
  if (exchange === undefined || at >= last) control.dispatch({ type: "follow", what: "log" })
  else control.dispatch({ type: "log", change: { cursor: exchange.request.exchange } })
}

const moveNotices = (control: Control, scene: Scene, motion: Motion, at: Rect) => {
  if (scene.flow === undefined) return
  const { top, last, height } = noticesWindow(scene, scene.flow, at)
  const noticesTop = moved(top, motion, last, height)
  if (noticesTop >= last) control.dispatch({ type: "follow", what: "notices" })
  else control.dispatch({ type: "log", change: { noticesTop } })
}

const moveOpen = (control: Control, scene: Scene, motion: Motion) => {
  const exchange = openExchange(scene)
  if (scene.flow === undefined || exchange === undefined) return
  const { key, rows, height } = openRows(scene, scene.flow, exchange, shell(scene.columns, scene.rows).body)
  const last = Math.max(0, rows.length - height)
  const scroll = {
    ...scene.ui.log.scroll,
    [key]: moved(Math.min(scene.ui.log.scroll[key], last), motion, last, height),
  }
  control.dispatch({ type: "log", change: { scroll } })
}

/** Opens the exchange after or before the open one. */
export const neighbour =
  (by: 1 | -1): Binding["run"] =>
  (control, scene) => {
    if (scene.flow === undefined) return
    const shown = shownExchanges(scene, scene.flow)
    const at = shown.findIndex((exchange) => exchange.request.exchange === scene.ui.log.open)
    const next = shown[at + by]
    if (next === undefined) return control.say(by === 1 ? "This is the newest one." : "This is the first one.")
    const open = next.request.exchange
    control.dispatch({ type: "hide" })
    control.dispatch({ type: "log", change: { open, cursor: open, scroll: { request: 0, response: 0 } } })
  }

/** Turns to the next tab or the one before. */
export const turn =
  (by: 1 | -1): Binding["run"] =>
  (control, scene) => {
    const tab = tabs[(tabs.indexOf(scene.ui.log.tab) + by + tabs.length) % tabs.length]
    if (tab !== undefined) control.dispatch({ type: "log", change: { tab, scroll: { request: 0, response: 0 } } })
  }

/** Whether one pane with tabs shows the exchange, for want of columns. */
export const isSingle = (scene: Scene): boolean =>
  exchangePanes(shell(scene.columns, scene.rows).body).single !== undefined

/** One motion in the list, or in the exchange that is open. */
export const moveLog = (control: Control, scene: Scene, motion: Motion) => {
  if (isOpen(scene)) return moveOpen(control, scene, motion)
  const notices = noticesPlace(scene)
  if (notices === undefined || scene.ui.focus.log !== "notices") return moveList(control, scene, motion)
  moveNotices(control, scene, motion, notices)
}
