import * as Data from "effect/Data"
import { type Evidence, type Problem, problem } from "../text/problem.ts"
import { type McpCode, mcpTexts } from "./failure-texts.ts"
import type { RpcError } from "./json-rpc.ts"

export type { McpCode } from "./failure-texts.ts"
export { mcpTexts } from "./failure-texts.ts"

/** What a caller may act on, beside what a reader is told. */
export interface McpExtra {
  /** HTTP status of the answer, where there was one. */
  readonly status?: number
  /** The peer's own JSON-RPC error (codes `rpc_error`, `version_refused`, `unsupported_version`). */
  readonly rpc?: RpcError
  /** How long the server asked us to wait (429, 503). */
  readonly retryAfterMillis?: number
}

/** A conversation with an MCP server that ended otherwise than it should, for a reason this program can name. */
export class McpFailure extends Data.TaggedError("McpFailure")<Problem<McpCode> & McpExtra> {
  override get message(): string {
    return this.what
  }
}

export const mcpFailure = (code: McpCode, evidence: Evidence = {}, extra: McpExtra = {}): McpFailure =>
  new McpFailure({ ...problem(mcpTexts, code, evidence), ...extra })

/**
 * The server wants authorization: any 401, and any 403 that carries a challenge (rulebook CR-1, CR-101). The challenge is
 * handed on unparsed: reading it is the business of oauth/, which this room does not know.
 */
export class AuthorizationRequired extends Data.TaggedError("AuthorizationRequired")<{
  readonly status: 401 | 403
  /** Every WWW-Authenticate field as received, in order. */
  readonly wwwAuthenticate: ReadonlyArray<string>
  readonly exchange: number
  readonly url: string
  /** Whether the refused request carried a token: then the token is bad or too narrow, not missing. */
  readonly tokenSent: boolean
}> {
  override get message(): string {
    return `The server answered ${this.status}: it wants authorization.`
  }
}
