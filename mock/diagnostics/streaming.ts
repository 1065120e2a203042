import { accepted, form, question } from "../tools/client-request.ts"
import { type Tool, text } from "../tools/tool.ts"
import { diagnostic } from "./diagnostic.ts"

const STEP = 50

/** What comes on the stream before the result. */
export const STREAMING_TOOLS: readonly Tool[] = [
  diagnostic("test_tool_with_progress", "Tests progress notifications.", async (_, { progress, sleep }) => {
    for (const done of [0, 50, 100]) {
      progress(done, 100, `Completed step ${done} of 100`)
      await sleep(STEP)
    }
    return text("Progress was reported.")
  }),
  diagnostic("test_tool_with_logging", "Tests log messages.", async (_, { log, sleep }) => {
    for (const message of ["Tool execution started", "Tool processing data", "Tool execution completed"]) {
      log("info", message)
      await sleep(STEP)
    }
    return text("Messages were logged.")
  }),
  diagnostic("test_logging_tool", "Tests that nothing is logged unless it was asked for.", (_, { log }) => {
    log("info", "Diagnostic message")
    return text("Logging evaluated.")
  }),
  diagnostic("test_streaming_elicitation", "Tests that a stream has no request of the server.", async (_, context) => {
    const { capital } = await context.ask({ capital: form("Your name?", { name: { type: "string" } }) })
    return text(`Answered: ${String(capital.action)}`)
  }),
  diagnostic("test_reconnection", "Tests that a stream that was cut can be resumed.", async (_, { hangUp, sleep }) => {
    hangUp()
    await sleep(2 * STEP)
    return text("Reconnection test completed successfully.")
  }),
  diagnostic("test_missing_capability", "Tests the error for a capability that is missing.", async (_, { ask }) => {
    await ask({ word: question("Say a word.") })
    return text("The capability was declared.")
  }),
  diagnostic("test_trigger_tool_change", "Announces a change of the tools.", (_, { announce }) => {
    announce({ list: "tools" })
    return text("Announced.")
  }),
  diagnostic("test_trigger_prompt_change", "Announces a change of the prompts.", (_, { announce }) => {
    announce({ list: "prompts" })
    return text("Announced.")
  }),
]

const enumerated = (type: object) => ({ description: "Choose", ...type })

const TITLED = [
  { const: "value1", title: "First" },
  { const: "value2", title: "Second" },
  { const: "value3", title: "Third" },
]
const PLAIN = ["option1", "option2", "option3"]

/** Requests of the server to the client, as the revisions with sessions know them. */
export const REQUEST_TOOLS: readonly Tool[] = [
  diagnostic(
    "test_sampling",
    "Tests a question to the client's model.",
    async ({ prompt }, { ask }) => {
      const { reply } = await ask({ reply: question(String(prompt)) })
      return text(`LLM response: ${JSON.stringify(reply.content)}`)
    },
    { prompt: { type: "string" } },
  ),
  diagnostic(
    "test_elicitation",
    "Tests a form.",
    async ({ message }, { ask }) => {
      const properties = { username: { type: "string", description: "User's response" }, email: { type: "string" } }
      const { reply } = await ask({ reply: form(String(message), properties, []) })
      return text(`User response: ${JSON.stringify(reply)}`)
    },
    { message: { type: "string" } },
  ),
  diagnostic("test_elicitation_sep1034_defaults", "Tests defaults of every type (SEP-1034).", async (_, { ask }) => {
    const properties = {
      name: { type: "string", description: "User name", default: "John Doe" },
      age: { type: "integer", description: "User age", default: 30 },
      score: { type: "number", description: "User score", default: 95.5 },
      status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
      verified: { type: "boolean", description: "Verification status", default: true },
    }
    const { reply } = await ask({ reply: form("Please review the defaults", properties, []) })
    return text(`Elicitation completed: ${JSON.stringify(accepted(reply) ?? reply.action)}`)
  }),
  diagnostic("test_elicitation_sep1330_enums", "Tests every kind of choice (SEP-1330).", async (_, { ask }) => {
    const properties = {
      untitledSingle: enumerated({ type: "string", enum: PLAIN }),
      titledSingle: enumerated({ type: "string", oneOf: TITLED }),
      legacyEnum: enumerated({ type: "string", enum: ["opt1", "opt2"], enumNames: ["Option One", "Option Two"] }),
      untitledMulti: enumerated({ type: "array", minItems: 1, maxItems: 3, items: { type: "string", enum: PLAIN } }),
      titledMulti: enumerated({ type: "array", minItems: 1, maxItems: 3, items: { anyOf: TITLED } }),
    }
    const { reply } = await ask({ reply: form("Please choose", properties, []) })
    return text(`Elicitation completed: ${JSON.stringify(accepted(reply) ?? reply.action)}`)
  }),
]
