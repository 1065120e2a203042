import { CODES, RpcError } from "../mcp/message.ts"
import { accepted, form } from "../tools/client-request.ts"
import { failure, type Tool, text } from "../tools/tool.ts"
import { diagnostic } from "./diagnostic.ts"

const confirmation = (what: string) => form(`Really ${what}?`, { confirm: { type: "boolean" } })
const anyText = { type: "string" }

const task = (support: NonNullable<Tool["task"]>, tool: Tool): Tool => ({ ...tool, task: support })

/** Tools whose calls become tasks (SEP-2663), and one that does not. */
export const TASK_TOOLS: readonly Tool[] = [
  diagnostic("greet", "Greets at once.", ({ name }) => text(`Hello, ${String(name)}!`), { name: anyText }),
  task(
    "optional",
    diagnostic(
      "slow_compute",
      "Computes for so many seconds.",
      async ({ seconds }, { sleep }) => {
        await sleep(Number(seconds) * 1000)
        return text(`Computed for ${String(seconds)} s.`)
      },
      { seconds: { type: "number", minimum: 0, maximum: 600 } },
    ),
  ),
  task(
    "required",
    diagnostic("failing_job", "Reports an error of its own after a second.", async (_, { sleep }) => {
      await sleep(1000)
      return failure("The job failed.")
    }),
  ),
  task(
    "optional",
    diagnostic("protocol_error_job", "Breaks.", () => {
      throw new RpcError(CODES.internal, "the job broke")
    }),
  ),
  task(
    "optional",
    diagnostic(
      "confirm_delete",
      "Asks before it (does as if it) deletes.",
      async ({ filename }, { ask }) => {
        const { confirm } = await ask({ confirm: confirmation(`delete ${String(filename)}`) })
        return text(accepted(confirm)?.confirm === true ? `Deleted ${String(filename)}.` : "Nothing was deleted.")
      },
      { filename: anyText },
    ),
  ),
  task(
    "optional",
    diagnostic("multi_input", "Asks two questions at once.", async (_, { ask }) => {
      await ask({ first: confirmation("begin"), second: confirmation("go on") })
      return text("Both were answered.")
    }),
  ),
  {
    ...diagnostic("test_tool_with_task", "Asks for a name, then greets in a task.", ({ user_name }) =>
      text(`Hello, ${String(user_name)}!`),
    ),
    task: "required",
    prepare: async (_, { ask }) => {
      const { user_name } = await ask({ user_name: form("What is your name?", { name: anyText }) })
      return { user_name: accepted(user_name)?.name ?? "nobody" }
    },
  },
]
