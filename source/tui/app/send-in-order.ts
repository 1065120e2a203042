import type { Intent } from "../../flow/intent.ts"
import type { FlowHandle } from "./store.ts"

/** Sends what leads to step 10 one after the other. What the person asks for in between ends the rest. */
export const sendInOrder = (handle: FlowHandle, [first, ...rest]: ReadonlyArray<Intent>): void => {
  if (first === undefined) return
  const { journal } = handle
  let begun = false
  const unsubscribe = journal.subscribe(() => {
    const { running, steps } = journal.state()
    const { status } = steps.call
    if (status === "todo" || status === "running") begun = true
    if (!begun || running !== undefined || (status !== "done" && status !== "failed")) return
    unsubscribe()
    // The run is told of its end first, and then of what comes next.
    if (status === "done") queueMicrotask(() => sendInOrder(handle, rest))
  })
  handle.intend(first)
}
