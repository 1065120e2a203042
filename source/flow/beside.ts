import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Progress } from "../mcp/exchange.ts"
import type { JsonObject } from "../mcp/json-rpc.ts"
import { type LogLevel, WantedLogLevel } from "../mcp/log-level.ts"
import { requestOnce, type Told } from "../mcp/request.ts"
import type { KnownTools } from "../mcp/tools.ts"
import { CurrentStep } from "./current-step.ts"
import type { Journal } from "./journal.ts"
import { presenting } from "./presenting.ts"
import { missing, type StepFailure, type StepServices } from "./step.ts"

/** A request that is made beside the steps. */
export interface Beside {
  readonly method: string
  readonly params?: JsonObject
  /** What earlier ones learned: give back the `tools` of the last answer. */
  readonly tools: KnownTools
  readonly onProgress?: (progress: Progress) => Effect.Effect<void>
  /** Log messages wanted for this request. */
  readonly logLevel?: LogLevel | undefined
}

/**
 * Sends requests in the session and with the token of now, as many at once as wanted, and mends nothing: one that is refused
 * for its token or session did not run, and may take its way through step 10, which can.
 */
export const makeBeside = (journal: Journal["Service"], services: Context.Context<StepServices>) =>
  Effect.fn("flow.beside")(function* ({ logLevel, ...asked }: Beside): Effect.fn.Return<Told, StepFailure> {
    const { session, grant } = journal.state().facts
    if (session === undefined) return yield* missing("session")
    const sending = Effect.gen(function* () {
      return yield* requestOnce({ session, ...(yield* presenting(grant)), ...asked })
    })
    return yield* (logLevel === undefined ? sending : Effect.provideService(sending, WantedLogLevel, logLevel)).pipe(
      Effect.provideContext(services),
      Effect.provideService(CurrentStep, "call"),
    )
  })
