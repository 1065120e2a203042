import * as Context from "effect/Context"
import type { StepId } from "./step-id.ts"

/** The step on whose behalf a fiber works. What it sends or notices is written down under that step, however late. */
export const CurrentStep = Context.Reference<StepId | undefined>("mcp-dcr-tui/flow/CurrentStep", {
  defaultValue: () => undefined,
})
