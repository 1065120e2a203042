import { rowByTab } from "../row-by-tab.ts"
import type { ScreenModule } from "../screen.ts"
import { callTool, goToRow, moveTools } from "./actions.ts"
import { toolsBindings } from "./bindings.ts"
import { chosenTool, formOf, isFiltered, saysDestructive } from "./model.ts"
import { ToolsView } from "./view.tsx"

/** The tools of the server: their forms, calls and results. */
export const toolsScreen: ScreenModule = {
  id: "tools",
  title: "Tools",
  available: ({ flow }) => flow?.state.facts.tools !== undefined,
  panes: () => ["list", "form", "result"],
  bindings: toolsBindings,
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
  move: moveTools,
  tab: (control, scene, by) => {
    const tool = chosenTool(scene)
    const next = tool && rowByTab(scene.ui.focus.tools, scene.ui.tools.row, formOf(tool).rows.length, by)
    if (tool === undefined || next === undefined) return false
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
