import * as Effect from "effect/Effect"
import type { Findings } from "../text/finding.ts"
import type { WireFailure } from "../wire/failure.ts"
import type { Wire } from "../wire/wire.ts"
import type { McpFailure } from "./failure.ts"
import { negotiate, type Target } from "./negotiate.ts"
import type { Session } from "./session.ts"

export type ProbeOutcome =
  /** The server answered without (more) authorization. Give `session` to `connect` as its hint, with the same token. */
  | { readonly _tag: "open"; readonly session: Session; readonly status: number; readonly exchange: number }
  | {
      readonly _tag: "challenged"
      readonly status: 401 | 403
      readonly wwwAuthenticate: ReadonlyArray<string>
      readonly exchange: number
      readonly url: string
      readonly tokenSent: boolean
    }

/**
 * The very first request of a sign-in: is there an MCP server at this URL, and does it want authorization? A 401 or a
 * challenged 403 is an outcome and no evidence of the era (MR-6): after authorization the server is asked again.
 */
export const probe = (target: Target): Effect.Effect<ProbeOutcome, McpFailure | WireFailure, Wire | Findings> =>
  negotiate(target).pipe(
    Effect.map((opened): ProbeOutcome => ({ _tag: "open", ...opened })),
    Effect.catchTag("AuthorizationRequired", ({ status, wwwAuthenticate, exchange, url, tokenSent }) =>
      Effect.succeed<ProbeOutcome>({ _tag: "challenged", status, wwwAuthenticate, exchange, url, tokenSent }),
    ),
  )
