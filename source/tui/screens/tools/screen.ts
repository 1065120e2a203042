import * as Result from "effect/Result"
import type { Tool } from "../../../mcp/tools.ts"
import type { Control } from "../../app/control.ts"
import { shell } from "../../app/layout.ts"
import type { Scene } from "../../app/scene.ts"
import type { Binding } from "../../keys/binding.ts"
import { isBusy } from "../../keys/busy.ts"
import { clamp, type Motion, moved } from "../../ui/window.ts"
import type { ScreenModule } from "../screen.ts"
import {
  argumentField,
  argumentsOf,
  choiceTexts,
  chosenTool,
  cursorOf,
  formOf,
  isFiltered,
  isTyped,
  rowOf,
  saysDestructive,
  textOf,
  toolsIn,
} from "./model.ts"
import { arrange, resultWindow, ToolsView } from "./view.tsx"

/** Puts the cursor on a row of the form; a field for text is open for typing at once. */
const goToRow = (control: Control, tool: Tool, row: number) => {
  const { rows, presets } = formOf(tool)
  const at = clamp(row, 0, Math.max(0, rows.length - 1))
  control.dispatch({ type: "focus", pane: "form" })
  control.dispatch({ type: "tools", change: { row: at } })
  const field = rows[at]?.field
  if (field === undefined || !isTyped(field)) return
  const name = argumentField(tool, field)
  const known = control.scene().ui.fields[name]
  control.dispatch({
    type: "edit",
    field: name,
    ...(known === undefined ? { text: presets.get(field.path) ?? "" } : {}),
  })
}

/** Calls the chosen tool, or leads to the first argument that is not right. */
const callTool = (control: Control, scene: Scene) => {
  const tool = chosenTool(scene)
  if (tool === undefined) return
  if (isBusy(scene)) return control.say("Something is running. c cancels it.")
  const result = argumentsOf(scene, tool)
  if (Result.isFailure(result)) {
    const problems = Object.fromEntries(result.failure.map(({ path, message }) => [path, message]))
    control.dispatch({ type: "tools", change: { problems } })
    const bad = formOf(tool).rows.findIndex(({ field }) => problems[field.path] !== undefined)
    return goToRow(control, tool, Math.max(0, bad))
  }
  control.dispatch({ type: "endEdit" })
  control.dispatch({ type: "tools", change: { tool: tool.name, problems: {}, scroll: 0 } })
  if (saysDestructive(tool))
    return control.dispatch({
      type: "push",
      layer: { kind: "confirm", ask: "call", tool: tool.name, args: result.success },
    })
  control.intend({ _tag: "Call", tool: tool.name, arguments: result.success })
}

const moveTools = (control: Control, scene: Scene, motion: Motion) => {
  const tools = toolsIn(scene)
  const tool = tools[moved(cursorOf(scene), motion, tools.length - 1, 10)]
  if (tool !== undefined) control.dispatch({ type: "tools", change: { tool: tool.name, row: 0, problems: {} } })
}

const moveResult = (control: Control, scene: Scene, motion: Motion) => {
  const { result } = arrange(scene, shell(scene.columns, scene.rows).body)
  if (scene.flow === undefined || result === undefined) return
  const { top, last, height } = resultWindow(scene, scene.flow, result)
  control.dispatch({ type: "tools", change: { scroll: moved(top, motion, last, height) } })
}

const onForm = ({ ui }: Scene): boolean => ui.focus.tools === "form"

const choose =
  (by: 1 | -1): Binding["run"] =>
  (control, scene) => {
    const tool = chosenTool(scene)
    const field = tool && rowOf(scene, tool)?.field
    if (tool === undefined || field === undefined) return
    const texts = choiceTexts(field)
    const at = texts.indexOf(textOf(scene, tool, field))
    const text = texts[(at + by + texts.length) % texts.length]
    if (text !== undefined) control.dispatch({ type: "setField", field: argumentField(tool, field), text })
  }

const hasChoices = (scene: Scene): boolean => {
  const tool = chosenTool(scene)
  const field = tool && rowOf(scene, tool)?.field
  return onForm(scene) && field !== undefined && choiceTexts(field).length > 0
}

const bindings: ReadonlyArray<Binding> = [
  {
    id: "tools.choose",
    keys: ["Enter"],
    title: "fill in the form of this tool; call it if it takes no arguments",
    short: "choose",
    group: "pane",
    when: (scene) => scene.ui.focus.tools === "list" && chosenTool(scene) !== undefined,
    run: (control, scene) => {
      const tool = chosenTool(scene)
      if (tool === undefined) return
      control.dispatch({ type: "tools", change: { tool: tool.name } })
      if (formOf(tool).rows.length === 0) {
        control.dispatch({ type: "focus", pane: "form" })
        callTool(control, control.scene())
      } else goToRow(control, tool, scene.ui.tools.row)
    },
  },
  {
    id: "tools.call",
    keys: ["Enter"],
    title: "call the tool with these arguments",
    short: "call",
    group: "pane",
    when: (scene) => scene.ui.focus.tools !== "list" && chosenTool(scene) !== undefined,
    run: callTool,
  },
  {
    id: "tools.nextChoice",
    keys: ["Space", "l", "Right"],
    title: "next choice of this argument",
    short: "change",
    group: "pane",
    when: hasChoices,
    run: choose(1),
  },
  {
    id: "tools.previousChoice",
    keys: ["h", "Left"],
    title: "choice before",
    group: "pane",
    when: hasChoices,
    run: choose(-1),
  },
  {
    id: "tools.cancel",
    keys: ["c"],
    title: "cancel what runs",
    short: "cancel",
    group: "pane",
    when: isBusy,
    run: (control) => control.intend({ _tag: "Cancel" }),
  },
  {
    id: "tools.clear",
    keys: ["d"],
    title: "clear this argument: it is left out of the call",
    group: "pane",
    when: onForm,
    run: (control, scene) => {
      const tool = chosenTool(scene)
      const field = tool && rowOf(scene, tool)?.field
      if (tool !== undefined && field !== undefined)
        control.dispatch({ type: "setField", field: argumentField(tool, field), text: "" })
    },
  },
  {
    id: "tools.copy",
    keys: ["y"],
    title: "copy the result as JSON",
    short: "copy result",
    group: "pane",
    when: ({ flow }) => flow?.state.facts.result !== undefined,
    run: (control, { flow }) => control.copy(JSON.stringify(flow?.state.facts.result?.raw, undefined, 2), "the result"),
  },
  {
    id: "tools.filter",
    keys: ["/"],
    title: "filter the tools by name",
    short: "filter",
    group: "pane",
    when: ({ ui }) => ui.focus.tools === "list",
    run: (control) => control.dispatch({ type: "edit", field: "toolFilter" }),
  },
]

export const toolsScreen: ScreenModule = {
  id: "tools",
  title: "Tools",
  available: ({ flow }) => flow?.state.facts.tools !== undefined,
  panes: () => ["list", "form", "result"],
  bindings,
  fields: [
    {
      field: "argument:",
      short: "call",
      submit: (control, scene) => callTool(control, scene),
      cancel: (control) => control.dispatch({ type: "endEdit" }),
    },
    {
      field: "toolFilter",
      short: "keep filter",
      submit: (control) => control.dispatch({ type: "endEdit" }),
      cancel: (control) => {
        control.dispatch({ type: "setField", field: "toolFilter", text: "" })
        control.dispatch({ type: "endEdit" })
      },
    },
  ],
  move: (control, scene, motion) => {
    const tool = chosenTool(scene)
    if (scene.ui.focus.tools === "list") return moveTools(control, scene, motion)
    if (scene.ui.focus.tools === "result") return moveResult(control, scene, motion)
    if (tool !== undefined) goToRow(control, tool, moved(scene.ui.tools.row, motion, formOf(tool).rows.length - 1, 6))
  },
  tab: (control, scene, by) => {
    const tool = chosenTool(scene)
    if (tool === undefined || !onForm(scene)) return false
    const next = scene.ui.tools.row + by
    if (next < 0 || next >= formOf(tool).rows.length) return false
    goToRow(control, tool, next)
    return true
  },
  back: (control, scene) => {
    if (scene.ui.focus.tools !== "list") {
      control.dispatch({ type: "focus", pane: "list" })
      return true
    }
    if (!isFiltered(scene)) return false
    control.dispatch({ type: "setField", field: "toolFilter", text: "" })
    return true
  },
  status: (scene) => {
    const tool = chosenTool(scene)
    if (tool === undefined) return "The server offers no tools."
    if (saysDestructive(tool)) return `${tool.name} is marked destructive by the server: you will be asked first.`
    return "Arguments marked with * are required. What a tool says of itself is the server's claim."
  },
  View: ToolsView,
}
