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
  if (Array.isArray(value) && isObject(schema.items)) {
    const items = schema.items
    faults.push(...value.flatMap((item, index) => inputFaults(items, item, `${path}[${index}]`)))
  }
  if (isObject(value)) faults.push(...memberFaults(schema, value, path))
  return faults
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
