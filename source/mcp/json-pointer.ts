import { isObject } from "./json-rpc.ts"

/** A name as one step of a JSON pointer (RFC 6901 §3). */
export const escapePointer = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1")

const unescapePointer = (step: string): string => step.replaceAll("~1", "/").replaceAll("~0", "~")

const member = (node: unknown, name: string): unknown => {
  if (Array.isArray(node)) return node[Number(name)]
  return isObject(node) && Object.hasOwn(node, name) ? node[name] : undefined
}

/** What a pointer, already percent-decoded, names within a document; nothing where it leads nowhere. */
export const pointedAt = (root: unknown, pointer: string): unknown =>
  pointer.split("/").slice(1).map(unescapePointer).reduce(member, root)
