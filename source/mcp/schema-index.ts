import * as Result from "effect/Result"
import { pointedAt } from "./json-pointer.ts"
import { isObject, type JsonObject } from "./json-rpc.ts"

/** Base of a schema that does not name itself: relative identifiers need one, and nothing is ever fetched. */
const ownBase = "json-schema:///"

/** Members of a schema whose content is an instance and no schema: what looks like a keyword in there is only a value. */
export const instances: ReadonlySet<string> = new Set(["default", "const", "enum", "examples", "example"])

/** Schemas within one document, and how they name each other. */
export interface SchemaIndex {
  /** What the `$ref` of a schema names. */
  readonly resolve: (reference: string, from: JsonObject) => Result.Result<unknown, string>
}

const mostSchemas = 5000
const deepest = 64

const resolveUri = (reference: string, base: string): URL | undefined =>
  URL.canParse(reference, base) ? new URL(reference, base) : undefined

const withoutFragment = (uri: URL): string => {
  const copy = new URL(uri.href)
  copy.hash = ""
  return copy.href
}

const decodeFragment = (fragment: string): string => {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return fragment
  }
}

/** Finds `$id`, `$anchor` and `$dynamicAnchor` (JSON Schema 2020-12 Core, section 8.2), within bounds (MR-54). */
export const indexSchema = (root: unknown): Result.Result<SchemaIndex, string> => {
  const resources = new Map<string, unknown>()
  const anchors = new Map<string, unknown>()
  const bases = new WeakMap<object, string>()
  let count = 0
  let fault: string | undefined

  const visit = (node: unknown, base: string, depth: number): void => {
    // true and false are schemas as well.
    if (fault !== undefined || node === null || (typeof node !== "object" && typeof node !== "boolean")) return
    count += 1
    if (count > mostSchemas) fault = `it has more than ${mostSchemas} subschemas`
    else if (depth > deepest) fault = `it is nested deeper than ${deepest} levels`
    if (Array.isArray(node)) {
      for (const item of node) visit(item, base, depth + 1)
      return
    }
    if (!isObject(node)) return
    const { $id, $anchor, $dynamicAnchor } = node
    // Up to draft-07 an $id that is only a fragment was an anchor.
    const anchored = typeof $id === "string" && $id.startsWith("#") ? $id.slice(1) : undefined
    const own = typeof $id === "string" && anchored === undefined ? resolveUri($id, base) : undefined
    const here = own === undefined ? base : withoutFragment(own)
    if (own !== undefined) resources.set(here, node)
    bases.set(node, here)
    for (const anchor of [$anchor, $dynamicAnchor, anchored])
      if (typeof anchor === "string") anchors.set(`${here}#${anchor}`, node)
    for (const [keyword, value] of Object.entries(node)) if (!instances.has(keyword)) visit(value, here, depth + 1)
  }

  resources.set(ownBase, root)
  visit(root, ownBase, 0)
  if (fault !== undefined) return Result.fail(fault)

  const find: SchemaIndex["resolve"] = (reference, from) => {
    const uri = resolveUri(reference, bases.get(from) ?? ownBase)
    const resource = uri && withoutFragment(uri)
    if (uri === undefined || resource === undefined || !resources.has(resource))
      return Result.fail(`it refers to another document (${reference}), which is never fetched`)
    const fragment = decodeFragment(uri.hash.slice(1))
    const target =
      fragment === "" || fragment.startsWith("/")
        ? pointedAt(resources.get(resource), fragment)
        : anchors.get(`${resource}#${fragment}`)
    return target === undefined ? Result.fail(`its reference ${reference} leads nowhere`) : Result.succeed(target)
  }
  // Parsing a URL costs more than all the rest, and a schema is met as often as there are values.
  const found = new WeakMap<JsonObject, Result.Result<unknown, string>>()
  const resolve: SchemaIndex["resolve"] = (reference, from) => {
    const target = found.get(from) ?? find(reference, from)
    found.set(from, target)
    return target
  }
  return Result.succeed({ resolve })
}
