import type { MainStepId } from "./step-id.ts"

/** Everything a person or a script can ask of the runner. Asking for what is not possible now changes nothing. */
export type Intent =
  /** Run the next step, then stop at the gate again. */
  | { readonly _tag: "Next" }
  /** Run on without stopping, up to the goal. */
  | { readonly _tag: "RunAll" }
  /** Stop at the next gate. */
  | { readonly _tag: "Pause" }
  /** Back to before that step; its facts and all later ones are dropped. */
  | { readonly _tag: "Back"; readonly step: MainStepId }
  /** The failed step (or the last one) once more. */
  | { readonly _tag: "Retry" }
  /** Leave the next step out, where the step allows it. */
  | { readonly _tag: "Skip" }
  /** Interrupts the running step; answers at once. */
  | { readonly _tag: "Cancel" }
  /** The callback URL, pasted by a person whose browser could not reach us. */
  | { readonly _tag: "Paste"; readonly text: string }
  /** Answers the question of this number; an accepted form brings its values. */
  | {
      readonly _tag: "Answer"
      readonly question: number
      readonly action: "accept" | "decline" | "cancel"
      readonly content?: Readonly<Record<string, unknown>>
    }
  /** Call a tool (step 10), as often as wanted. */
  | { readonly _tag: "Call"; readonly tool: string; readonly arguments: Readonly<Record<string, unknown>> }
  /** Use the refresh token now. */
  | { readonly _tag: "Refresh" }
  /** Revoke the tokens and delete them from the store. */
  | { readonly _tag: "Revoke" }
