import * as Effect from "effect/Effect"
import type { AuthorizationRequired, McpFailure } from "../mcp/failure.ts"
import type { OAuthFailure } from "../oauth/failure.ts"
import type { Entropy } from "../text/entropy.ts"
import type { Findings } from "../text/finding.ts"
import type { VaultFailure } from "../vault/failure.ts"
import type { Vault } from "../vault/vault.ts"
import type { WireFailure } from "../wire/failure.ts"
import type { Wire } from "../wire/wire.ts"
import type { CallbackDesk } from "./callback-desk.ts"
import type { Fact, FactName, Facts } from "./facts.ts"
import { type FlowFailure, flowFailure } from "./failure.ts"
import type { Journal } from "./journal.ts"
import type { MainStepId, StepId } from "./step-id.ts"
import type { Target } from "./target.ts"

/** Every way a step can fail. Each carries what happened, why, what to do and the evidence (invariant I-5). */
export type StepFailure = WireFailure | OAuthFailure | McpFailure | VaultFailure | FlowFailure | AuthorizationRequired

/** What a step may use. */
export type StepServices = Wire | Vault | Findings | Entropy | Journal | CallbackDesk

export interface StepContext {
  readonly target: Target
  readonly facts: Facts
}

/**
 * The request that a step is about to send, for a reader: nothing is sent to make it. Values that are drawn at the
 * moment of sending (state, verifier) are described instead.
 */
export interface Preview {
  readonly method: string
  readonly url: string
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly body?: string
}

/** A step is data plus one effect. */
export interface Step {
  readonly id: MainStepId
  readonly title: string
  /** One or two sentences: what this step is for. */
  readonly purpose: string
  /** The sections that define it. */
  readonly reference: ReadonlyArray<string>
  /** Why it can fail, most usual first. */
  readonly pitfalls: ReadonlyArray<string>
  readonly needs: ReadonlyArray<FactName>
  readonly yields: ReadonlyArray<FactName>
  /** A reason to leave it out by itself (no authorization needed; the stored token works), or nothing. */
  readonly skip?: (context: StepContext) => string | undefined
  /** Whether somebody has to choose something before it can run: run all ends at its gate then. */
  readonly undecided?: (context: StepContext) => boolean
  readonly preview: (context: StepContext) => Preview | undefined
  /** Gives the facts it learned and one line for the list, such as "401, Bearer". */
  readonly run: (context: StepContext) => Effect.Effect<Learned, StepFailure, StepServices>
}

export interface Learned {
  readonly facts: ReadonlyArray<Fact>
  readonly note: string
}

/** Steps that may be run at any time once there is a grant. */
export interface Aside {
  readonly id: Exclude<StepId, MainStepId>
  readonly title: string
  readonly purpose: string
  readonly reference: ReadonlyArray<string>
  /** The step before which the run stands when it is done, because what came after is not true any more. */
  readonly undoes?: MainStepId
  readonly run: (context: StepContext) => Effect.Effect<Learned, StepFailure, StepServices>
}

/** A fact that an earlier step yields; that it is not there is a mistake in the order of steps, not in a server. */
export const missing = (name: FactName): Effect.Effect<never, FlowFailure> =>
  Effect.fail(flowFailure("unexpected", { detail: `the fact "${name}" is needed before it was learned` }))
