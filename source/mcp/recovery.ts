import * as Effect from "effect/Effect"
import type { Findings } from "../text/finding.ts"
import { pause } from "../wire/pause.ts"
import type { Wire } from "../wire/wire.ts"
import { connect } from "./connect.ts"
import type { Answer, Credentials } from "./connection.ts"
import type { ExchangeFailure, ExchangeRequest } from "./exchange.ts"
import { exchangeRounds } from "./rounds.ts"
import type { Session } from "./session.ts"

/** Opens a new session in place of one that the server forgot: same address, same revision, no id (MR-28). */
const reopen = (
  session: Session,
  credentials: Credentials = {},
): Effect.Effect<Session, ExchangeFailure, Wire | Findings> =>
  connect({ ...credentials, url: session.url, version: session.protocolVersion })

const lost = (failure: unknown): boolean =>
  typeof failure === "object" && failure !== null && "code" in failure && failure.code === "session_lost"

/**
 * Does something within a session. A server that no longer knows it has not looked at the request: once, a new session is
 * opened and the same is done again (MR-28). Gives the session that is good from now on.
 */
export const inSession = <A, E, R>(
  session: Session,
  credentials: Credentials,
  use: (session: Session) => Effect.Effect<A, E, R>,
): Effect.Effect<{ readonly value: A; readonly session: Session }, E | ExchangeFailure, R | Wire | Findings> =>
  Effect.catchIf(
    Effect.map(use(session), (value) => ({ value, session })),
    lost,
    () =>
      Effect.flatMap(reopen(session, credentials), (fresh) =>
        Effect.map(use(fresh), (value) => ({ value, session: fresh })),
      ),
  )

/** Requests that change nothing, so that sending one again is harmless (MR-26, MR-43). */
const reads: ReadonlySet<string> = new Set([
  "server/discover",
  "ping",
  "tools/list",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  "prompts/list",
  "prompts/get",
  "completion/complete",
])

const isRead = (method: string): boolean => reads.has(method)

/** Attempts after the first; the wait in milliseconds before each where the server names none. */
const ownWaits: ReadonlyArray<number> = [1000, 1500]
/** Milliseconds for which a Retry-After is obeyed (MR-26). A server that wants more is left alone. */
const longestPause = 60_000

/** Milliseconds until a read may be sent again after this failure, or `undefined` when it may not. */
export const readAgainAfter = (failure: ExchangeFailure, attempt: number): number | undefined => {
  const own = ownWaits[attempt - 1]
  if (own === undefined || failure._tag === "AuthorizationRequired") return undefined
  if (failure.code === "connection_lost" || failure.code === "no_response") return own
  if (failure._tag !== "McpFailure" || failure.code !== "busy") return undefined
  // Without a word of the server about when, asking an overloaded one again would only add to its load.
  const { retryAfterMillis: asked } = failure
  return asked !== undefined && asked <= longestPause ? asked : undefined
}

/** Like {@link exchangeRounds}; a read is sent again, with a new id, where the first try got lost or came too early. */
export const exchangePatiently = (
  request: ExchangeRequest,
  attempt = 1,
): Effect.Effect<Answer, ExchangeFailure, Wire | Findings> =>
  Effect.catch(exchangeRounds(request), (failure) => {
    const millis = isRead(request.method) ? readAgainAfter(failure, attempt) : undefined
    if (millis === undefined) return Effect.fail(failure)
    const reason = failure._tag === "AuthorizationRequired" ? "authorization" : failure.code
    const pausing = pause({ exchange: failure.exchange ?? 0, millis, reason })
    return pausing.pipe(Effect.andThen(Effect.suspend(() => exchangePatiently(request, attempt + 1))))
  })
