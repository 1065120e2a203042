import * as Effect from "effect/Effect"
import type { Findings } from "../text/finding.ts"
import type { Secret } from "../text/secret.ts"
import type { Wire } from "../wire/wire.ts"
import type { Authorize } from "./connection.ts"
import { type ExchangeFailure, exchange, notify } from "./exchange.ts"
import { openHttp } from "./http-request.ts"
import { readText } from "./incoming.ts"
import { isObject } from "./json-rpc.ts"
import { courtesyMillis } from "./limits.ts"
import { WantedLogLevel } from "./log-level.ts"
import { negotiate, type Target } from "./negotiate.ts"
import { revisions } from "./revisions.ts"
import type { Session } from "./session.ts"

/**
 * Opens a session: era and version are negotiated (MR-1 to MR-6), and where there is a handshake it is completed with
 * `notifications/initialized`, and log messages are asked for where they are wanted (MR-61). `hint` is the session of a probe that was sent with the same token: it is carried on
 * instead of opening a second one (MR-34 forbids to carry it to another token).
 */
export const connect = Effect.fn("mcp.connect")(function* (
  options: Target & { readonly hint?: Session | undefined },
): Effect.fn.Return<Session, ExchangeFailure, Wire | Findings> {
  const { token, authorize } = options
  const session = options.hint ?? (yield* negotiate(options)).session
  if (session.era === "modern") return session
  const connection = { session, token, authorize }
  yield* notify(connection, "notifications/initialized")
  const level = yield* WantedLogLevel
  const logs = isObject(session.capabilities) && Object.hasOwn(session.capabilities, "logging")
  if (level !== undefined && logs) yield* exchange({ ...connection, method: "logging/setLevel", params: { level } })
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
