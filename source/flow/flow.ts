import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { OfferName } from "../mcp/offers.ts"
import type { Told } from "../mcp/request.ts"
import type { SubscriptionFilter } from "../mcp/subscription.ts"
import type { Beside } from "./beside.ts"
import type { Intent } from "./intent.ts"
import type { FlowState } from "./state.ts"
import type { StepFailure } from "./step.ts"
import type { MainStepId } from "./step-id.ts"
import type { Target } from "./target.ts"

/**
 * One sign-in: the runner is the only code that executes steps. Faces read the journal and send intents.
 */
export class Flow extends Context.Service<
  Flow,
  {
    readonly target: Target
    /** Answers at once; what it starts goes on in the background and shows in the journal. */
    readonly intend: (intent: Intent) => Effect.Effect<void>
    /**
     * Runs without stopping until `goal` is done, fails or is cancelled, and gives the state then. What a script calls;
     * same engine as `RunAll`.
     */
    readonly runTo: (goal: MainStepId) => Effect.Effect<FlowState>
    /** One tool call through step 10, with the recovery of a sign-in; waits for its end. */
    readonly call: (tool: string, args: Readonly<Record<string, unknown>>) => Effect.Effect<FlowState>
    /** Any other request of the protocol through step 10, in the same session and with the same recovery. */
    readonly request: (method: string, params?: Readonly<Record<string, unknown>>) => Effect.Effect<FlowState>
    /** One of the server's lists to its end through step 10; it becomes the fact of that name. */
    readonly list: (list: OfferName) => Effect.Effect<FlowState>
    /** Listens to what changes from now on; gives when the server has granted it, or it came to nothing. */
    readonly listenTo: (filter: SubscriptionFilter) => Effect.Effect<FlowState>
    /** A request beside the steps, while they or others of its kind run; see {@link Beside}. */
    readonly beside: (request: Beside) => Effect.Effect<Told, StepFailure>
    /** Waits until nothing runs. */
    readonly idle: Effect.Effect<FlowState>
  }
>()("mcp-dcr-tui/flow/Flow") {}
