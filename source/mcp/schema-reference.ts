import { pointedAt } from "./json-pointer.ts"
import { isObject, type JsonObject } from "./json-rpc.ts"

/** A schema with its local references followed, and which ones those were (to notice cycles). */
export interface Resolved {
  readonly schema: JsonObject
  readonly followed: ReadonlyArray<string>
}

/** What a JSON pointer in a URI fragment (RFC 6901 §6) names within the document. */
const named = (root: unknown, reference: string): unknown => {
  try {
    return pointedAt(root, decodeURIComponent(reference.slice(1)))
  } catch {
    // A stray percent sign: no pointer.
    return undefined
  }
}

/**
 * Follows `$ref` within the document. `undefined` for a cycle, for a reference that leads nowhere, and for one to another
 * document: that is never fetched (MR-54). Members beside `$ref` win over those of its target.
 */
export const resolve = (root: unknown, schema: unknown, followed: ReadonlyArray<string> = []): Resolved | undefined => {
  if (schema === true) return { schema: {}, followed }
  if (!isObject(schema)) return undefined
  const { $ref, ...beside } = schema
  if ($ref === undefined) return { schema, followed }
  if (typeof $ref !== "string" || !/^#($|\/)/.test($ref) || followed.includes($ref)) return undefined
  const target = resolve(root, named(root, $ref), [...followed, $ref])
  return target && { schema: { ...target.schema, ...beside }, followed: target.followed }
}
