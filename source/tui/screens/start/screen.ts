import * as Result from "effect/Result"
import type { Control } from "../../app/control.ts"
import type { Scene } from "../../app/scene.ts"
import type { Binding } from "../../keys/binding.ts"
import { clamp, moved } from "../../ui/window.ts"
import type { ScreenModule } from "../screen.ts"
import { chosen, commandIn, complaint, completed, entries } from "./model.ts"
import { StartView } from "./view.tsx"

const openTyped = (control: Control, text: string) => {
  const command = commandIn(text)
  if (command !== undefined) {
    if (Result.isFailure(command)) return control.dispatch({ type: "start", change: { complaint: command.failure } })
    return control.dispatch({ type: "push", layer: { kind: "confirm", ask: "start", command: command.success } })
  }
  const url = completed(text.trim())
  const problem = complaint(url)
  control.dispatch({ type: "setField", field: "url", text: url === "" ? text : url })
  if (problem !== undefined) {
    control.dispatch({ type: "start", change: { complaint: problem } })
    return
  }
  control.dispatch({ type: "endEdit" })
  control.open({ kind: "url", url })
}

const typeAddress = (control: Control, text?: string) => {
  control.dispatch({ type: "focus", pane: "url" })
  control.dispatch({ type: "start", change: { complaint: "" } })
  control.dispatch(text === undefined ? { type: "edit", field: "url" } : { type: "edit", field: "url", text })
}

const openChosen = (control: Control, scene: Scene) => {
  const entry = chosen(scene)
  if (entry === undefined || scene.ui.focus.start === "url") typeAddress(control)
  else control.open(entry.choice)
}

/** What is stored of the server under the cursor. */
const storedAt = (scene: Scene) => (scene.ui.focus.start === "servers" ? chosen(scene)?.server : undefined)

const ask =
  (how: "forget" | "signOut"): Binding["run"] =>
  (control, scene) => {
    const server = storedAt(scene)
    if (server !== undefined) control.dispatch({ type: "push", layer: { kind: "confirm", ask: how, server } })
  }

const bindings: ReadonlyArray<Binding> = [
  {
    id: "start.open",
    keys: ["Enter"],
    title: "open the chosen server",
    short: "open",
    group: "pane",
    when: () => true,
    run: openChosen,
  },
  {
    id: "start.address",
    keys: ["a"],
    title: "type the address of a server",
    short: "type a URL",
    group: "pane",
    when: () => true,
    run: (control) => typeAddress(control),
  },
  {
    id: "start.typing",
    // Whoever starts to type or paste "https://" without asking means this field.
    keys: ["h"],
    title: "start typing an address with h",
    group: "pane",
    when: () => true,
    run: (control) => typeAddress(control, "h"),
  },
  {
    id: "start.learn",
    keys: ["L"],
    title: "open it with every step explained",
    short: "explained",
    group: "pane",
    when: (scene) => chosen(scene) !== undefined,
    run: (control, scene) => {
      control.dispatch({ type: "flow", change: { explain: true } })
      openChosen(control, scene)
    },
  },
  {
    id: "start.break",
    keys: ["b"],
    title: "break it: open the mock with a fault of your choice",
    short: "break it",
    group: "pane",
    when: (scene) => scene.mock && scene.ui.focus.start === "servers" && storedAt(scene) === undefined,
    run: (control) => control.showFaults(),
  },
  {
    id: "start.signOut",
    keys: ["x"],
    title: "sign out: revoke the tokens, keep the client",
    short: "sign out",
    group: "pane",
    when: (scene) => storedAt(scene)?.token !== undefined,
    run: ask("signOut"),
  },
  {
    id: "start.forget",
    keys: ["d"],
    title: "forget its client and tokens on this machine",
    short: "forget",
    group: "pane",
    when: (scene) => storedAt(scene) !== undefined,
    run: ask("forget"),
  },
]

export const startScreen: ScreenModule = {
  id: "start",
  title: "Start",
  available: () => true,
  panes: () => ["servers", "url"],
  bindings,
  fields: [
    {
      field: "url",
      short: "connect",
      submit: (control, _, text) => openTyped(control, text),
      cancel: (control) => control.dispatch({ type: "focus", pane: "servers" }),
    },
  ],
  move: (control, scene, motion) => {
    const last = entries(scene).length - 1
    const cursor = moved(clamp(scene.ui.start.cursor, 0, last), motion, last, 8)
    control.dispatch({ type: "start", change: { cursor } })
  },
  back: (control, scene) => {
    if (scene.ui.focus.start !== "url") return false
    control.dispatch({ type: "focus", pane: "servers" })
    return true
  },
  paste: (control, _, text) => {
    typeAddress(control, text)
    return true
  },
  status: (scene) => {
    if (scene.opening !== undefined) return `Opening ${scene.opening}`
    return scene.openProblem === undefined
      ? "Credentials are kept in files that only you can read."
      : `${scene.openProblem.what} ${scene.openProblem.remedy[0] ?? ""}`
  },
  View: StartView,
}
