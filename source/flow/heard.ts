import * as Effect from "effect/Effect"
import type { Connection } from "../mcp/connection.ts"
import { Respondent } from "../mcp/elicitation.ts"
import { openStandingStream } from "../mcp/standing-stream.ts"

/**
 * Runs a request while the server can reach us: before 2026-07-28 its questions may come on a stream of their own (MR-31).
 * Where nobody could answer them, none is opened.
 */
export const heard =
  (connection: Connection) =>
  <A, E, R>(work: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const { form, url } = (yield* Respondent).capabilities
      if (form || url) yield* openStandingStream(connection)
      return yield* work
    }).pipe(Effect.scoped)
