import { isObject, type JsonObject } from "../json.ts"

type Schema = JsonObject

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  array: Array.isArray,
  object: isObject,
  null: (value) => value === null,
}

/**
 * What is wrong with a tool's arguments under its input schema, as `path: reason`. Knows the keywords that the tools of
 * this server use, and no more.
 */
export function inputFaults(schema: Schema, value: unknown, path = "arguments"): readonly string[] {
  const type = typeof schema.type === "string" ? schema.type : undefined
  if (type !== undefined && !TYPES[type]?.(value)) return [`${path}: must be ${type}`]
  const faults: string[] = []
  if (Array.isArray(schema.enum) && !schema.enum.includes(value))
    faults.push(`${path}: must be one of ${schema.enum.join(", ")}`)
  if ("const" in schema && schema.const !== value) faults.push(`${path}: must be ${String(schema.const)}`)
  if (typeof value === "number") {
    if (typeof schema.minimum === "number" && value < schema.minimum)
      faults.push(`${path}: must be at least ${schema.minimum}`)
    if (typeof schema.maximum === "number" && value > schema.maximum)
      faults.push(`${path}: must be at most ${schema.maximum}`)
  }
  if (typeof value === "string") {
    const length = [...value].length
    if (typeof schema.minLength === "number" && length < schema.minLength) faults.push(`${path}: is too short`)
    if (typeof schema.maxLength === "number" && length > schema.maxLength) faults.push(`${path}: is too long`)
  }
  if (Array.isArray(value)) {
    if (typeof schema.minItems === "number" && value.length < schema.minItems) faults.push(`${path}: has too few items`)
    if (typeof schema.maxItems === "number" && value.length > schema.maxItems)
      faults.push(`${path}: has too many items`)
    const items = isObject(schema.items) ? schema.items : {}
    faults.push(...value.flatMap((item, index) => inputFaults(items, item, `${path}[${index}]`)))
  }
  if (isObject(value)) faults.push(...memberFaults(schema, value, path))
  return [...faults, ...combinedFaults(schema, value, path)]
}

const schemas = (list: unknown): readonly Schema[] => (Array.isArray(list) ? list.filter(isObject) : [])

/** The keywords that apply other schemas to the same value (JSON Schema 2020-12 core, §10.2). */
function combinedFaults(schema: Schema, value: unknown, path: string): readonly string[] {
  const fits = (other: unknown) => isObject(other) && inputFaults(other, value, path).length === 0
  const any = schemas(schema.anyOf)
  const one = schemas(schema.oneOf)
  const branch = "if" in schema ? (fits(schema.if) ? schema.then : schema.else) : undefined
  return [
    ...schemas(schema.allOf).flatMap((other) => inputFaults(other, value, path)),
    ...(any.length > 0 && !any.some(fits) ? [`${path}: fits none of the choices`] : []),
    ...(one.length > 0 && one.filter(fits).length !== 1 ? [`${path}: must fit exactly one of the choices`] : []),
    ...(isObject(branch) ? inputFaults(branch, value, path) : []),
  ]
}

function memberFaults(schema: Schema, value: JsonObject, path: string): readonly string[] {
  const properties = isObject(schema.properties) ? schema.properties : {}
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : []
  const missing = required.filter((name) => typeof name === "string" && !Object.hasOwn(value, name))
  const unknown =
    schema.additionalProperties === false ? Object.keys(value).filter((name) => !Object.hasOwn(properties, name)) : []
  const nested = Object.entries(properties).flatMap(([name, property]) =>
    isObject(property) && Object.hasOwn(value, name) ? inputFaults(property, value[name], `${path}.${name}`) : [],
  )
  return [
    ...missing.map((name) => `${path}.${name}: is missing`),
    ...unknown.map((name) => `${path}.${name}: is not known`),
    ...nested,
  ]
}
