import * as Schema from "effect/Schema"

/** The ten steps of a sign-in in their order, then the steps that may come later. */
export const mainSteps = [
  "probe",
  "resource",
  "server",
  "client",
  "authorize",
  "consent",
  "token",
  "connect",
  "tools",
  "call",
] as const

export const asideSteps = ["refresh", "revoke"] as const

export const StepId = Schema.Literals([...mainSteps, ...asideSteps])
export type StepId = typeof StepId.Type
export type MainStepId = (typeof mainSteps)[number]

/** 1 to 10; an aside has no number. */
export const stepNumber = (id: StepId): number | undefined => {
  const index = (mainSteps as ReadonlyArray<StepId>).indexOf(id)
  return index === -1 ? undefined : index + 1
}

/** Whether it is one of the ten. */
export const isMainStep = (id: StepId): id is MainStepId => stepNumber(id) !== undefined
