import * as Context from "effect/Context"

/** How long a request may take, in milliseconds (rulebook 1.14). */
export interface Patience {
  /** Until the answer, or until the next progress (`--timeout`). */
  readonly soft: number
  /** Until the answer whatever progress is reported (MR-59). */
  readonly hard: number
}

export const Patience = Context.Reference<Patience>("mcp-dcr-tui/mcp/Patience", {
  defaultValue: () => ({ soft: 60_000, hard: 30 * 60_000 }),
})

/** Characters of a JSON answer. */
export const longestBody = 16 * 1024 * 1024
/** For messages that nobody waits for: notifications, answers to the server, the end of a session. */
export const courtesyMillis = 2000
/** How long a stream may stay open after the response, so that a server can end it in its own way. */
export const lingerMillis = 100
/** Milliseconds that a standing stream may be silent: a server that is alive sends something, if only a comment. */
export const IdleLimit = Context.Reference<number>("mcp-dcr-tui/mcp/IdleLimit", { defaultValue: () => 120_000 })
export const mostPages = 1000
export const mostTools = 10_000
/** Entries of a list of resources, templates or prompts. */
export const mostOffers = 10_000
