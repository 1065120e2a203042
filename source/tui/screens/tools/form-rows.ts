import type { Field } from "../../../mcp/schema-form.ts"
import { needsTask, type Tool } from "../../../mcp/tools.ts"
import type { Scene } from "../../app/scene.ts"
import { clean, pad, width, wrap } from "../../ui/cells.ts"
import { fieldSpans, field as textField } from "../../ui/field.ts"
import { blank, type Row, row, type Span, span } from "../../ui/row.ts"
import {
  argumentField,
  choiceTexts,
  emptyText,
  type FormRow,
  formOf,
  isTyped,
  isValid,
  saysDestructive,
  textOf,
} from "./model.ts"

const kinds: Readonly<Record<Field["kind"], string>> = {
  string: "text",
  number: "number",
  integer: "whole number",
  boolean: "yes or no",
  const: "fixed",
  enum: "choice",
  "enum-array": "choices, separated by commas",
  array: "list, separated by commas",
  object: "object",
  json: "JSON",
}

const hintOf = (field: Field): string =>
  [
    kinds[field.kind],
    ...field.hints,
    ...(field.kind === "enum-array" ? [field.choices.map(({ label }) => label).join(" | ")] : []),
    ...(field.kind === "string" && !field.required ? [`empty text: ${emptyText}`] : []),
  ].join(", ")

/** `( relevance )  unset | relevance | newest`: what is chosen, then what can be. */
const choiceSpans = (field: Field, text: string): ReadonlyArray<Span> => {
  const name = (choice: string) => (choice === "" ? "unset" : choice)
  return [
    span(`( ${name(text)} )`, text === "" ? "dim" : "strong"),
    span(`  ${choiceTexts(field).map(name).join(" | ")}`, "dim"),
  ]
}

/** Cells of an empty text field; it grows with what is typed. */
const fieldCells = (field: Field): number => (field.kind === "number" || field.kind === "integer" ? 10 : 36)

const valueSpans = (scene: Scene, tool: Tool, field: Field, cells: number): ReadonlyArray<Span> => {
  const text = textOf(scene, tool, field)
  if (field.kind === "const") return [span(JSON.stringify(field.value))]
  if (field.kind === "object") return [span("object", "dim")]
  if (!isTyped(field)) return choiceSpans(field, text)
  const name = argumentField(tool, field)
  const value = scene.ui.fields[name] ?? textField(text)
  const editing = scene.ui.editing === name
  const most = Math.max(8, cells - 4)
  // While it is typed in, the caret stands behind the last character.
  const shown = width(clean(value.text)) + (editing ? 1 : 0)
  const space = " ".repeat(Math.max(0, Math.min(fieldCells(field), most) - shown))
  return [span("[ "), ...fieldSpans(value, most, editing, scene.theme), span(`${space} ]`)]
}

const formRow = (
  scene: Scene,
  tool: Tool,
  { field, depth }: FormRow,
  current: boolean,
  label: number,
  cells: number,
): Row => {
  const mark = field.required ? " *" : ""
  const name = pad(clean(`${"  ".repeat(depth)}${field.label}${mark}`), label)
  return {
    left: [
      span(current ? `${scene.theme.glyphs.cursor} ` : "  ", "accent"),
      span(name, current ? "strong" : "plain"),
      span(" "),
      ...valueSpans(scene, tool, field, cells - label - 3),
    ],
  }
}

interface FieldRowsOptions {
  /** The row with the cursor. */
  readonly at: number | undefined
  readonly problems: Readonly<Record<string, string>>
  /** More to say below it. */
  readonly below?: ReadonlyArray<string>
}

/** A line for each field of a form, and under the current one what it wants. */
export const fieldRows = (
  scene: Scene,
  tool: Tool,
  cells: number,
  { at, problems, below = [] }: FieldRowsOptions,
): { readonly rows: ReadonlyArray<Row>; readonly cursor: number } => {
  const { rows: fields } = formOf(tool)
  const rows: Array<Row> = []
  const label = Math.min(
    20,
    Math.max(6, ...fields.map(({ field, depth }) => clean(field.label).length + depth * 2 + 2)),
  )
  let cursor = 0
  fields.forEach((formField, index) => {
    const problem = problems[formField.field.path]
    const current = index === at
    rows.push(formRow(scene, tool, formField, current, label, cells))
    if (current) cursor = rows.length
    const indent = " ".repeat(label + 3)
    if (problem !== undefined) rows.push(row(span(`${indent}${scene.theme.glyphs.failed} ${problem}`, "bad")))
    else if (current) {
      const words = [formField.field.description, hintOf(formField.field)]
        .filter((part) => part !== undefined)
        .join(` ${scene.theme.glyphs.bullet} `)
      rows.push(
        ...wrap(clean(words), Math.max(10, cells - label - 3)).map((line) => row(span(`${indent}${line}`, "dim"))),
      )
    }
    if (current)
      for (const text of below)
        rows.push(...wrap(clean(text), Math.max(10, cells - label - 3)).map((line) => row(`${indent}${line}`)))
  })
  return { rows, cursor }
}

/** What the tool is, its arguments, and how to call it. */
export const formRows = (
  scene: Scene,
  tool: Tool,
  cells: number,
): { readonly rows: ReadonlyArray<Row>; readonly cursor: number } => {
  const title = tool.title === undefined || tool.title === tool.name ? [] : [span(`  ${tool.title}`, "dim")]
  const top: ReadonlyArray<Row> = [
    {
      left: [
        span(tool.name, "strong"),
        ...title,
        ...(saysDestructive(tool) ? [span("  ! may destroy something", "warn")] : []),
        ...(needsTask(tool) ? [span("  runs as a task only: not from here", "warn")] : []),
      ],
    },
    ...wrap(clean(tool.description ?? ""), cells)
      .slice(0, 4)
      .map((line) => row(line)),
    blank,
  ]
  const { row: current, problems } = scene.ui.tools
  const at = scene.ui.focus.tools === "form" ? current : undefined
  const fields = fieldRows(scene, tool, cells, { at, problems })
  const rows = [
    ...top,
    ...fields.rows,
    ...(fields.rows.length === 0 ? [row(span("It takes no arguments.", "dim"))] : []),
    blank,
    {
      left: [
        span("[ Call tool ]", "strong"),
        span("  Enter  ", "key"),
        isValid(scene, tool) ? span(`valid ${scene.theme.glyphs.done}`, "good") : span("not complete yet", "warn"),
      ],
    },
  ]
  return { rows, cursor: at === undefined ? 0 : top.length + fields.cursor }
}
