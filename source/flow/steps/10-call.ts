import * as Effect from "effect/Effect"
import { McpFailure } from "../../mcp/failure.ts"
import { callTool } from "../../mcp/tools.ts"
import { makeRequest } from "../any-request.ts"
import { fact } from "../facts.ts"
import { flowFailure } from "../failure.ts"
import { heard } from "../heard.ts"
import { Journal } from "../journal.ts"
import { presenting } from "../presenting.ts"
import { rpcPreview } from "../rpc-preview.ts"
import { missing, type Step } from "../step.ts"
import { suggestedCall } from "../suggested-call.ts"

/** A tool can wait for an answer that it asks for on a stream which nobody opened, because none was to be given. */
const mayBeAsking = <Failure>(failure: Failure): Failure | McpFailure =>
  failure instanceof McpFailure && failure.code === "request_timed_out"
    ? new McpFailure({
        ...failure,
        remedy: [...failure.remedy, "If the tool waits for an answer of yours, give it with --elicit ANSWER."],
      })
    : failure

/**
 * Call one tool. This is what all the rest was for. The request is sent once: a call that may have run is never repeated
 * by itself.
 */
export const callStep: Step = {
  id: "call",
  title: "Call a tool",
  purpose: "Call one tool with the arguments you chose and show what it gives back.",
  reference: ["MCP tools, Calling Tools"],
  pitfalls: [
    "403 insufficient_scope: this tool needs more than the token allows",
    "isError: the tool itself reports a failure",
    "The arguments do not match the tool's schema",
  ],
  needs: ["session", "tools"],
  yields: ["call", "result"],
  skip: ({ facts: { request, call, tools } }) =>
    request === undefined && call === undefined && tools?.length === 0 ? "the server offers no tools" : undefined,
  undecided: ({ facts: { request, call, tools } }) =>
    request === undefined && call === undefined && tools !== undefined && suggestedCall(tools) === undefined,
  preview: (context) => {
    const { request, call = suggestedCall(context.facts.tools ?? []) } = context.facts
    if (request !== undefined) return rpcPreview(context, request.method, request.params)
    const params = { name: call?.tool ?? "<choose a tool>", arguments: call?.arguments ?? {} }
    return rpcPreview(context, "tools/call", params)
  },
  run: Effect.fn("flow.call")(function* ({ facts }) {
    const journal = yield* Journal
    const session = facts.session ?? (yield* missing("session"))
    if (facts.request !== undefined) return yield* makeRequest(facts.request, session, facts)
    const tools = facts.tools ?? (yield* missing("tools"))
    const call = facts.call ?? suggestedCall(tools)
    if (call === undefined) return yield* flowFailure("no_tool_named")
    const tool = tools.find((candidate) => candidate.name === call.tool)
    if (tool === undefined)
      return yield* flowFailure("no_such_tool", {
        received: call.tool,
        expected: tools.map((candidate) => candidate.name).join(", "),
      })
    const credentials = yield* presenting(facts.grant)
    const result = yield* callTool({
      session,
      ...credentials,
      tool,
      arguments: call.arguments,
      onProgress: (progress) => journal.append({ _tag: "Progressed", ...progress }),
    }).pipe(heard({ session, ...credentials }), Effect.mapError(mayBeAsking))
    return {
      facts: [fact("call", call), fact("result", result)],
      note: result.isError ? `${call.tool}: the tool reports an error` : `${call.tool}: ok`,
    }
  }),
}
