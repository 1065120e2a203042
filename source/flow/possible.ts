import type { Intent } from "./intent.ts"
import { isEmptyFilter } from "./listening-desk.ts"
import { retried } from "./restart.ts"
import { type FlowState, nextStep } from "./state.ts"
import { isMainStep, mainSteps, stepNumber } from "./step-id.ts"

const isIdle = (state: FlowState): boolean => state.running === undefined

/** Whether there is a step that can be run now. A failed one has to be retried. */
const canGoOn = (state: FlowState): boolean => {
  const next = nextStep(state)
  return isIdle(state) && next !== undefined && state.steps[next].status !== "failed"
}

/** How far the run has come: the number of the step that runs or comes next. */
const reached = (state: FlowState): number => {
  const { running } = state
  const at = running !== undefined && isMainStep(running) ? running : nextStep(state)
  return at === undefined ? mainSteps.length + 1 : (stepNumber(at) ?? 0)
}

type Possible = {
  readonly [Tag in Intent["_tag"]]: (state: FlowState, intent: Extract<Intent, { readonly _tag: Tag }>) => boolean
}

const table: Possible = {
  Next: canGoOn,
  RunAll: (state) =>
    canGoOn(state) || (state.mode === "manual" && state.running !== undefined && isMainStep(state.running)),
  Pause: (state) => state.mode === "auto",
  Back: (state, { step }) => {
    const here = reached(state)
    const number = stepNumber(step) ?? 0
    return number < here || (number === here && (state.running === step || state.steps[step].status === "failed"))
  },
  Retry: (state) => isIdle(state) && retried(state) !== undefined,
  // Only the last step may be left out by hand: every other one yields what a later one needs.
  Skip: (state) => isIdle(state) && nextStep(state) === "call",
  Cancel: (state) => !isIdle(state) || state.mode === "auto",
  Paste: (state) => state.wait?.kind === "browser",
  Answer: ({ wait }, { question }) => wait?.kind === "question" && wait.question === question,
  Call: isIdle,
  Request: isIdle,
  List: isIdle,
  Listen: ({ facts, listening }, { filter }) =>
    facts.session !== undefined && (listening !== undefined || !isEmptyFilter(filter)),
  Refresh: isIdle,
  Revoke: isIdle,
}

/** Whether an intent would do anything now. One that would not changes nothing. */
export const isPossible = <Tag extends Intent["_tag"]>(
  state: FlowState,
  intent: Extract<Intent, { readonly _tag: Tag }> & { readonly _tag: Tag },
): boolean => table[intent._tag](state, intent)
