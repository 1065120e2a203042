import * as Result from "effect/Result"
import { type Field, schemaForm } from "../../../mcp/schema-form.ts"
import { assemble, type FormValues, presetValues } from "../../../mcp/tool-arguments.ts"
import type { Tool } from "../../../mcp/tools.ts"
import type { Scene } from "../../app/scene.ts"
import { clamp } from "../../ui/window.ts"

/** One line of the form: a field, indented by how deep it lies. */
export interface FormRow {
  readonly field: Field
  readonly depth: number
}

interface ToolForm {
  readonly fields: ReadonlyArray<Field>
  readonly rows: ReadonlyArray<FormRow>
  readonly presets: FormValues
}

const flattened = (fields: ReadonlyArray<Field>, depth: number): ReadonlyArray<FormRow> =>
  fields.flatMap((field) => [{ field, depth }, ...(field.kind === "object" ? flattened(field.fields, depth + 1) : [])])

const cache = new WeakMap<Tool, ToolForm>()

/** The form of a tool, made once: its schema does not change. */
export const formOf = (tool: Tool): ToolForm => {
  const known = cache.get(tool)
  if (known !== undefined) return known
  const { fields } = schemaForm(tool.inputSchema)
  const form = { fields, rows: flattened(fields, 0), presets: presetValues(fields) }
  cache.set(tool, form)
  return form
}

const filterOf = ({ ui }: Scene): string => (ui.fields.toolFilter?.text ?? "").trim().toLowerCase()

/** Whether `/` leaves some tools out. */
export const isFiltered = (scene: Scene): boolean => filterOf(scene) !== ""

/** The tools that the filter lets through. */
export const toolsIn = (scene: Scene): ReadonlyArray<Tool> => {
  const filter = filterOf(scene)
  const all = scene.flow?.state.facts.tools ?? []
  return filter === "" ? all : all.filter((tool) => `${tool.name} ${tool.title ?? ""}`.toLowerCase().includes(filter))
}

/** The tool under the cursor: the chosen one, else the one that was called, else the first. */
export const chosenTool = (scene: Scene): Tool | undefined => {
  const tools = toolsIn(scene)
  const wanted = scene.ui.tools.tool ?? scene.flow?.state.facts.call?.tool
  return tools.find(({ name }) => name === wanted) ?? tools[0]
}

/** Place of the chosen tool among them. */
export const cursorOf = (scene: Scene): number => {
  const tool = chosenTool(scene)
  return tool === undefined ? 0 : Math.max(0, toolsIn(scene).indexOf(tool))
}

/** Name of the text field that holds an argument; what was typed for one tool stays when another is looked at. */
export const argumentField = (tool: Tool, field: Field): string => `argument:${tool.name}:${field.path}`

/** What an argument holds now: what was typed, else the schema's default; "" is unset. */
export const textOf = ({ ui }: Scene, tool: Tool, field: Field): string =>
  ui.fields[argumentField(tool, field)]?.text ?? formOf(tool).presets.get(field.path) ?? ""

/** The row that has the cursor; objects are headings, the cursor stands on their members. */
export const rowOf = (scene: Scene, tool: Tool): FormRow | undefined => {
  const { rows } = formOf(tool)
  return rows[clamp(scene.ui.tools.row, 0, rows.length - 1)]
}

/** Whether the person types the value, or chooses it with the arrow keys. */
export const isTyped = ({ kind }: Field): boolean =>
  kind === "string" ||
  kind === "number" ||
  kind === "integer" ||
  kind === "array" ||
  kind === "enum-array" ||
  kind === "json"

/** What an empty string is typed as, because an empty field means: leave it out. */
export const emptyText = '""'

/** The arguments as they would be sent, or what is wrong with them. */
export const argumentsOf = (scene: Scene, tool: Tool) => {
  const { fields, rows } = formOf(tool)
  const values = new Map<string, string>()
  for (const { field } of rows) {
    const text = textOf(scene, tool, field)
    if (text !== "") values.set(field.path, field.kind === "string" && text === emptyText ? "" : text)
  }
  return assemble(fields, values)
}

/** Whether the call could be sent as it is. */
export const isValid = (scene: Scene, tool: Tool): boolean => Result.isSuccess(argumentsOf(scene, tool))

const booleans = ["", "true", "false"]

/** The texts that a field of choices goes through; an optional one can be unset again. */
export const choiceTexts = (field: Field): ReadonlyArray<string> => {
  if (field.kind === "boolean") return field.required ? booleans.slice(1) : booleans
  if (field.kind !== "enum") return []
  const labels = field.choices.map(({ label }) => label)
  return field.required ? labels : ["", ...labels]
}

/** The server's own claim, absent means yes (MCP tools, ToolAnnotations); but only an explicit one is worth a question. */
export const saysDestructive = (tool: Tool): boolean => tool.annotations?.destructiveHint === true
