import type { OfferName } from "../mcp/offers.ts"
import type { SubscriptionFilter } from "../mcp/subscription.ts"
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
  /**
   * Send any other request of the protocol (step 10), such as `resources/read`, `prompts/get` or `completion/complete`. What
   * comes back is the fact `answer`, beside the fact `request`; like the result of a call it goes with the next errand.
   */
  | { readonly _tag: "Request"; readonly method: string; readonly params?: Readonly<Record<string, unknown>> }
  /**
   * Read one of the server's lists to its end (step 10). It becomes the fact of that name, and stays until it is read anew or
   * the run goes back; a server that does not declare such a thing has an empty list.
   */
  | { readonly _tag: "List"; readonly list: OfferName }
  /** Be told of changes from now on, beside the steps: of these and no others. An empty filter ends it. */
  | { readonly _tag: "Listen"; readonly filter: SubscriptionFilter }
  /** Use the refresh token now. */
  | { readonly _tag: "Refresh" }
  /** Revoke the tokens and delete them from the store. */
  | { readonly _tag: "Revoke" }
