import type { FactOf } from "../../../flow/facts.ts"
import { type ContentFile, filesIn } from "../../../mcp/content-files.ts"
import type { Scene } from "../../app/scene.ts"
import type { Binding } from "../../keys/binding.ts"
import { isBusy } from "../../keys/busy.ts"
import { once } from "../../ui/once.ts"
import { listenBinding } from "../changes.ts"
import { cancelBinding, choiceBindings, saveBinding } from "../pane-bindings.ts"
import { callTool, choose, goToRow, hasChoices, onForm } from "./actions.ts"
import { argumentField, chosenTool, formOf, rowOf } from "./model.ts"

const files = once((result: FactOf<"result">, name: string) => filesIn(result.content, name))

/** What of the last result can be saved. */
const savable = ({ flow }: Scene): ReadonlyArray<ContentFile> => {
  const { result, call } = flow?.state.facts ?? {}
  return result === undefined ? [] : files(result, call?.tool ?? "content")
}

/** Keys of the tools: choose, fill in, call, cancel, copy, filter. */
export const toolsBindings: ReadonlyArray<Binding> = [
  {
    id: "tools.choose",
    keys: ["Enter"],
    title: "fill in its form, or call it if it takes no arguments",
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
    when: (scene) => scene.ui.focus.tools !== "list" && chosenTool(scene) !== undefined && !isBusy(scene),
    run: callTool,
  },
  ...choiceBindings("tools", "argument", hasChoices, choose),
  cancelBinding("tools"),
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
  saveBinding("tools", "result", savable),
  {
    id: "tools.list",
    keys: ["r"],
    title: "list the tools again",
    group: "pane",
    when: (scene) => scene.flow !== undefined && !isBusy(scene),
    run: (control) => {
      control.intend({ _tag: "Back", step: "tools" })
      control.intend({ _tag: "Next" })
    },
  },
  listenBinding("tools"),
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
