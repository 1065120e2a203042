import { faultsIn } from "../app/faults.tsx"
import type { Layer, Scene } from "../app/scene.ts"
import { type Motion, moved } from "../ui/window.ts"
import { always, type Binding } from "./binding.ts"
import { helpEntries } from "./help.ts"

const help = (scene: Scene): Extract<Layer, { kind: "help" }> | undefined => {
  const top = scene.ui.layers.at(-1)
  return top?.kind === "help" ? top : undefined
}

const pop: Binding["run"] = (control) => control.dispatch({ type: "pop" })

const step = (id: string, keys: ReadonlyArray<string>, title: string, motion: Motion): Binding => ({
  id: `help.${id}`,
  keys,
  title,
  group: "move",
  when: always,
  run: (control, scene) => {
    const layer = help(scene)
    if (layer === undefined) return
    const cursor = moved(layer.cursor, motion, helpEntries(scene).length - 1, 10)
    control.dispatch({ type: "pop" })
    control.dispatch({ type: "push", layer: { kind: "help", cursor } })
  },
})

const faultsLayer = (scene: Scene): Extract<Layer, { kind: "faults" }> | undefined => {
  const top = scene.ui.layers.at(-1)
  return top?.kind === "faults" ? top : undefined
}

const faultStep = (id: string, keys: ReadonlyArray<string>, title: string, motion: Motion): Binding => ({
  id: `faults.${id}`,
  keys,
  title,
  group: "move",
  when: always,
  run: (control, scene) => {
    const layer = faultsLayer(scene)
    if (layer === undefined) return
    const cursor = moved(layer.cursor, motion, faultsIn(scene).length - 1, 10)
    control.dispatch({ type: "pop" })
    control.dispatch({ type: "push", layer: { kind: "faults", cursor } })
  },
})

/** Keys of the list of what the mock can do wrong. */
export const faultsBindings: ReadonlyArray<Binding> = [
  {
    id: "faults.open",
    keys: ["Enter"],
    title: "open the embedded mock with this fault",
    short: "open",
    group: "pane",
    when: (scene) => faultsIn(scene).length > 0,
    run: (control, scene) => {
      const faults = faultsIn(scene)
      const fault = faults[Math.min(faultsLayer(scene)?.cursor ?? 0, faults.length - 1)]
      control.dispatch({ type: "pop" })
      control.dispatch({ type: "flow", change: { explain: true } })
      if (fault !== undefined) control.open({ kind: "mock", fault: fault.name })
    },
  },
  {
    id: "faults.filter",
    keys: ["/"],
    title: "filter the faults",
    short: "filter",
    group: "pane",
    when: always,
    run: (control) => control.dispatch({ type: "edit", field: "faults" }),
  },
  { id: "faults.close", keys: ["Esc", "q"], title: "close", short: "close", group: "pane", when: always, run: pop },
  faultStep("down", ["j", "Down"], "down", { kind: "line", by: 1 }),
  faultStep("up", ["k", "Up"], "up", { kind: "line", by: -1 }),
  faultStep("top", ["g", "Home"], "to the top", { kind: "edge", to: "top" }),
  faultStep("bottom", ["G", "End"], "to the bottom", { kind: "edge", to: "bottom" }),
  faultStep("pageDown", ["Ctrl+D", "PgDn"], "a page down", { kind: "page", by: 1 }),
  faultStep("pageUp", ["Ctrl+U", "PgUp"], "a page up", { kind: "page", by: -1 }),
]

export const helpBindings: ReadonlyArray<Binding> = [
  {
    id: "help.run",
    keys: ["Enter"],
    title: "do what the highlighted line says",
    short: "run",
    group: "pane",
    when: always,
    run: (control, scene) => {
      const entry = helpEntries(scene)[help(scene)?.cursor ?? 0]
      control.dispatch({ type: "pop" })
      if (entry === undefined) return
      if (entry.binding.when(scene)) entry.binding.run(control, control.scene())
      else control.say("That is not possible now.")
    },
  },
  {
    id: "help.filter",
    keys: ["/"],
    title: "filter the keys",
    short: "filter",
    group: "pane",
    when: always,
    run: (control) => control.dispatch({ type: "edit", field: "help" }),
  },
  { id: "help.close", keys: ["Esc", "q", "?"], title: "close", short: "close", group: "pane", when: always, run: pop },
  step("down", ["j", "Down"], "down", { kind: "line", by: 1 }),
  step("up", ["k", "Up"], "up", { kind: "line", by: -1 }),
  step("top", ["g", "Home"], "to the top", { kind: "edge", to: "top" }),
  step("bottom", ["G", "End"], "to the bottom", { kind: "edge", to: "bottom" }),
  step("pageDown", ["Ctrl+D", "PgDn"], "a page down", { kind: "page", by: 1 }),
  step("pageUp", ["Ctrl+U", "PgUp"], "a page up", { kind: "page", by: -1 }),
]

export const confirmBindings: ReadonlyArray<Binding> = [
  {
    id: "confirm.yes",
    keys: ["y"],
    title: "yes",
    short: "yes",
    group: "pane",
    when: always,
    run: (control, scene) => {
      const top = scene.ui.layers.at(-1)
      if (top?.kind !== "confirm") return
      if (top.ask === "quit") return control.quit("quit")
      control.dispatch({ type: "pop" })
      if (top.ask === "call") control.intend({ _tag: "Call", tool: top.tool, arguments: top.args })
      else if (top.ask === "start") control.open({ kind: "command", command: top.command })
      else control.endCredentials(top.ask, top.server)
    },
  },
  {
    id: "confirm.no",
    keys: ["Esc", "Enter", "n", "q"],
    title: "no",
    short: "no",
    group: "pane",
    when: always,
    run: pop,
  },
]
