import type { Authority } from "./authorization/authority.ts"
import type { BrowserSessions } from "./authorization/browser.ts"
import type { ClientStore } from "./authorization/client.ts"
import type { DocumentCache } from "./authorization/client-document.ts"
import type { GrantStore } from "./authorization/grants.ts"
import type { Behaviour } from "./behaviour.ts"
import type { Catalogue } from "./catalogue.ts"
import type { Clock } from "./clock.ts"
import type { Errands } from "./errands.ts"
import type { RateLimiter } from "./http/rate-limit.ts"
import type { KeyRing } from "./jose/keys.ts"
import type { Subscription } from "./mcp/changes.ts"
import type { OldLine } from "./mcp/http-sse.ts"
import type { McpSessions } from "./mcp/sessions.ts"
import type { Task } from "./mcp/tasks.ts"
import type { Settings } from "./options.ts"
import type { Randomness } from "./randomness.ts"

/** One running mock from the inside: what every handler may use. */
export interface World {
  readonly settings: Settings
  /** Scheme, host and port. */
  readonly origin: string
  readonly issuer: string
  /** The MCP endpoint, which is also the resource identifier. */
  readonly resource: string
  readonly clock: Clock
  readonly random: Randomness
  readonly keys: KeyRing
  readonly clients: ClientStore
  readonly documents: DocumentCache
  readonly grants: GrantStore
  readonly browsers: BrowserSessions
  readonly sessions: McpSessions
  /** Calls that go on after their first answer, by id. */
  readonly tasks: Map<string, Task>
  /** Open streams of the HTTP+SSE transport, by the digest of their id. */
  readonly lines: Map<string, OldLine>
  readonly limits: RateLimiter
  /** What the MCP server offers. */
  readonly catalogue: Catalogue
  /** Open `subscriptions/listen` streams. */
  readonly subscriptions: Set<Subscription>
  /** What people have to do in their browser. */
  readonly errands: Errands
  /** Seals what clients carry from round to round. */
  readonly stateKey: Uint8Array
  /** Resources that tokens may be asked for. */
  readonly resources: Set<string>
  /** Assertion ids that were used, with the time when they may be forgotten. */
  readonly assertions: Map<string, number>
  /** Aborts when the mock closes. */
  readonly closing: AbortSignal
  authorities: readonly Authority[]
  behaviours: readonly Behaviour[]
}

/** Seconds since the epoch, as JWTs count. */
export const seconds = (world: { readonly clock: Clock }): number => Math.floor(world.clock.now() / 1000)
