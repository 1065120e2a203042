import * as Result from "effect/Result"
import type { Tool } from "../../../mcp/tools.ts"
import type { Control } from "../../app/control.ts"
import { shell } from "../../app/layout.ts"
import type { Scene } from "../../app/scene.ts"
import type { Binding } from "../../keys/binding.ts"
import { isBusy } from "../../keys/busy.ts"
import { clamp, type Motion, moved } from "../../ui/window.ts"
import { goThroughChoices, openForTyping } from "./filling.ts"
import { argumentsOf, choiceTexts, chosenTool, cursorOf, formOf, rowOf, saysDestructive, toolsIn } from "./model.ts"
import { arrange, resultWindow } from "./view.tsx"

/** Puts the cursor on a row of the form; a field for text is open for typing at once. */
export const goToRow = (control: Control, tool: Tool, row: number) => {
  const { rows } = formOf(tool)
  const at = clamp(row, 0, Math.max(0, rows.length - 1))
  control.dispatch({ type: "focus", pane: "form" })
  control.dispatch({ type: "tools", change: { row: at } })
  openForTyping(control, tool, rows[at]?.field)
}

/** Calls the chosen tool, or leads to the first argument that is not right. */
export const callTool = (control: Control, scene: Scene) => {
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
  // Where form and result share few rows, what comes of it is looked at next.
  if (scene.columns < 96) control.dispatch({ type: "focus", pane: "result" })
  if (saysDestructive(tool))
    return control.dispatch({
      type: "push",
      layer: { kind: "confirm", ask: "call", tool: tool.name, args: result.success },
    })
  control.intend({ _tag: "Call", tool: tool.name, arguments: result.success })
}

const moveList = (control: Control, scene: Scene, motion: Motion) => {
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

/** Whether the form has the focus. */
export const onForm = ({ ui }: Scene): boolean => ui.focus.tools === "form"

/** Goes on to the next choice of the argument under the cursor, or the one before. */
export const choose =
  (by: 1 | -1): Binding["run"] =>
  (control, scene) => {
    const tool = chosenTool(scene)
    const field = tool && rowOf(scene, tool)?.field
    if (tool !== undefined && field !== undefined) goThroughChoices(control, scene, tool, field, by)
  }

/** Whether the argument under the cursor is chosen, not typed. */
export const hasChoices = (scene: Scene): boolean => {
  const tool = chosenTool(scene)
  const field = tool && rowOf(scene, tool)?.field
  return onForm(scene) && field !== undefined && choiceTexts(field).length > 0
}

/** One motion in the pane that has the focus. */
export const moveTools = (control: Control, scene: Scene, motion: Motion) => {
  const tool = chosenTool(scene)
  if (scene.ui.focus.tools === "list") return moveList(control, scene, motion)
  if (scene.ui.focus.tools === "result") return moveResult(control, scene, motion)
  if (tool !== undefined) goToRow(control, tool, moved(scene.ui.tools.row, motion, formOf(tool).rows.length - 1, 6))
}
