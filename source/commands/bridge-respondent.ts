import * as Effect from "effect/Effect"
import type { Ask, AskAnswer, Respondent } from "../mcp/elicitation.ts"
import { isObject, type JsonObject, rpcCodes } from "../mcp/json-rpc.ts"
import type { AskedAnswer } from "../mcp/passing.ts"
import { type ProtocolVersion, revisions } from "../mcp/revisions.ts"
import type { BridgeClient } from "./bridge-client.ts"

/** The client that a bridge serves, as far as it has introduced itself. */
export interface Served {
  client: Pick<BridgeClient, "ask"> | undefined
  capabilities: JsonObject
  version: ProtocolVersion
}

/** An empty `elicitation` means forms (MCP elicitation, Capabilities). */
const modesOf = ({ capabilities, version }: Served): Respondent["capabilities"] => {
  const { elicitation } = capabilities
  if (!isObject(elicitation)) return { form: false, url: false }
  const url = isObject(elicitation.url)
  return { form: isObject(elicitation.form) || !url, url: url && revisions[version].elicitation === "modes" }
}

const paramsOf = (ask: Ask, { version }: Served, count: number): JsonObject => {
  const { message } = ask
  const mode = revisions[version].elicitation === "modes" ? { mode: ask.mode } : {}
  if (ask.mode === "form") return { ...mode, message, requestedSchema: ask.schema }
  // Since 2026-07-28 a page has no id of its own; before, it needs one.
  return { ...mode, message, url: ask.url, elicitationId: ask.elicitationId ?? `bridge-page-${count}` }
}

const answerOf = (answer: AskedAnswer): AskAnswer => {
  if ("error" in answer) return { action: "cancel" }
  const { action, content } = answer.result
  if (action === "accept") return { action, ...(isObject(content) ? { content } : {}) }
  return { action: action === "decline" ? "decline" : "cancel" }
}

const nobody: AskedAnswer = { error: { code: rpcCodes.internalError, message: "no client" } }

/** Puts what the remote server asks to the client of the bridge: only what that client has declared (MR-11). */
export const bridgeRespondent = (served: Served): Respondent => {
  let count = 0
  const ask = (method: string, params: JsonObject): Effect.Effect<AskedAnswer> =>
    Effect.suspend(() => served.client?.ask(method, params) ?? Effect.succeed(nobody))
  return {
    get capabilities() {
      return modesOf(served)
    },
    answer: (question) =>
      Effect.suspend(() => {
        count += 1
        return Effect.map(ask("elicitation/create", paramsOf(question, served, count)), answerOf)
      }),
    passing: {
      capabilities: () => {
        const { sampling, roots } = served.capabilities
        return { ...(isObject(sampling) ? { sampling } : {}), ...(isObject(roots) ? { roots } : {}) }
      },
      answer: ask,
    },
  }
}
