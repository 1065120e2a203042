import type { JsonObject } from "../json.ts"
import { accepted, type ClientRequest, form, question, roots } from "../tools/client-request.ts"
import { type Tool, text } from "../tools/tool.ts"
import { diagnostic } from "./diagnostic.ts"

const NAME = form("What is your name?", { name: { type: "string" } })
const CONFIRM = form("Please confirm", { ok: { type: "boolean" } })
const CAPITAL = question("What is the capital of France?")

const field = (answer: JsonObject, name: string) => String(accepted(answer)?.[name] ?? "nobody")

const tool = (name: string, run: Tool["run"]): Tool =>
  diagnostic(`test_input_required_result_${name}`, `Tests multi-round-trip requests: ${name}.`, run)

/** MCP 2026-07-28 multi-round-trip requests (SEP-2322). */
export const INPUT_REQUIRED_TOOLS: readonly Tool[] = [
  tool("elicitation", async (_, { ask }) => {
    const { user_name } = await ask({ user_name: NAME })
    return text(`Hello, ${field(user_name, "name")}!`)
  }),
  tool("sampling", async (_, { ask }) => {
    const { capital_question } = await ask({ capital_question: CAPITAL })
    return text(`Sampling result: ${JSON.stringify(capital_question.content)}`)
  }),
  tool("list_roots", async (_, { ask }) => {
    const { client_roots } = await ask({ client_roots: roots })
    return text(`Roots: ${JSON.stringify(client_roots.roots)}`)
  }),
  tool("request_state", async (_, { ask }) => {
    await ask({ confirm: CONFIRM })
    return text("state-ok")
  }),
  tool("tampered_state", async (_, { ask }) => {
    await ask({ confirm: CONFIRM })
    return text("integrity-ok")
  }),
  tool("multiple_inputs", async (_, { ask }) => {
    const answers = await ask({ user_name: NAME, greeting: question("Generate a greeting", 50), client_roots: roots })
    return text(`Hello, ${field(answers.user_name, "name")}: ${JSON.stringify(answers.greeting.content)}`)
  }),
  tool("multi_round", async (_, { ask }) => {
    const { step1 } = await ask({ step1: form("Step 1: What is your name?", { name: { type: "string" } }) })
    const { step2 } = await ask({ step2: form("Step 2: What is your favorite color?", { color: { type: "string" } }) })
    return text(`${field(step1, "name")} likes ${field(step2, "color")}`)
  }),
  tool("capabilities", async (_, { ask, can }) => {
    const wishes: Readonly<Record<string, ClientRequest>> = {
      user_name: NAME,
      capital_question: CAPITAL,
      client_roots: roots,
    }
    const possible = Object.entries(wishes).filter(([, request]) => can(request))
    if (possible.length === 0) return text("The client declared nothing that could be asked.")
    const answers = await ask(Object.fromEntries(possible))
    return text(`Answered: ${Object.keys(answers).join(", ")}`)
  }),
]
