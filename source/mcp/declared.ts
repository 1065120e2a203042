import * as Effect from "effect/Effect"
import { Findings } from "../text/finding.ts"
import { isObject } from "./json-rpc.ts"
import type { Session } from "./session.ts"

/** Whether the server says that it has such a thing. One of which nothing at all is known may be asked (MR-11). */
const declares = ({ capabilities }: Session, capability: string): boolean =>
  !isObject(capabilities) || Object.keys(capabilities).length === 0 || Object.hasOwn(capabilities, capability)

/** Whether a list may be asked for; raises a note where its capability is not declared (MCP lifecycle, Operation). */
export const mayAsk = Effect.fnUntraced(function* (
  session: Session,
  capability: string,
  method: string,
): Effect.fn.Return<boolean, never, Findings> {
  if (declares(session, capability)) return true
  const findings = yield* Findings
  yield* findings.raise({
    severity: "note",
    rule: "MCP lifecycle, Operation",
    text: `The server does not declare ${capability}: ${method} was not asked.`,
  })
  return false
})
