import * as Effect from "effect/Effect"
import { Findings } from "../text/finding.ts"
import { reveal } from "../text/secret.ts"
import type { Wire } from "../wire/wire.ts"
import { clientInfo } from "./client.ts"
import { declaredIdentity } from "./elicitation.ts"
import { type ExchangeFailure, exchange } from "./exchange.ts"
import { mcpFailure } from "./failure.ts"
import { introduction, noCommonVersion, type Opened, openedBy, type Target, versionsNamed } from "./opened.ts"
import { isProtocolVersion, type ProtocolVersion, revisions } from "./revisions.ts"

/** Session ids are visible ASCII, or the session cannot be kept (MR-27). */
const sessionIdPattern = /^[\x21-\x7e]{1,4096}$/

/** Opens a session with the handshake of the revisions up to 2025-11-25 (MR-1, MR-2, MR-27). */
export const initialize = Effect.fn("mcp.initialize")(function* (
  target: Target,
  offered: ProtocolVersion,
): Effect.fn.Return<Opened, ExchangeFailure, Wire | Findings> {
  const { url, token, authorize } = target
  const identity = yield* declaredIdentity(offered)
  const answer = yield* exchange({
    session: { url, protocolVersion: offered },
    token,
    authorize,
    method: "initialize",
    params: { protocolVersion: offered, capabilities: identity.capabilities, clientInfo: clientInfo(identity) },
  }).pipe(
    Effect.catchTag("McpFailure", (failure) => {
      const named = versionsNamed(failure)
      if (named === undefined) return Effect.fail(failure)
      return Effect.fail(
        noCommonVersion(named, { url, ...(failure.exchange === undefined ? {} : { exchange: failure.exchange }) }),
      )
    }),
  )
  const evidence = { exchange: answer.exchange, url }
  const { protocolVersion, serverInfo } = answer.result
  if (typeof protocolVersion !== "string")
    return yield* mcpFailure("bad_result", {
      ...evidence,
      expected: "protocolVersion",
      received: typeof protocolVersion,
    })
  if (!isProtocolVersion(protocolVersion) || revisions[protocolVersion].era === "modern")
    return yield* noCommonVersion(protocolVersion, evidence)
  if (protocolVersion !== offered) {
    const findings = yield* Findings
    yield* findings.raise({
      severity: "note",
      rule: "MCP lifecycle, Version Negotiation",
      text: `We offered ${offered}; the server chose ${protocolVersion}.`,
      exchange: answer.exchange,
    })
  }
  const { sessionId } = answer
  if (sessionId !== undefined && !sessionIdPattern.test(reveal(sessionId) ?? ""))
    return yield* mcpFailure("session_id_invalid", { ...evidence, received: `${sessionId.length} characters` })
  return openedBy(answer, {
    url,
    era: "legacy",
    protocolVersion,
    ...introduction(serverInfo, answer.result),
    ...(sessionId === undefined ? {} : { sessionId }),
  })
})
