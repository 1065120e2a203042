import type { Binding } from "../../keys/binding.ts"
import { isBusy } from "../../keys/busy.ts"
import { look } from "./actions.ts"
import { browserWait } from "./browser-wait.ts"

/** Keys that the running step, or the wait for the browser, makes useful. */
export const browserKeys: ReadonlyArray<Binding> = [
  {
    id: "flow.copyAddress",
    keys: ["y"],
    title: "copy the address for the browser",
    short: "copy URL",
    group: "pane",
    when: ({ flow }) => browserWait(flow) !== undefined,
    run: (control, { flow }) => control.copy(browserWait(flow)?.url ?? "", "the address for the browser"),
  },
  {
    id: "flow.printAddress",
    keys: ["u"],
    title: "print the address alone, to select it whole",
    short: "plain URL",
    group: "pane",
    when: ({ flow }) => browserWait(flow) !== undefined,
    run: (control, { flow }) => control.printAlone(browserWait(flow)?.url ?? ""),
  },
  {
    id: "flow.paste",
    keys: ["p"],
    title: "type the address that the browser ended on",
    short: "paste callback",
    group: "pane",
    when: ({ flow }) => browserWait(flow) !== undefined,
    run: (control) => {
      look(control)
      control.dispatch({ type: "edit", field: "callback", text: "" })
    },
  },
  {
    id: "flow.cancel",
    keys: ["c"],
    title: "cancel the step that runs",
    short: "cancel",
    group: "pane",
    when: isBusy,
    run: (control) => control.intend({ _tag: "Cancel" }),
  },
]
