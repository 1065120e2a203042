import * as Effect from "effect/Effect"
import type { Findings } from "../text/finding.ts"
import type { Secret } from "../text/secret.ts"
import { reveal } from "../text/secret.ts"
import { Wire } from "../wire/wire.ts"
import { type ExchangeFailure, notify } from "./http.ts"
import { courtesyMillis } from "./limits.ts"
import { negotiate, type VersionChoice } from "./negotiate.ts"
import { connectionHeaders } from "./request-headers.ts"
import { revisions } from "./revisions.ts"
import type { Session } from "./session.ts"

/**
 * Opens a session: era and version are negotiated (MR-1 to MR-6), and where there is a handshake it is completed with
 * `notifications/initialized`. `hint` is the session of a probe that was sent with the same token: it is carried on
 * instead of opening a second one (MR-34 forbids to carry it to another token).
 */
export const connect = Effect.fn("mcp.connect")(function* (options: {
  readonly url: string
  readonly token?: Secret | undefined
  readonly version: VersionChoice
  readonly hint?: Session | undefined
}): Effect.fn.Return<Session, ExchangeFailure, Wire | Findings> {
  const session = options.hint ?? (yield* negotiate(options)).session
  if (session.era === "legacy") yield* notify({ session, token: options.token }, "notifications/initialized")
  return session
})

/**
 * Ends a session in an orderly way. Only sessions with an id exist at the server; it may refuse (405), and is not waited
 * for longer than 2 s (MR-29).
 */
export const disconnect = Effect.fn("mcp.disconnect")(function* (
  session: Session,
  token?: Secret | undefined,
): Effect.fn.Return<void, never, Wire> {
  const { protocolVersion, sessionId } = session
  if (sessionId === undefined || !revisions[protocolVersion].sessions) return
  const wire = yield* Wire
  yield* wire
    .send({
      leg: "mcp",
      method: "DELETE",
      url: session.url,
      typed: true,
      headers: connectionHeaders({
        protocolVersion,
        method: "DELETE",
        sessionId: reveal(sessionId),
        bearer: token === undefined ? undefined : reveal(token),
      }),
      headersMillis: courtesyMillis,
    })
    .pipe(Effect.ignore, Effect.timeoutOption(courtesyMillis))
})
