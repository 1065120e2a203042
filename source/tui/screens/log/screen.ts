import type { ScreenModule } from "../screen.ts"
import { logBindings } from "./bindings.ts"
import { isFiltered } from "./model.ts"
import { isOpen, isSingle, moveLog } from "./moves.ts"
import { hasNotices } from "./notices.ts"
import { LogView } from "./view.tsx"

/** Everything that crossed the wire. */
export const logScreen: ScreenModule = {
  id: "log",
  title: "Log",
  available: ({ flow }) => flow !== undefined,
  panes: (scene) =>
    isOpen(scene) && !isSingle(scene) ? ["request", "response"] : hasNotices(scene) ? ["log", "notices"] : ["log"],
  bindings: logBindings,
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
  move: moveLog,
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
