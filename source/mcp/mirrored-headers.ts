import * as Result from "effect/Result"
import { isObject, type JsonObject } from "./json-rpc.ts"
import { encodeFieldValue } from "./request-headers.ts"
import { instances } from "./schema-index.ts"

/** A parameter that a tool wants repeated in a header field (2026-07-28 Streamable HTTP, Custom Headers). */
export interface MirroredParameter {
  readonly path: ReadonlyArray<string>
  readonly header: string
}

const annotation = "x-mcp-header"
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const mirrorable: ReadonlySet<unknown> = new Set(["string", "integer", "boolean"])

/** Members that map names to schemas, so that the names are not keywords. */
const namedSchemas: ReadonlySet<string> = new Set(["$defs", "definitions", "patternProperties", "dependentSchemas"])

const at = (path: ReadonlyArray<string>): string =>
  path.length === 0 ? "the schema itself" : `parameter ${path.join(".")}`

/** Why the annotation of one property cannot be honoured, or the parameter it declares. */
const declared = (
  schema: JsonObject,
  path: ReadonlyArray<string>,
  reachable: boolean,
): Result.Result<MirroredParameter, string> => {
  const header = schema[annotation]
  if (!reachable || path.length === 0)
    return Result.fail(`${at(path)}: ${annotation} is not reachable by properties alone`)
  if (typeof header !== "string" || header === "")
    return Result.fail(`${at(path)}: ${annotation} is empty or no string`)
  if (!token.test(header)) return Result.fail(`${at(path)}: ${annotation} is not a header name (RFC 9110 token)`)
  if (!mirrorable.has(schema.type))
    return Result.fail(`${at(path)}: ${annotation} is allowed on string, integer and boolean only`)
  const fixed = [schema.const, schema.default, ...(Array.isArray(schema.enum) ? schema.enum : [])]
  if (schema.type === "integer" && fixed.some((value) => typeof value === "number" && !Number.isSafeInteger(value)))
    return Result.fail(`${at(path)}: the integer lies outside the safe range`)
  return Result.succeed({ path, header })
}

/**
 * The parameters of a tool that are mirrored, or the reason for which the tool must be left out as a whole (MR-39).
 * `inputSchema` comes from the server; it was bounded in depth when its JSON was parsed.
 */
export const mirroredParameters = (inputSchema: unknown): Result.Result<ReadonlyArray<MirroredParameter>, string> => {
  const found: Array<MirroredParameter> = []
  const names = new Set<string>()

  const visitAll = (schemas: ReadonlyArray<unknown>, path: ReadonlyArray<string>): string | undefined => {
    for (const schema of schemas) {
      const fault = visit(schema, path, false)
      if (fault !== undefined) return fault
    }
    return undefined
  }

  const visit = (schema: unknown, path: ReadonlyArray<string>, reachable: boolean): string | undefined => {
    if (Array.isArray(schema)) return visitAll(schema, path)
    if (!isObject(schema)) return undefined
    if (Object.hasOwn(schema, annotation)) {
      const parameter = declared(schema, path, reachable)
      if (Result.isFailure(parameter)) return parameter.failure
      const name = parameter.success.header.toLowerCase()
      if (names.has(name)) return `${at(path)}: ${annotation} "${parameter.success.header}" is used twice`
      names.add(name)
      found.push(parameter.success)
    }
    for (const [keyword, member] of Object.entries(schema)) {
      if (keyword === annotation || instances.has(keyword) || !(typeof member === "object")) continue
      let fault: string | undefined
      if (keyword === "properties" && isObject(member)) {
        for (const [name, property] of Object.entries(member)) {
          fault ??= visit(property, [...path, name], reachable)
        }
      } else if (namedSchemas.has(keyword) && isObject(member))
        fault = visitAll(Object.values(member), [...path, keyword])
      else fault = visit(member, [...path, keyword], false)
      if (fault !== undefined) return fault
    }
    return undefined
  }

  const fault = visit(inputSchema, [], true)
  return fault === undefined ? Result.succeed(found) : Result.fail(fault)
}

const asText = (value: unknown): string | undefined => {
  if (typeof value === "string") return value
  if (typeof value === "boolean") return String(value)
  return Number.isSafeInteger(value) ? String(value) : undefined
}

const valueAt = (source: unknown, path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((node, name) => (isObject(node) && Object.hasOwn(node, name) ? node[name] : undefined), source)

/** The `Mcp-Param-*` fields of one call; an absent or null value sends none (MR-38). */
export const mirroredHeaders = (
  parameters: ReadonlyArray<MirroredParameter>,
  values: JsonObject,
): Readonly<Record<string, string>> => {
  const headers: Record<string, string> = {}
  for (const { path, header } of parameters) {
    const text = asText(valueAt(values, path))
    if (text !== undefined) headers[`mcp-param-${header.toLowerCase()}`] = encodeFieldValue(text)
  }
  return headers
}
