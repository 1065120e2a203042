import { escapePointer } from "./json-pointer.ts"
import { isObject, type JsonObject } from "./json-rpc.ts"
import { canonical, type Limit, listLimits, objectLimits } from "./schema-values.ts"

/** A place in the value that does not fit. */
export interface Misfit {
  /** JSON pointer; "" is the whole value. */
  readonly path: string
  readonly message: string
}

/** What evaluating one schema against one value told. */
export interface Outcome {
  readonly misfits: Array<Misfit>
  /** Members and items that some keyword has looked at (2020-12 Core, section 11: unevaluated…). */
  readonly names: Set<string>
  readonly items: Set<number>
}

/** The evaluation as a whole, with its budget. */
export interface Evaluation {
  readonly evaluate: (node: unknown, value: unknown, path: string, depth: number) => Outcome
  /** `undefined` where finding out could take too long. */
  readonly matched: (pattern: string, text: string) => boolean | undefined
  readonly spend: (amount: number) => boolean
  readonly stopped: () => boolean
}

/** One schema that is being held against one value. */
export interface Visit {
  readonly node: JsonObject
  readonly path: string
  readonly depth: number
  readonly outcome: Outcome
  readonly misfit: (message: string, at?: string) => void
  readonly demand: (sub: Outcome) => void
}

export const mostMisfits = 20

/** An array, or nothing in its place. */
export const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/** A value as a message may quote it. */
export const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "undefined"
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

/** Holds a size against the limits that a schema names. */
export const limited = (
  node: JsonObject,
  size: number,
  limits: ReadonlyArray<Limit>,
  misfit: (message: string) => void,
): void => {
  for (const [keyword, holds, words] of limits) {
    const limit = node[keyword]
    if (typeof limit === "number" && !holds(size, limit)) misfit(`${words} ${limit}`)
  }
}

/** The keywords for arrays (2020-12 Core, section 10.3.1 and 11.2; Validation, section 6.4). */
export const checkItems = (
  { evaluate, spend, stopped }: Evaluation,
  { node, path, depth, outcome, misfit }: Visit,
  value: ReadonlyArray<unknown>,
): void => {
  limited(node, value.length, listLimits, misfit)
  const at = (sub: unknown, position: number): Outcome =>
    evaluate(sub, value[position], `${path}/${position}`, depth + 1)
  const each = (sub: unknown, position: number): void => {
    for (const found of at(sub, position).misfits) misfit(found.message, found.path)
    outcome.items.add(position)
  }
  const prefix = list(node.prefixItems)
  for (const position of value.keys()) {
    if (stopped()) return
    if (position < prefix.length) each(prefix[position], position)
    else if (node.items !== undefined) each(node.items, position)
  }
  if (node.uniqueItems === true) {
    const texts = value.map(canonical)
    spend(texts.reduce((sum, text) => sum + text.length / 10, 0))
    if (new Set(texts).size < texts.length) misfit("must not hold the same item twice")
  }
  if (node.contains !== undefined) {
    const found = [...value.keys()].filter((position) => at(node.contains, position).misfits.length === 0)
    for (const position of found) outcome.items.add(position)
    const least = typeof node.minContains === "number" ? node.minContains : 1
    const most = typeof node.maxContains === "number" ? node.maxContains : Number.POSITIVE_INFINITY
    if (found.length < least) misfit(`must contain at least ${least} items of a kind`)
    if (found.length > most) misfit(`must contain at most ${most} items of a kind`)
  }
  if (node.unevaluatedItems !== undefined)
    for (const position of value.keys()) if (!outcome.items.has(position)) each(node.unevaluatedItems, position)
}

/** The keywords for objects (2020-12 Core, section 10.3.2 and 11.3; Validation, section 6.5). */
export const checkMembers = (
  { evaluate, matched, stopped }: Evaluation,
  { node, path, depth, outcome, misfit, demand }: Visit,
  value: JsonObject,
): void => {
  const names = Object.keys(value)
  limited(node, names.length, objectLimits, misfit)
  for (const name of list(node.required))
    if (typeof name === "string" && !Object.hasOwn(value, name)) misfit(`lacks the member ${shown(name)}`)
  const at = (sub: unknown, name: string): void => {
    for (const found of evaluate(sub, value[name], `${path}/${escapePointer(name)}`, depth + 1).misfits)
      misfit(found.message, found.path)
    outcome.names.add(name)
  }
  const properties = isObject(node.properties) ? node.properties : {}
  const patterns = isObject(node.patternProperties) ? Object.entries(node.patternProperties) : []
  for (const name of names) {
    if (stopped()) return
    let beyond = true
    if (Object.hasOwn(properties, name)) {
      at(properties[name], name)
      beyond = false
    }
    for (const [pattern, sub] of patterns) {
      const hit = matched(pattern, name)
      // Where it cannot be known, additional members are let pass.
      if (hit !== false) beyond = false
      if (hit === true) at(sub, name)
    }
    if (beyond && node.additionalProperties !== undefined) at(node.additionalProperties, name)
    if (node.propertyNames !== undefined)
      for (const found of evaluate(node.propertyNames, name, path, depth + 1).misfits)
        misfit(`the name ${shown(name)} ${found.message}`)
  }
  if (isObject(node.dependentRequired))
    for (const [name, others] of Object.entries(node.dependentRequired))
      if (Object.hasOwn(value, name))
        for (const other of list(others))
          if (typeof other === "string" && !Object.hasOwn(value, other))
            misfit(`lacks the member ${shown(other)}, which ${shown(name)} needs`)
  if (isObject(node.dependentSchemas))
    for (const [name, sub] of Object.entries(node.dependentSchemas))
      if (Object.hasOwn(value, name)) demand(evaluate(sub, value, path, depth + 1))
  if (node.unevaluatedProperties !== undefined)
    for (const name of names) if (!outcome.names.has(name)) at(node.unevaluatedProperties, name)
}
