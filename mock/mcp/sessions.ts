import { digest, opaque, type Randomness } from "../randomness.ts"
import type { LogLevel } from "../tools/tool.ts"
import type { Channel } from "./channel.ts"
import type { Id } from "./message.ts"
import type { Revision } from "./revisions.ts"

/** What `initialize` began (revisions before 2026-07-28). */
export interface McpSession {
  /** Whose session it is: the id alone opens nothing (MCP security best practices, Session Hijacking). */
  readonly owner: string
  readonly revision: Revision
  initialized: boolean
  logLevel?: LogLevel
  /** Requests in work, so that they can be cancelled. */
  readonly running: Map<Id, AbortController>
  /** Ids seen; MCP basic: a session never uses one twice. The type is part of it, since 1 is not "1". */
  readonly usedIds: Set<Id>
  /** Stand-alone GET streams. */
  readonly streams: Set<Channel>
}

/** The open sessions, by the digest of their id. */
export interface McpSessions {
  start(owner: string, revision: Revision): { readonly id: string; readonly session: McpSession }
  get(id: string): McpSession | undefined
  end(id: string): void
  clear(): void
  readonly size: number
}

/** No sessions yet. */
export function createMcpSessions(random: Randomness): McpSessions {
  const sessions = new Map<string, McpSession>()
  const close = (session: McpSession) => {
    for (const controller of session.running.values()) controller.abort()
    for (const stream of session.streams) stream.end()
  }
  return {
    start(owner, revision) {
      const id = opaque(random)
      const session: McpSession = {
        owner,
        revision,
        initialized: false,
        running: new Map(),
        usedIds: new Set(),
        streams: new Set(),
      }
      sessions.set(digest(id), session)
      return { id, session }
    },
    get: (id) => sessions.get(digest(id)),
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
