import { escapePointer } from "./json-pointer.ts"
import { isObject, type JsonObject } from "./json-rpc.ts"
import { resolve } from "./schema-reference.ts"

export interface Choice {
  readonly label: string
  readonly value: unknown
}

interface FieldBase {
  /** Name of the property. */
  readonly name: string
  /** JSON pointer of the property, which is also its key among the values of a form. */
  readonly path: string
  readonly label: string
  readonly description?: string
  readonly required: boolean
  readonly nullable: boolean
  /** Constraints in words, in the order in which one meets them. */
  readonly hints: ReadonlyArray<string>
  /** Present where the schema has one. */
  readonly preset?: { readonly value: unknown }
  /** The schema of the value, references followed. */
  readonly schema: JsonObject
}

/** One input of a form. `json` is the way out for whatever has no better form: the person types JSON. */
export type Field =
  | (FieldBase & { readonly kind: "string" | "number" | "integer" | "boolean" | "json" })
  | (FieldBase & { readonly kind: "const"; readonly value: unknown })
  | (FieldBase & { readonly kind: "enum" | "enum-array"; readonly choices: ReadonlyArray<Choice> })
  | (FieldBase & { readonly kind: "array"; readonly item: Field })
  | (FieldBase & { readonly kind: "object"; readonly fields: ReadonlyArray<Field> })

export interface Form {
  readonly fields: ReadonlyArray<Field>
  /** The schema says more than the fields can (alternatives, other properties): JSON as a whole should be offered too. */
  readonly open: boolean
}

const deepest = 8
/** A small document can describe an endless form through references; beyond this every property is JSON. */
const mostFields = 2000

const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])
const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined)
const shown = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""))

/** Constraints that can be said in words; `{}` stands for the value, `(s)` for more than one. */
const hintWords: ReadonlyArray<readonly [member: string, words: string]> = [
  ["format", "format {}"],
  ["minLength", "at least {} character(s)"],
  ["maxLength", "at most {} character(s)"],
  ["pattern", "pattern {}"],
  ["minimum", "at least {}"],
  ["exclusiveMinimum", "more than {}"],
  ["maximum", "at most {}"],
  ["exclusiveMaximum", "less than {}"],
  ["multipleOf", "a multiple of {}"],
  ["minItems", "at least {} item(s)"],
  ["maxItems", "at most {} item(s)"],
]

const hintsOf = (schema: JsonObject): ReadonlyArray<string> =>
  hintWords.flatMap(([member, words]) => {
    const value = schema[member]
    const plural = value === 1 ? "" : "s"
    return typeof value === "string" || typeof value === "number"
      ? [words.replace("(s)", plural).replace("{}", () => String(value))]
      : []
  })

/** The choices of `enum`, or of alternatives that are constants; `undefined` if it is no such list. */
const choicesOf = (schema: JsonObject): ReadonlyArray<Choice> | undefined => {
  if (Array.isArray(schema.enum)) {
    const names = list(schema.enumNames)
    return schema.enum.map((value, index) => ({ label: textOf(names[index]) ?? shown(value), value }))
  }
  const alternatives = list(schema.oneOf ?? schema.anyOf)
  const constants = alternatives.filter((branch) => isObject(branch) && Object.hasOwn(branch, "const"))
  if (alternatives.length === 0 || constants.length < alternatives.length) return undefined
  return constants
    .filter(isObject)
    .map((branch) => ({ label: textOf(branch.title) ?? shown(branch.const), value: branch.const }))
}

const isNull = (schema: unknown): boolean => isObject(schema) && schema.type === "null"

/** Takes `null` out of the types or alternatives of a schema, so that the rest can be asked for by itself. */
const withoutNull = (schema: JsonObject): { readonly schema: JsonObject; readonly nullable: boolean } => {
  if (Array.isArray(schema.type) && schema.type.includes("null")) {
    const types = schema.type.filter((type) => type !== "null")
    return { schema: { ...schema, type: types.length === 1 ? types[0] : types }, nullable: true }
  }
  for (const keyword of ["anyOf", "oneOf"]) {
    const branches = list(schema[keyword])
    const rest = branches.filter((branch) => !isNull(branch))
    if (rest.length === branches.length) continue
    const { [keyword]: _, ...beside } = schema
    const only = rest.length === 1 ? rest[0] : undefined
    return { schema: isObject(only) ? { ...only, ...beside } : { ...beside, [keyword]: rest }, nullable: true }
  }
  return { schema, nullable: false }
}

const scalars: ReadonlySet<unknown> = new Set(["string", "number", "integer", "boolean"])
const isScalar = (type: unknown): type is "string" | "number" | "integer" | "boolean" => scalars.has(type)

interface Place {
  readonly name: string
  readonly path: string
  readonly required: boolean
  readonly followed: ReadonlyArray<string>
  readonly depth: number
}

/** The form of a tool's `inputSchema`: required fields first, each in the schema's own order. Pure; never fetches. */
export const schemaForm = (inputSchema: unknown): Form => {
  let count = 0

  const fieldOf = (source: unknown, place: Place): Field => {
    count++
    const first = resolve(inputSchema, source, place.followed)
    const bare = withoutNull(first?.schema ?? {})
    // The branch that is left when null is gone may be a reference itself.
    const resolved = first && resolve(inputSchema, bare.schema, first.followed)
    const schema = resolved?.schema ?? {}
    const description = textOf(schema.description)
    const choices = choicesOf(schema)
    const base: FieldBase = {
      name: place.name,
      path: place.path,
      label: textOf(schema.title) ?? place.name,
      ...(description === undefined ? {} : { description }),
      required: place.required,
      nullable: bare.nullable || (choices?.some(({ value }) => value === null) ?? false),
      hints: hintsOf(schema),
      ...(Object.hasOwn(schema, "default") ? { preset: { value: schema.default } } : {}),
      schema,
    }
    if (resolved === undefined || count > mostFields || place.depth > deepest) return { ...base, kind: "json" }
    if (Object.hasOwn(schema, "const")) return { ...base, kind: "const", value: schema.const }
    if (choices !== undefined) return { ...base, kind: "enum", choices }
    if (schema.anyOf !== undefined || schema.oneOf !== undefined || schema.allOf !== undefined)
      return { ...base, kind: "json" }
    if (isScalar(schema.type)) return { ...base, kind: schema.type }
    const inner = { ...place, followed: resolved.followed, depth: place.depth + 1 }
    if (schema.type === "array") return arrayOf(base, schema, inner)
    if (schema.type === "object" && isObject(schema.properties))
      return { ...base, kind: "object", fields: propertiesOf(schema, inner) }
    return { ...base, kind: "json" }
  }

  const arrayOf = (base: FieldBase, schema: JsonObject, place: Place): Field => {
    if (!isObject(schema.items)) return { ...base, kind: "json" }
    const item = fieldOf(schema.items, { ...place, name: "item", required: true })
    if (item.kind === "enum") return { ...base, kind: "enum-array", choices: item.choices }
    return isScalar(item.kind) ? { ...base, kind: "array", item } : { ...base, kind: "json" }
  }

  const propertiesOf = (schema: JsonObject, place: Omit<Place, "name" | "required">): ReadonlyArray<Field> => {
    const required = new Set(list(schema.required))
    const fields = Object.entries(isObject(schema.properties) ? schema.properties : {}).map(([name, property]) =>
      fieldOf(property, {
        name,
        path: `${place.path}/${escapePointer(name)}`,
        required: required.has(name),
        followed: place.followed,
        depth: place.depth,
      }),
    )
    return [...fields.filter((field) => field.required), ...fields.filter((field) => !field.required)]
  }

  const root = resolve(inputSchema, inputSchema)
  if (root === undefined) return { fields: [], open: true }
  const { schema } = root
  const alternatives = ["anyOf", "oneOf", "allOf", "if", "patternProperties", "dependentSchemas"]
  return {
    fields: propertiesOf(schema, { path: "", followed: root.followed, depth: 0 }),
    open:
      !isObject(schema.properties) ||
      isObject(schema.additionalProperties) ||
      schema.additionalProperties === true ||
      alternatives.some((keyword) => schema[keyword] !== undefined),
  }
}
