import * as Effect from "effect/Effect"
import type { Findings } from "../text/finding.ts"
import type { Secret } from "../text/secret.ts"
import type { Wire } from "../wire/wire.ts"
import type { Authorize } from "./connection.ts"
import { type ExchangeFailure, notify } from "./exchange.ts"
import { openHttp } from "./http-request.ts"
import { readText } from "./incoming.ts"
import { courtesyMillis } from "./limits.ts"
import { negotiate, type Target } from "./negotiate.ts"
import { revisions } from "./revisions.ts"
import type { Session } from "./session.ts"

/**
 * Opens a session: era and version are negotiated (MR-1 to MR-6), and where there is a handshake it is completed with
 * `notifications/initialized`. `hint` is the session of a probe that was sent with the same token: it is carried on
 * instead of opening a second one (MR-34 forbids to carry it to another token).
 */
export const connect = Effect.fn("mcp.connect")(function* (
  options: Target & { readonly hint?: Session | undefined },
): Effect.fn.Return<Session, ExchangeFailure, Wire | Findings> {
  const { token, authorize } = options
  const session = options.hint ?? (yield* negotiate(options)).session
  if (session.era === "legacy") yield* notify({ session, token, authorize }, "notifications/initialized")
  return session
})

/**
 * Ends a session in an orderly way. Only sessions with an id exist at the server; it may refuse (405), and is not waited
 * for longer than 2 s (MR-29).
 */
export const disconnect = Effect.fn("mcp.disconnect")(function* (
  session: Session,
  token?: Secret | undefined,
  authorize?: Authorize | undefined,
): Effect.fn.Return<void, never, Wire> {
  if (session.sessionId === undefined || !revisions[session.protocolVersion].sessions) return
  yield* openHttp(
    { session, token, authorize },
    { verb: "DELETE", method: "DELETE", headersMillis: courtesyMillis },
  ).pipe(
    Effect.flatMap(({ incoming }) => readText(incoming)),
    Effect.scoped,
    Effect.ignore,
    Effect.timeoutOption(courtesyMillis),
  )
})
