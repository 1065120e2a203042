import { isObject } from "./json-rpc.ts"

/** What JSON Schema means by types, sizes and equality. */

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  array: Array.isArray,
  object: isObject,
}

/** Whether a value is of a type by its name in JSON Schema; `1.0` is an integer. */
export const hasType = (value: unknown, type: unknown): boolean =>
  typeof type === "string" && Object.hasOwn(types, type) && (types[type]?.(value) ?? false)

/** One text for equal values: members in order, `1.0` as `1`. */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (!isObject(value)) return JSON.stringify(value) ?? "undefined"
  return `{${Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)
    .join()}}`
}

/** Whether `value` is a whole number of times `of`: 0.3 / 0.1 is not quite 3. */
export const isMultiple = (value: number, of: number): boolean => {
  const quotient = value / of
  return Number.isFinite(quotient) ? Math.abs(quotient - Math.round(quotient)) < 1e-9 : value % of === 0
}

/** A keyword that limits a size; the words come before the limit. */
export type Limit = readonly [keyword: string, holds: (size: number, limit: number) => boolean, words: string]

export const numberLimits: ReadonlyArray<Limit> = [
  ["minimum", (size, limit) => size >= limit, "must be at least"],
  ["exclusiveMinimum", (size, limit) => size > limit, "must be more than"],
  ["maximum", (size, limit) => size <= limit, "must be at most"],
  ["exclusiveMaximum", (size, limit) => size < limit, "must be less than"],
  ["multipleOf", (size, limit) => limit <= 0 || isMultiple(size, limit), "must be a multiple of"],
]
const counted = (what: string, words: string): ReadonlyArray<Limit> => [
  [`min${what}`, (size, limit) => size >= limit, `needs at least this many ${words}:`],
  [`max${what}`, (size, limit) => size <= limit, `may have at most this many ${words}:`],
]
export const textLimits = counted("Length", "characters")
export const listLimits = counted("Items", "items")
export const objectLimits = counted("Properties", "members")
