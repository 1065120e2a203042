import type { Binding } from "../../keys/binding.ts"
import { copyableExchange, curlOf } from "./copy.ts"
import { chosen, isOpen, isSingle, neighbour, turn } from "./moves.ts"

const revealMillis = 30_000

/** Keys of the log: open, turn pages, reveal, copy, filter. */
export const logBindings: ReadonlyArray<Binding> = [
  {
    id: "log.open",
    keys: ["Enter"],
    title: "open the exchange under the cursor",
    short: "open",
    group: "pane",
    when: (scene) => !isOpen(scene) && chosen(scene) !== undefined && scene.ui.focus.log !== "notices",
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
    title: "show the secrets for 30 seconds, or hide them",
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
    title: "filter by address, method, status or step",
    short: "filter",
    group: "pane",
    when: (scene) => !isOpen(scene),
    run: (control) => control.dispatch({ type: "edit", field: "logFilter" }),
  },
]
