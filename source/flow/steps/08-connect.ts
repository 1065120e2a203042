import * as Effect from "effect/Effect"
import { connect } from "../../mcp/connect.ts"
import { fact } from "../facts.ts"
import { presenting } from "../presenting.ts"
import { rpcPreview } from "../rpc-preview.ts"
import type { Step } from "../step.ts"
import { firstMethod } from "../target.ts"

/**
 * Speak MCP with the token. Revision 2026-07-28 has no handshake: `server/discover` tells what the server can do, and
 * every request stands alone. The earlier revisions begin with `initialize` and may hand out a session id.
 */
export const connectStep: Step = {
  id: "connect",
  title: "Connect",
  purpose: "Find out which protocol revision the server speaks and what it can do, with the token on every request.",
  reference: ["MCP 2026-07-28, Versioning", "MCP 2025-11-25, Lifecycle", "MCP authorization, Token Requirements"],
  pitfalls: [
    "401 in spite of a fresh token: wrong audience, or the clocks differ",
    "The server speaks only revisions that we do not know",
  ],
  needs: ["probe"],
  yields: ["session"],
  preview: (context) => rpcPreview(context, firstMethod(context.target)),
  run: Effect.fn("flow.connect")(function* ({ target, facts }) {
    const session = yield* connect({
      url: target.serverUrl,
      version: target.protocolVersion,
      ...(yield* presenting(facts.grant)),
      // The probe has opened a session already when it was not refused; it belongs to the very same token.
      hint: facts.probe?.session,
    })
    return {
      facts: [fact("session", session)],
      note: `${session.protocolVersion}, ${session.serverName === undefined ? "unnamed" : `calls itself ${session.serverName}`}`,
    }
  }),
}
