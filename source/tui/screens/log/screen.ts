import type { Control } from "../../app/control.ts"
import { exchangePanes, shell } from "../../app/layout.ts"
import { type Scene, tabs } from "../../app/scene.ts"
import type { Binding } from "../../keys/binding.ts"
import { type Motion, moved } from "../../ui/window.ts"
import type { ScreenModule } from "../screen.ts"
import { copyableExchange, curlOf } from "./copy.ts"
import { cursorIn, isFiltered, openExchange, shownExchanges } from "./model.ts"
import { LogView, openRows } from "./view.tsx"

const revealMillis = 30_000

const isOpen = (scene: Scene): boolean => openExchange(scene) !== undefined

const chosen = (scene: Scene) => {
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

const neighbour =
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

const turn =
  (by: 1 | -1): Binding["run"] =>
  (control, scene) => {
    const tab = tabs[(tabs.indexOf(scene.ui.log.tab) + by + tabs.length) % tabs.length]
    if (tab !== undefined) control.dispatch({ type: "log", change: { tab, scroll: { request: 0, response: 0 } } })
  }

const isSingle = (scene: Scene): boolean => exchangePanes(shell(scene.columns, scene.rows).body).single !== undefined

const bindings: ReadonlyArray<Binding> = [
  {
    id: "log.open",
    keys: ["Enter"],
    title: "open the exchange under the cursor",
    short: "open",
    group: "pane",
    when: (scene) => !isOpen(scene) && chosen(scene) !== undefined,
    run: (control, scene) => {
      const exchange = chosen(scene)
      if (exchange === undefined) return
      const open = exchange.request.exchange
      control.dispatch({ type: "focus", pane: "response" })
      control.dispatch({
        type: "log",
        change: { open, cursor: open, tab: "request", scroll: { request: 0, response: 0 } },
      })
    },
  },
  {
    id: "log.nextTab",
    keys: ["]", "l", "Right"],
    title: "next tab",
    short: "tab",
    group: "pane",
    when: (scene) => isOpen(scene) && isSingle(scene),
    run: turn(1),
  },
  {
    id: "log.previousTab",
    keys: ["[", "h", "Left"],
    title: "previous tab",
    group: "pane",
    when: (scene) => isOpen(scene) && isSingle(scene),
    run: turn(-1),
  },
  {
    id: "log.next",
    keys: ["n", "J"],
    title: "the next exchange",
    short: "next",
    group: "pane",
    when: isOpen,
    run: neighbour(1),
  },
  {
    id: "log.previous",
    keys: ["N", "K"],
    title: "the exchange before",
    group: "pane",
    when: isOpen,
    run: neighbour(-1),
  },
  {
    id: "log.reveal",
    keys: ["v"],
    title: "show the secrets of this exchange for 30 seconds, and hide them again",
    short: "reveal",
    group: "pane",
    when: isOpen,
    run: (control, { ui }) =>
      control.dispatch(
        ui.revealUntil === undefined ? { type: "reveal", until: control.now() + revealMillis } : { type: "hide" },
      ),
  },
  {
    id: "log.curl",
    keys: ["Y"],
    title: "copy the request as curl, secrets as variables",
    short: "curl",
    group: "pane",
    when: (scene) => chosen(scene) !== undefined,
    run: (control, scene) => {
      const exchange = chosen(scene)
      if (exchange !== undefined) control.copy(curlOf(exchange), `#${exchange.request.exchange} as curl`)
    },
  },
  {
    id: "log.copy",
    keys: ["y"],
    title: "copy request and answer, secrets replaced",
    short: "copy",
    group: "pane",
    when: (scene) => chosen(scene) !== undefined,
    run: (control, scene) => {
      const exchange = chosen(scene)
      if (exchange !== undefined)
        control.copy(copyableExchange(exchange), `request and answer #${exchange.request.exchange}`)
    },
  },
  {
    id: "log.filter",
    keys: ["/"],
    title: "filter the log: part of an address, a method, a status, a step",
    short: "filter",
    group: "pane",
    when: (scene) => !isOpen(scene),
    run: (control) => control.dispatch({ type: "edit", field: "logFilter" }),
  },
]

export const logScreen: ScreenModule = {
  id: "log",
  title: "Log",
  available: ({ flow }) => flow !== undefined,
  panes: (scene) => (isOpen(scene) && !isSingle(scene) ? ["request", "response"] : ["log"]),
  bindings,
  fields: [
    {
      field: "logFilter",
      short: "keep filter",
      submit: (control) => control.dispatch({ type: "endEdit" }),
      cancel: (control) => {
        control.dispatch({ type: "setField", field: "logFilter", text: "" })
        control.dispatch({ type: "endEdit" })
      },
    },
  ],
  move: (control, scene, motion) =>
    isOpen(scene) ? moveOpen(control, scene, motion) : moveList(control, scene, motion),
  back: (control, scene) => {
    if (scene.ui.log.open !== undefined) {
      control.dispatch({ type: "closeExchange" })
      return true
    }
    if (!isFiltered(scene)) return false
    control.dispatch({ type: "setField", field: "logFilter", text: "" })
    return true
  },
  status: (scene) => {
    if (isOpen(scene)) return "Secrets are never copied or saved: placeholders and variables stand for them."
    const { flow } = scene
    if (flow === undefined) return ""
    return isFiltered(scene) ? "Esc clears the filter." : `${flow.state.exchangeCount} exchanges since this run began.`
  },
  View: LogView,
}
