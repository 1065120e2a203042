import * as Result from "effect/Result"
import { parseField } from "./field-value.ts"
import { isObject, type JsonObject } from "./json-rpc.ts"
import { type Field, schemaForm } from "./schema-form.ts"

export interface FieldProblem {
  /** JSON pointer of the field, or the argument as typed. */
  readonly path: string
  readonly message: string
}

/** Texts by the path of their field. A path that is absent is unset; an empty text of a string field is the value "". */
export type FormValues = ReadonlyMap<string, string>

type Assembled = Result.Result<JsonObject, ReadonlyArray<FieldProblem>>

const shownText = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""))

/** What a fresh form holds: the defaults of the schema. */
export const presetValues = (fields: ReadonlyArray<Field>): Map<string, string> => {
  const values = new Map<string, string>()
  for (const field of fields) {
    if (field.kind === "object" && field.preset === undefined)
      for (const [path, text] of presetValues(field.fields)) values.set(path, text)
    else if (field.preset !== undefined && field.kind !== "object")
      values.set(field.path, shownText(field.preset.value))
  }
  return values
}

/** Whether an empty text is a value of the field: an empty text, an empty list, or a choice that is empty. */
const blankCounts = (field: Field): boolean =>
  field.kind === "string" ||
  field.kind === "array" ||
  field.kind === "enum-array" ||
  (field.kind === "enum" && field.choices.some(({ value }) => value === ""))

/** The typed text of a field, if it is set. */
const typed = (field: Field, values: FormValues): string | undefined => {
  const text = values.get(field.path)
  return text === undefined || (text.trim() === "" && !blankCounts(field)) ? undefined : text
}

const isSet = (field: Field, values: FormValues): boolean =>
  typed(field, values) !== undefined || (field.kind === "object" && field.fields.some((inner) => isSet(inner, values)))

/** The value of one field: a Result in an array, or nothing when it is left out. */
const assembleField = (
  field: Field,
  values: FormValues,
): ReadonlyArray<Result.Result<unknown, ReadonlyArray<FieldProblem>>> => {
  const text = typed(field, values)
  if (text !== undefined)
    return [Result.mapError(parseField(field, text), (message) => [{ path: field.path, message }])]
  if (field.kind === "object" && (field.required || isSet(field, values))) return [assemble(field.fields, values)]
  if (!field.required) return []
  if (field.kind === "const") return [Result.succeed(field.value)]
  if (field.preset !== undefined) return [Result.succeed(field.preset.value)]
  return [Result.fail([{ path: field.path, message: "is required" }])]
}

/** The arguments that a filled form stands for, or every problem at once. */
export const assemble = (fields: ReadonlyArray<Field>, values: FormValues): Assembled => {
  const members: Array<readonly [string, unknown]> = []
  const problems: Array<FieldProblem> = []
  for (const field of fields) {
    for (const value of assembleField(field, values)) {
      if (Result.isFailure(value)) problems.push(...value.failure)
      else members.push([field.name, value.success])
    }
  }
  return problems.length === 0 ? Result.succeed(Object.fromEntries(members)) : Result.fail(problems)
}

/** The field that a typed name means: its own name first, then a path with dots. */
const fieldNamed = (fields: ReadonlyArray<Field>, name: string): Field | undefined => {
  const exact = fields.find((field) => field.name === name)
  if (exact !== undefined) return exact
  for (const field of fields) {
    if (field.kind !== "object" || !name.startsWith(`${field.name}.`)) continue
    const inner = fieldNamed(field.fields, name.slice(field.name.length + 1))
    if (inner !== undefined) return inner
  }
  return undefined
}

const repeatable: ReadonlySet<Field["kind"]> = new Set(["array", "enum-array"])

/**
 * Arguments typed as `name=value`, read by the types of the tool's schema. A list may be given by repeating its name; a
 * nested member by its path with dots. A name that the schema does not know is sent as text where other properties are allowed.
 */
export const typedArguments = (inputSchema: unknown, pairs: ReadonlyArray<string>): Assembled => {
  const { fields } = schemaForm(inputSchema)
  const closed = isObject(inputSchema) && inputSchema.additionalProperties === false
  const values = new Map<string, string>()
  const repeated = new Map<string, Array<string>>()
  const others: Array<readonly [string, string]> = []
  const problems: Array<FieldProblem> = []
  for (const pair of pairs) {
    const cut = pair.indexOf("=")
    const name = pair.slice(0, Math.max(cut, 0))
    const text = pair.slice(cut + 1)
    const field = fieldNamed(fields, name)
    if (cut < 1) problems.push({ path: pair, message: "is not of the form name=value" })
    else if (field === undefined && closed)
      problems.push({ path: name, message: `is none of ${fields.map((known) => known.name).join(", ")}` })
    else if (field === undefined) others.push([name, text])
    else if (!values.has(field.path)) {
      values.set(field.path, text)
      repeated.set(field.path, [text])
    } else if (repeatable.has(field.kind)) {
      const items = repeated.get(field.path) ?? []
      items.push(text)
      values.set(field.path, JSON.stringify(items))
    } else problems.push({ path: field.path, message: "is given twice" })
  }
  const assembled = assemble(fields, values)
  if (Result.isFailure(assembled)) return Result.fail([...problems, ...assembled.failure])
  return problems.length > 0
    ? Result.fail(problems)
    : Result.succeed({ ...Object.fromEntries(others), ...assembled.success })
}
