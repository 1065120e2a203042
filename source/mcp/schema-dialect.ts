import { isObject, type JsonObject } from "./json-rpc.ts"

/**
 * Rewrites one schema of an older dialect, without what is inside it, in the words of 2020-12. One at a time, because
 * references point into the document as it is written.
 */
export type Reading = (node: JsonObject) => JsonObject

/** Up to 2019-09 an array under `items` meant what `prefixItems` means now (2020-12, release notes). */
const itemsAsPrefix: Reading = (node) => {
  if (!Array.isArray(node.items)) return node
  const { items, additionalItems, ...rest } = node
  return { ...rest, prefixItems: items, ...(additionalItems === undefined ? {} : { items: additionalItems }) }
}

/** Up to draft-07 one keyword held both kinds of dependencies (draft-07 Validation, section 6.5.7). */
const dependenciesApart: Reading = (node) => {
  if (!isObject(node.dependencies)) return node
  const { dependencies: _, ...rest } = node
  const entries = Object.entries(node.dependencies)
  return {
    ...rest,
    dependentRequired: Object.fromEntries(entries.filter(([, needed]) => Array.isArray(needed))),
    dependentSchemas: Object.fromEntries(entries.filter(([, needed]) => !Array.isArray(needed))),
  }
}

/** Up to draft-07 nothing beside `$ref` counted (draft-07 Core, section 8.3). */
const referenceAlone: Reading = (node) => (typeof node.$ref === "string" ? { $ref: node.$ref } : node)

const asWritten: Reading = (node) => node
const draft07: Reading = (node) => itemsAsPrefix(dependenciesApart(referenceAlone(node)))

/** Dialects that can be read. What SDKs make of their users' types is often draft-07, and says so. */
const dialects: ReadonlyArray<readonly [name: RegExp, reading: Reading]> = [
  [/^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/, asWritten],
  [/^https?:\/\/json-schema\.org\/draft\/2019-09\/schema#?$/, itemsAsPrefix],
  [/^https?:\/\/json-schema\.org\/draft-0[67]\/schema#?$/, draft07],
]

/** How to read a schema that names this dialect; 2020-12 if it names none (MCP basic, JSON Schema Usage). */
export const readingOf = (dialect: unknown): Reading | undefined => {
  if (dialect === undefined) return asWritten
  return typeof dialect === "string" ? dialects.find(([name]) => name.test(dialect))?.[1] : undefined
}
