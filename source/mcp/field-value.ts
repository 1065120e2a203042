import * as Result from "effect/Result"
import { isObject, parseJson } from "./json-rpc.ts"
import type { Choice, Field } from "./schema-form.ts"
import { isMultiple } from "./schema-values.ts"

type Parsed = Result.Result<unknown, string>

const number = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/
const booleans: Readonly<Record<string, boolean>> = { true: true, yes: true, false: false, no: false }

/** A limit that a value can be held against; the first that does not hold is told. */
const limits: ReadonlyArray<readonly [member: string, holds: (size: number, limit: number) => boolean, words: string]> =
  [
    ["minimum", (size, limit) => size >= limit, "must be at least"],
    ["exclusiveMinimum", (size, limit) => size > limit, "must be more than"],
    ["maximum", (size, limit) => size <= limit, "must be at most"],
    ["exclusiveMaximum", (size, limit) => size < limit, "must be less than"],
    ["multipleOf", (size, limit) => limit <= 0 || isMultiple(size, limit), "must be a multiple of"],
    ["minLength", (size, limit) => size >= limit, "needs a length of at least"],
    ["maxLength", (size, limit) => size <= limit, "needs a length of at most"],
    ["minItems", (size, limit) => size >= limit, "needs a number of items of at least"],
    ["maxItems", (size, limit) => size <= limit, "needs a number of items of at most"],
  ]

const within = (field: Field, size: number, members: RegExp): string | undefined => {
  for (const [member, holds, words] of limits) {
    const limit = field.schema[member]
    if (members.test(member) && typeof limit === "number" && !holds(size, limit)) return `${words} ${limit}`
  }
  return undefined
}

const limited = (field: Field, value: unknown): Parsed => {
  const fault =
    typeof value === "number"
      ? within(field, value, /imum$|multipleOf/)
      : typeof value === "string"
        ? // JSON Schema counts code points. Patterns are left to the server: a hostile one could hang us (MR-54).
          within(field, [...value].length, /Length$/)
        : Array.isArray(value)
          ? (within(field, value.length, /Items$/) ?? repeated(field, value))
          : undefined
  return fault === undefined ? Result.succeed(value) : Result.fail(fault)
}

const repeated = (field: Field, items: ReadonlyArray<unknown>): string | undefined =>
  field.schema.uniqueItems === true && new Set(items.map((item) => JSON.stringify(item))).size < items.length
    ? "must not hold the same item twice"
    : undefined

const parseNumber = (text: string, integer: boolean): Parsed => {
  const value = number.test(text) ? Number(text) : Number.NaN
  if (!Number.isFinite(value)) return Result.fail(integer ? "is not a whole number" : "is not a number")
  if (integer && !Number.isInteger(value)) return Result.fail("is not a whole number")
  if (integer && !Number.isSafeInteger(value)) return Result.fail("is too large to be sent exactly")
  // -0 would arrive as 0.
  return Result.succeed(value === 0 ? 0 : value)
}

const choose = (choices: ReadonlyArray<Choice>, text: string): Parsed => {
  const chosen =
    choices.find(({ value }) => value === text) ??
    choices.find(({ label }) => label === text) ??
    choices.find(({ value }) => JSON.stringify(value) === text.trim())
  return chosen === undefined
    ? Result.fail(`is none of ${choices.map(({ label }) => label).join(", ")}`)
    : Result.succeed(chosen.value)
}

/** Items as typed: a JSON array, or separated by commas. */
const splitItems = (text: string): ReadonlyArray<string> | undefined => {
  if (!text.trimStart().startsWith("[")) return text.split(",").map((item) => item.trim())
  const parsed = parseJson(text)
  if (Result.isFailure(parsed) || !Array.isArray(parsed.success)) return undefined
  return parsed.success.map((item: unknown) => (typeof item === "string" ? item : JSON.stringify(item)))
}

const parseItems = (text: string, parseItem: (item: string) => Parsed): Parsed => {
  if (text.trim() === "") return Result.succeed([])
  const items = splitItems(text)
  if (items === undefined) return Result.fail("is not a JSON array")
  const values: Array<unknown> = []
  for (const item of items) {
    const value = parseItem(item)
    if (Result.isFailure(value)) return Result.fail(`${JSON.stringify(item)} ${value.failure}`)
    values.push(value.success)
  }
  return Result.succeed(values)
}

const parseTyped = (field: Field, text: string): Parsed => {
  switch (field.kind) {
    case "string":
      return Result.succeed(text)
    case "number":
    case "integer":
      return parseNumber(text.trim(), field.kind === "integer")
    case "boolean": {
      const word = text.trim().toLowerCase()
      const value = Object.hasOwn(booleans, word) ? booleans[word] : undefined
      return value === undefined ? Result.fail("is neither true nor false") : Result.succeed(value)
    }
    case "const":
      return Result.succeed(field.value)
    case "enum":
      return choose(field.choices, text)
    case "enum-array":
      return parseItems(text, (item) => choose(field.choices, item))
    case "array":
      return parseItems(text, (item) => parseField(field.item, item))
    case "object":
    case "json": {
      const parsed = parseJson(text)
      if (Result.isFailure(parsed)) return Result.fail(`is ${parsed.failure}`)
      if (field.kind === "object" && !isObject(parsed.success)) return Result.fail("is not a JSON object")
      return parsed
    }
  }
}

/** The value that a typed text stands for, or why it stands for none; the message continues the field's name. */
export const parseField = (field: Field, text: string): Parsed =>
  field.nullable && text.trim() === "null"
    ? Result.succeed(null)
    : Result.flatMap(parseTyped(field, text), (value) => limited(field, value))
