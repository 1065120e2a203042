import * as Result from "effect/Result"
import { isObject, type JsonObject } from "./json-rpc.ts"
import type { Field } from "./schema-form.ts"
import { type Misfit, validate } from "./schema-validation.ts"
import type { FieldProblem } from "./tool-arguments.ts"

/** The formats a form may ask for (elicitation, Requested Schema); wide rather than narrow. */
const formats: Readonly<Record<string, (text: string) => boolean>> = {
  email: (text) => /^[^\s@]+@[^\s@]+$/u.test(text),
  uri: (text) => URL.canParse(text),
  date: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)),
  "date-time": (text) =>
    /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/.test(text) &&
    !Number.isNaN(Date.parse(text)),
}

/** Where a content does not fit the form's schema; it is not sent then (MR-49). */
export const contentFaults = (schema: JsonObject, content: JsonObject): ReadonlyArray<Misfit> => {
  const { $schema: _, ...dialectless } = schema
  const validation = validate(dialectless, content)
  if (validation._tag === "unusable") return [{ path: "", message: `cannot be checked: ${validation.reason}` }]
  const properties = isObject(schema.properties) ? schema.properties : {}
  const misfits = Object.entries(content).flatMap(([name, value]): ReadonlyArray<Misfit> => {
    if (!Object.hasOwn(properties, name)) return [{ path: `/${name}`, message: "is no field of the form" }]
    const property = properties[name]
    const format = isObject(property) && typeof property.format === "string" ? property.format : ""
    const holds = Object.hasOwn(formats, format) ? formats[format] : undefined
    return typeof value === "string" && holds?.(value) === false
      ? [{ path: `/${name}`, message: `is no ${format}` }]
      : []
  })
  return [...validation.misfits, ...misfits]
}

/** The content that accepts a form as it is: every default of the schema; or the required fields that have none. */
export const acceptDefaults = (
  fields: ReadonlyArray<Field>,
): Result.Result<JsonObject, ReadonlyArray<FieldProblem>> => {
  const missing = fields.filter((field) => field.required && field.preset === undefined && field.kind !== "const")
  if (missing.length > 0)
    return Result.fail(missing.map(({ path }) => ({ path, message: "is required and has no default" })))
  return Result.succeed(
    Object.fromEntries(
      fields.flatMap((field): ReadonlyArray<readonly [string, unknown]> => {
        if (field.preset !== undefined) return [[field.name, field.preset.value]]
        return field.kind === "const" && field.required ? [[field.name, field.value]] : []
      }),
    ),
  )
}
