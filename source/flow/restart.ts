import type { FlowState } from "./state.ts"
import { nextStep } from "./state.ts"
import { type MainStepId, mainSteps } from "./step-id.ts"

/**
 * Steps that use up what they were given, and where new ones are made: a code verifier, a state and a code are good for one
 * attempt, and for no second one after an error (CR-44, CR-48, CR-53).
 */
const usesUp: Readonly<Partial<Record<MainStepId, MainStepId>>> = { consent: "authorize", token: "authorize" }

/** Failures that need to go back further than to the step that had them. */
const causes: { readonly [code: string]: MainStepId } = {
  client_dead: "client",
  callback_port_taken: "client",
  redirect_not_loopback: "client",
}

/** Whether running the step a second time needs earlier ones to run again first. */
export const isSpent = (step: MainStepId): boolean => usesUp[step] !== undefined

/** Left out by itself, and so again and again as long as the step stands that decided it. */
const isLeftOut = (state: FlowState, step: MainStepId): boolean =>
  step !== "call" && state.steps[step].status === "skipped"

/**
 * Where to begin so that `step` can be run again. Where steps were left out by themselves, the one before them has to be
 * asked anew.
 */
export const restartPoint = (state: FlowState, step: MainStepId): MainStepId => {
  const from = mainSteps.indexOf(usesUp[step] ?? step)
  return mainSteps.slice(0, from + 1).findLast((id) => !isLeftOut(state, id)) ?? "probe"
}

export interface Retried {
  /** The failed step, else the last one that ran. */
  readonly step: MainStepId
  /** Where to begin for it. */
  readonly from: MainStepId
  /** The last step that is not true any more. */
  readonly through: MainStepId
}

/** What Retry runs again. */
export const retried = (state: FlowState): Retried | undefined => {
  const next = nextStep(state)
  const failed = next !== undefined && state.steps[next].status === "failed" ? next : undefined
  const before = mainSteps.slice(0, next === undefined ? undefined : mainSteps.indexOf(next))
  const step = failed ?? before.findLast((id) => state.steps[id].status === "done")
  if (step === undefined) return undefined
  const code = state.steps[step].problem?.code
  const cause = code !== undefined && Object.hasOwn(causes, code) ? causes[code] : undefined
  // The steps that were left out because of it stand and fall with it.
  const after = mainSteps.slice(mainSteps.indexOf(step) + 1)
  const stays = after.findIndex((id) => !isLeftOut(state, id))
  const through = after.slice(0, stays === -1 ? undefined : stays).at(-1) ?? step
  return { step, from: restartPoint(state, cause ?? step), through }
}
