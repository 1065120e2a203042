import { screenIds } from "../app/scene.ts"
import { screenOf, screens } from "../screens/index.ts"
import type { Motion } from "../ui/window.ts"
import { always, type Binding } from "./binding.ts"
import { isBusy } from "./busy.ts"

const motion = (id: string, keys: ReadonlyArray<string>, title: string, how: Motion): Binding => ({
  id: `move.${id}`,
  keys,
  title,
  group: "move",
  when: always,
  run: (control, scene) => screenOf(scene).move(control, scene, how),
})

export const moveBindings: ReadonlyArray<Binding> = [
  motion("down", ["j", "Down"], "down", { kind: "line", by: 1 }),
  motion("up", ["k", "Up"], "up", { kind: "line", by: -1 }),
  motion("top", ["g", "Home"], "to the top", { kind: "edge", to: "top" }),
  motion("bottom", ["G", "End"], "to the bottom, follow again", { kind: "edge", to: "bottom" }),
  motion("halfDown", ["Ctrl+D"], "half a page down", { kind: "half", by: 1 }),
  motion("halfUp", ["Ctrl+U"], "half a page up", { kind: "half", by: -1 }),
  motion("pageDown", ["PgDn"], "a page down", { kind: "page", by: 1 }),
  motion("pageUp", ["PgUp"], "a page up", { kind: "page", by: -1 }),
]

const cycle =
  (by: 1 | -1): Binding["run"] =>
  (control, scene) => {
    if (screenOf(scene).tab?.(control, scene, by) === true) return
    const panes = screenOf(scene).panes(scene)
    const at = panes.indexOf(scene.ui.focus[scene.ui.screen])
    const pane = panes[(at + by + panes.length) % panes.length]
    if (pane !== undefined) control.dispatch({ type: "focus", pane })
  }

const goto: ReadonlyArray<Binding> = screenIds.map((screen, index) => ({
  id: `screen.${screen}`,
  keys: [String(index + 1)],
  title: `go to ${screens.find(({ id }) => id === screen)?.title ?? screen}`,
  group: "everywhere",
  when: (scene) => screens.find(({ id }) => id === screen)?.available(scene) ?? false,
  run: (control) => control.dispatch({ type: "goto", screen }),
}))

export const helpBinding: Binding = {
  id: "help",
  keys: ["?"],
  title: "this help",
  short: "help",
  group: "everywhere",
  when: always,
  run: (control) => {
    control.dispatch({ type: "setField", field: "help", text: "" })
    control.dispatch({ type: "push", layer: { kind: "help", cursor: 0 } })
  },
}

export const globalBindings: ReadonlyArray<Binding> = [
  {
    id: "pane.next",
    keys: ["Tab"],
    title: "next pane",
    short: "pane",
    group: "everywhere",
    when: (scene) => screenOf(scene).panes(scene).length > 1 || screenOf(scene).tab !== undefined,
    run: cycle(1),
  },
  {
    id: "pane.previous",
    keys: ["S-Tab"],
    title: "previous pane",
    group: "everywhere",
    when: (scene) => screenOf(scene).panes(scene).length > 1 || screenOf(scene).tab !== undefined,
    run: cycle(-1),
  },
  {
    id: "pane.zoom",
    keys: ["z"],
    title: "zoom the pane, and back",
    group: "everywhere",
    when: (scene) => ["flow", "tools", "offers"].includes(scene.ui.screen),
    run: (control) => control.dispatch({ type: "zoom" }),
  },
  ...goto,
  {
    id: "back",
    keys: ["Esc"],
    title: "back: close the innermost thing that is open",
    group: "everywhere",
    when: always,
    run: (control, scene) => {
      if (scene.ui.toast !== undefined) control.dispatch({ type: "untoast" })
      if (screenOf(scene).back(control, scene)) return
      if (scene.ui.zoom) control.dispatch({ type: "zoom" })
      else control.say("Press q to quit.")
    },
  },
  {
    id: "quit",
    keys: ["q"],
    title: "quit (asks while a step runs)",
    short: "quit",
    group: "everywhere",
    when: always,
    run: (control, scene) => {
      if (isBusy(scene)) control.dispatch({ type: "push", layer: { kind: "confirm", ask: "quit" } })
      else control.quit("quit")
    },
  },
  helpBinding,
]
