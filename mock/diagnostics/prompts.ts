import { type Prompt, says, shows } from "../prompts/prompt.ts"
import { accepted, form } from "../tools/client-request.ts"
import { IMAGE } from "./content.ts"

const argument = (name: string) => ({ name, title: name, description: `Test argument ${name}`, required: true })

const prompt = (name: string, names: readonly string[], fill: Prompt["fill"]): Prompt => ({
  name,
  title: name,
  description: `Tests prompts: ${name}.`,
  arguments: names.map(argument),
  complete: Object.fromEntries(names.map((each) => [each, () => ["paris", "park", "party"]])),
  fill,
})

/** The suite's prompts. */
export const PROMPTS: readonly Prompt[] = [
  prompt("test_simple_prompt", [], () => [says("This is a simple prompt for testing.")]),
  prompt("test_prompt_with_arguments", ["arg1", "arg2"], ({ arg1 = "", arg2 = "" }) => [
    says(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`),
  ]),
  prompt("test_prompt_with_embedded_resource", ["resourceUri"], ({ resourceUri: uri = "" }) => [
    shows({
      type: "resource",
      resource: { uri, mimeType: "text/plain", text: "Embedded resource content for testing." },
    }),
    says("Please process the embedded resource above."),
  ]),
  prompt("test_prompt_with_image", [], () => [shows(IMAGE), says("Please analyze the image above.")]),
  prompt("test_input_required_result_prompt", [], async (_, { ask }) => {
    const question = form("What context should the prompt use?", { context: { type: "string" } })
    const { user_context } = await ask({ user_context: question })
    return [says(`Prompt with context: ${String(accepted(user_context)?.context ?? "none")}`)]
  }),
]
