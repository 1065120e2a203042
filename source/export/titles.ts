import { asides } from "../flow/asides/index.ts"
import { type StepId, stepNumber } from "../flow/step-id.ts"
import { steps } from "../flow/steps/index.ts"

const titles = new Map<StepId, string>([...steps, ...asides].map(({ id, title }) => [id, title]))

/** `3 Authorization server metadata`; what is no main step has no number. */
export const titleOf = (step: StepId): string => {
  const number = stepNumber(step)
  return `${number === undefined ? "" : `${number} `}${titles.get(step) ?? step}`
}
