import { createHash } from "node:crypto"
import type { Check, CheckName } from "./checks.ts"

/** Which part of the server answered. */
export type RouteName =
  | "authorize"
  | "client"
  | "client-document"
  | "consent"
  | "control"
  | "errand"
  | "health"
  | "home"
  | "introspect"
  | "jwks"
  | "login"
  | "mcp"
  | "mcp-alias"
  | "metadata"
  | "none"
  | "prm"
  | "register"
  | "revoke"
  | "token"

/** One request as the server saw it. It holds secrets: print it through {@link logLine}. */
export interface MockEvent {
  readonly id: number
  /** Milliseconds of the mock's clock. */
  readonly at: number
  route: RouteName
  readonly method: string
  /** Path without the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | readonly string[]>>
  /** Form parameters; a repeated one is a list. */
  form?: Readonly<Record<string, string | readonly string[]>>
  /** The parsed JSON body. */
  body?: unknown
  /** JSON-RPC method, when the request was an MCP one. */
  rpc?: string
  /** Tool name, when the request called one. */
  tool?: string
  /** Protocol revision the request was answered under. */
  revision?: string
  client?: string
  user?: string
  readonly checks: Check[]
  status: number
  /** OAuth error code or JSON-RPC error number of the answer. */
  error?: string
}

/** Read access for tests, newest last. */
export interface EventLog extends Iterable<MockEvent> {
  readonly size: number
  /** All events, or those of one route. */
  all(route?: RouteName): readonly MockEvent[]
  /** The newest event, or the newest of one route. */
  last(route?: RouteName): MockEvent | undefined
  /** Every failed check so far, as `route: name`. */
  failures(): readonly string[]
  /** Whether the check was made at least once and never failed. */
  held(name: CheckName): boolean
  clear(): void
}

/** An event log that keeps the newest `limit` events. */
export function createLog(
  limit: number,
  onEvent?: (event: MockEvent) => void,
): EventLog & { add(event: MockEvent): void } {
  let events: MockEvent[] = []
  const all = (route?: RouteName) =>
    route === undefined ? [...events] : events.filter((event) => event.route === route)
  return {
    get size() {
      return events.length
    },
    all,
    last: (route) => events.findLast((event) => route === undefined || event.route === route),
    failures: () =>
      events.flatMap((event) =>
        event.checks.filter((check) => !check.passed).map((check) => `${event.route}: ${check.name}`),
      ),
    held(name) {
      const made = events.flatMap((event) => event.checks.filter((check) => check.name === name))
      return made.length > 0 && made.every((check) => check.passed)
    },
    clear() {
      events = []
    },
    add(event) {
      events.push(event)
      if (events.length > limit) events = events.slice(-Math.ceil(limit / 2))
      onEvent?.(event)
    },
    [Symbol.iterator]: () => [...events][Symbol.iterator](),
  }
}

const SECRET =
  /^(authorization|cookie|code|code_verifier|client_secret|client_assertion|token|access_token|refresh_token|registration_access_token|csrf|interaction|mcp-session-id|proxy-authorization)$/i

const fingerprint = (value: string) => `sha256:${createHash("sha256").update(value).digest("hex").slice(0, 8)}`

/** The event as one JSON line, with every secret replaced by a short fingerprint. */
export function logLine(event: MockEvent): string {
  return JSON.stringify(event, (key, value: unknown) => {
    if (!SECRET.test(key) || value === undefined) return value
    // A JSON-RPC error has a numeric `code`, which is no secret.
    return typeof value === "number" ? value : fingerprint(String(value))
  })
}
