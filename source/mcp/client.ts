import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { JsonObject } from "./json-rpc.ts"

/** How we introduce ourselves: `clientInfo` and `capabilities` of `initialize` and of every modern request's `_meta`. */
export interface ClientIdentity {
  readonly name: string
  readonly version: string
  readonly title?: string
  /** Only what can be honoured now: elicitation, for example, needs a person who can answer (MR-11). */
  readonly capabilities: JsonObject
  /** Extensions of MCP that this run makes use of; revisions that know none do not hear of them. */
  readonly extensions?: ReadonlyArray<string>
}

export const ClientIdentity = Context.Reference<ClientIdentity>("mcp-dcr-tui/mcp/ClientIdentity", {
  defaultValue: () => ({ name: "mcp-dcr-tui", version: "0.1.0", title: "mcp-dcr-tui", capabilities: {} }),
})

export const clientInfo = ({ capabilities: _, extensions: __, ...info }: ClientIdentity): JsonObject => info

/** Ids of our requests: never null, never used twice in one run, retries included (MR-13). */
export const RequestIds = Context.Reference<{ readonly next: Effect.Effect<number> }>("mcp-dcr-tui/mcp/RequestIds", {
  defaultValue: () => countFrom(1),
})

/** Ids that count upwards. */
const countFrom = (first: number): { readonly next: Effect.Effect<number> } => {
  let id = first
  return { next: Effect.sync(() => id++) }
}
