import * as Effect from "effect/Effect"
import { listTools } from "../../mcp/tools.ts"
import { fact } from "../facts.ts"
import { presenting } from "../presenting.ts"
import { rpcPreview } from "../rpc-preview.ts"
import { missing, type Step } from "../step.ts"

/** Ask which tools there are, page by page. A tool whose definition breaks a MUST is left out, with the reason. */
export const toolsStep: Step = {
  id: "tools",
  title: "List tools",
  purpose: "Ask the server which tools it offers to the bearer of this token.",
  reference: ["MCP tools, Listing Tools", "MCP pagination"],
  pitfalls: ["403 insufficient_scope: the token may not list", "The list pages for ever: the same cursor comes back"],
  needs: ["session"],
  yields: ["tools"],
  skip: ({ facts }) => (facts.request === undefined ? undefined : "another request was chosen"),
  preview: (context) => rpcPreview(context, "tools/list"),
  run: Effect.fn("flow.tools")(function* ({ facts }) {
    const session = facts.session ?? (yield* missing("session"))
    const { token, authorize } = yield* presenting(facts.grant)
    const tools = yield* listTools(session, token, authorize)
    return { facts: [fact("tools", tools)], note: tools.length === 1 ? "1 tool" : `${tools.length} tools` }
  }),
}
