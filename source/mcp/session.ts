import * as Schema from "effect/Schema"
import { Secret } from "../text/secret.ts"
import { Era, ProtocolVersion } from "./revisions.ts"

/**
 * A session is plain data: all that is needed to send the next request, and what the server said of itself (which is its
 * own claim, never a ground for a decision: MR-12). The session id is no authentication, but kept as a secret (MR-34).
 */
export const Session = Schema.Struct({
  url: Schema.String,
  era: Era,
  protocolVersion: ProtocolVersion,
  serverName: Schema.optionalKey(Schema.String),
  serverVersion: Schema.optionalKey(Schema.String),
  instructions: Schema.optionalKey(Schema.String),
  capabilities: Schema.Unknown,
  sessionId: Schema.optionalKey(Secret),
})
export type Session = typeof Session.Type

/** The part of a session that a request needs. */
export type Endpoint = Pick<Session, "url" | "protocolVersion"> & {
  readonly sessionId?: Secret | undefined
  readonly serverName?: string | undefined
}
