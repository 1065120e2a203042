import * as Effect from "effect/Effect"
import { needsTask, type Tool } from "../mcp/tools.ts"
import { excerpt } from "../text/excerpt.ts"
import { type Line, line } from "./print.ts"
import { withReached } from "./run.ts"
import { type ServerInput, settingsOf } from "./settings.ts"

const propertiesOf = (tool: Tool): ReadonlyArray<string> => {
  const { properties, required } = tool.inputSchema
  const names = typeof properties === "object" && properties !== null ? Object.keys(properties) : []
  const needed = new Set(Array.isArray(required) ? required : [])
  return names.map((name) => (needed.has(name) ? name : `[${name}]`))
}

/** As much of a description as a list bears: those that come from doc comments are broken and indented. */
export const longestDescription = 400

/** One line with the arguments of each tool, and one for what it is for. */
export const toolLines = (tools: ReadonlyArray<Tool>): ReadonlyArray<Line> => {
  const width = Math.min(32, Math.max(0, ...tools.map((tool) => tool.name.length)))
  return tools.flatMap((tool) => [
    line(`${tool.name.padEnd(width)}  ${propertiesOf(tool).join(" ")}`.trimEnd()),
    ...(needsTask(tool)
      ? [line(`${" ".repeat(width)}  Runs as a task only, which this program does not start.`, "warn")]
      : []),
    ...(tool.description === undefined
      ? []
      : [line(`${" ".repeat(width)}  ${excerpt(tool.description, longestDescription)}`, "dim")]),
  ])
}

/** `tools URL`: the list, with schemas as received in `--json`. */
export const tools = Effect.fn("commands.tools")(function* (input: ServerInput) {
  const settings = yield* settingsOf(input)
  const { output } = settings
  return yield* withReached(settings, { goal: "tools", reach: "tools" }, (run, state) =>
    Effect.sync(() => {
      const listed = state.facts.tools ?? []
      if (output.json)
        run.printer.json({
          serverUrl: state.serverUrl,
          protocolVersion: state.facts.session?.protocolVersion,
          tools: listed,
        })
      else run.printer.out(listed.length === 0 ? [line("The server offers no tools.")] : toolLines(listed))
      return 0
    }),
  )
})
