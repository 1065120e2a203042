import { isObject, type JsonObject } from "./json-rpc.ts"
import type { ProtocolVersion } from "./revisions.ts"
import { revisions } from "./revisions.ts"

const formats: ReadonlySet<unknown> = new Set(["email", "uri", "date", "date-time"])

const isText = (value: unknown): value is string => typeof value === "string"
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isText)
const areConstants = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((branch) => isObject(branch) && isText(branch.const))

/** Titled and multiple choices came with 2025-11-25. */
const newEnums = (version: ProtocolVersion): boolean => revisions[version].elicitation === "modes"

type Check = (schema: JsonObject, version: ProtocolVersion) => string | undefined

/** What a property may be, by its type; each tells what is wrong with it. */
const checks: Readonly<Record<string, Check>> = {
  number: () => undefined,
  integer: () => undefined,
  boolean: () => undefined,
  string: (schema, version) => {
    if (schema.enum !== undefined) return areTexts(schema.enum) ? undefined : "enum is no list of texts"
    if (schema.oneOf !== undefined)
      return newEnums(version) && areConstants(schema.oneOf) ? undefined : "oneOf is no list of titled constants"
    return schema.format === undefined || formats.has(schema.format) ? undefined : "the format is not one of the four"
  },
  array: (schema, version) => {
    const { items } = schema
    if (!newEnums(version) || !isObject(items)) return "lists are choices from an enum, since 2025-11-25"
    return areTexts(items.enum) || areConstants(items.anyOf) ? undefined : "the items are no choices"
  },
}

/** Keywords that make a property more than one flat value. */
const foreign = ["$ref", "allOf", "not", "if", "properties", "patternProperties"]

/**
 * Why a form cannot be made of a `requestedSchema`, or `undefined` (MR-50): it must be a flat object of texts, numbers,
 * booleans and choices. `pattern` is defined for 2025-11-25 only; as it only narrows a text it does no harm elsewhere.
 */
export const flatFault = (schema: JsonObject, version: ProtocolVersion): string | undefined => {
  if (schema.type !== "object" || !isObject(schema.properties)) return "the schema is no object with properties"
  for (const [name, property] of Object.entries(schema.properties)) {
    if (!isObject(property)) return `${name}: no schema`
    const type = property.type
    const check = isText(type) && Object.hasOwn(checks, type) ? checks[type] : undefined
    const fault =
      foreign.some((keyword) => Object.hasOwn(property, keyword)) || check === undefined
        ? "only flat texts, numbers, booleans and choices can be asked for"
        : check(property, version)
    if (fault !== undefined) return `${name}: ${fault}`
  }
  return undefined
}

const secretWords =
  /pass(word|wd|phrase|code)|secret|token|credential|(api|access|private|secret)[-_ ]?key|\b(pin|otp|cvv|cvc|ssn|iban)\b|card[-_ ]?number/i

/** Names of properties that look as if a secret were wanted: a server must not ask for one in a form. */
export const secretLooking = (schema: JsonObject): ReadonlyArray<string> =>
  Object.entries(isObject(schema.properties) ? schema.properties : {})
    .filter(([name, property]) => {
      const title = isObject(property) && isText(property.title) ? property.title : ""
      // camelCase falls into words, so that a short word is found at its borders only.
      return secretWords.test(`${name.replace(/([a-z])([A-Z])/g, "$1 $2").replaceAll("_", " ")} ${name} ${title}`)
    })
    .map(([name]) => name)
