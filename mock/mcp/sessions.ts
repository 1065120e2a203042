import type { JsonObject } from "../json.ts"
import { digest, opaque, type Randomness } from "../randomness.ts"
import type { LogLevel } from "../tools/tool.ts"
import { createEventStream, type EventStream, type EventStreamOptions } from "./event-stream.ts"
import type { Id } from "./message.ts"
import type { AnyRevision } from "./revisions.ts"

/** Streams kept per session for a client that comes back. */
const KEPT = 50

/** What `initialize` began (revisions before 2026-07-28). */
export interface McpSession {
  /** Whose session it is: the id alone opens nothing (MCP security best practices, Session Hijacking). */
  readonly owner: string
  readonly revision: AnyRevision
  /** What the client can do, as it said in `initialize`. */
  readonly capabilities: JsonObject
  initialized: boolean
  logLevel?: LogLevel
  /** Requests in work, so that they can be cancelled. */
  readonly running: Map<Id, AbortController>
  /** Ids seen; MCP basic: a session never uses one twice. The type is part of it, since 1 is not "1". */
  readonly usedIds: Set<Id>
  /** How many requests the client got from us. */
  asks: number
  /** Those that it has not answered yet. */
  readonly asked: Map<Id, (response: JsonObject) => void>
  /** Resources whose changes the client wants to hear of. */
  readonly subscriptions: Set<string>
  /** Event streams by the first part of their event ids. */
  readonly streams: Map<string, EventStream>
  /** Those that belong to no request. */
  readonly standAlone: Set<EventStream>
  /** Begins a stream whose events can be asked for again. */
  stream(options?: Omit<EventStreamOptions, "id">): EventStream
}

/** The open sessions, by the digest of their id. */
export interface McpSessions {
  start(
    owner: string,
    revision: AnyRevision,
    capabilities?: JsonObject,
  ): { readonly id: string; readonly session: McpSession }
  get(id: string): McpSession | undefined
  all(): Iterable<McpSession>
  end(id: string): void
  clear(): void
  readonly size: number
}

function createSession(owner: string, revision: AnyRevision, capabilities: JsonObject): McpSession {
  let count = 0
  const streams = new Map<string, EventStream>()
  return {
    owner,
    revision,
    capabilities,
    initialized: false,
    running: new Map(),
    usedIds: new Set(),
    asks: 0,
    asked: new Map(),
    subscriptions: new Set(),
    streams,
    standAlone: new Set(),
    stream(options = {}) {
      count += 1
      const id = String(count)
      const stream = createEventStream({ ...options, id })
      for (const [old, { ended }] of streams) if (ended && streams.size >= KEPT) streams.delete(old)
      streams.set(id, stream)
      return stream
    },
  }
}

/** No sessions yet. */
export function createMcpSessions(random: Randomness): McpSessions {
  const sessions = new Map<string, McpSession>()
  const close = (session: McpSession) => {
    for (const controller of session.running.values()) controller.abort()
    for (const stream of session.streams.values()) stream.end()
  }
  return {
    start(owner, revision, capabilities = {}) {
      const id = opaque(random)
      const session = createSession(owner, revision, capabilities)
      sessions.set(digest(id), session)
      return { id, session }
    },
    get: (id) => sessions.get(digest(id)),
    all: () => sessions.values(),
    end(id) {
      const session = sessions.get(digest(id))
      if (session) close(session)
      sessions.delete(digest(id))
    },
    clear() {
      for (const session of sessions.values()) close(session)
      sessions.clear()
    },
    get size() {
      return sessions.size
    },
  }
}
