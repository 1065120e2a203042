import * as Result from "effect/Result"
import { isObject, type JsonObject } from "./json-rpc.ts"
import { matches } from "./pattern-cost.ts"
import { indexSchema } from "./schema-index.ts"
import { canonical, hasType, listLimits, numberLimits, objectLimits, textLimits } from "./schema-values.ts"

/** A place in the value that does not fit. */
export interface Misfit {
  /** JSON pointer; "" is the whole value. */
  readonly path: string
  readonly message: string
}

export type Validation =
  /** `unchecked` says in words what could not be evaluated; the rest was. */
  | { readonly _tag: "checked"; readonly misfits: ReadonlyArray<Misfit>; readonly unchecked: ReadonlyArray<string> }
  /** The schema cannot be used; `reason` continues "the schema cannot be used: ". */
  | { readonly _tag: "unusable"; readonly reason: string }

/** What evaluating one schema against one value told. */
interface Outcome {
  readonly misfits: Array<Misfit>
  /** Members and items that some keyword has looked at (2020-12 Core, section 11: unevaluated…). */
  readonly names: Set<string>
  readonly items: Set<number>
}

const dialect = /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/

/** Subschemas evaluated, and characters compared; far more than any honest result needs. */
const generous = 200_000
const mostMisfits = 20
/** Schemas within schemas while one value is looked at: a reference that leads to itself never ends. */
const deepestEvaluation = 200

const escapePointer = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1")
const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])
const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "undefined"
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

/**
 * Holds a value against a JSON Schema of dialect 2020-12 (MR-53). Pure, bounded in work, and never fetches anything
 * (MR-54): other dialects, references to other documents and endless ones make the schema unusable, and a `pattern` that
 * could take too long is left out. `format` is an annotation, as the dialect has it.
 */
export const validate = (schema: unknown, instance: unknown, budget: number = generous): Validation => {
  const named = isObject(schema) ? schema.$schema : undefined
  if (named !== undefined && !(typeof named === "string" && dialect.test(named)))
    return { _tag: "unusable", reason: `its dialect ${shown(named)} is not supported; 2020-12 is` }
  const index = indexSchema(schema)
  if (Result.isFailure(index)) return { _tag: "unusable", reason: index.failure }
  const { resolve } = index.success
  const unchecked = new Set<string>()
  let left = budget
  let unusable: string | undefined

  const spend = (amount: number): boolean => {
    left -= amount
    if (left < 0) unusable ??= "evaluating it would take too long"
    return unusable === undefined
  }

  const matched = (pattern: string, text: string): boolean | undefined => {
    spend(1 + text.length / 100)
    const answer = matches(pattern, text)
    if (answer === undefined) unchecked.add(`pattern ${shown(pattern)}`)
    return answer
  }

  const evaluate = (node: unknown, value: unknown, path: string, depth: number): Outcome => {
    const outcome: Outcome = { misfits: [], names: new Set(), items: new Set() }
    const misfit = (message: string, at = path): void => {
      if (outcome.misfits.length < mostMisfits) outcome.misfits.push({ path: at, message })
    }
    if (!spend(1)) return outcome
    if (depth > deepestEvaluation) {
      unusable ??= "it refers to itself without end"
      return outcome
    }
    if (node === false) misfit("is not allowed")
    if (!isObject(node)) return outcome

    const inner = (sub: unknown): Outcome => evaluate(sub, value, path, depth + 1)
    const fits = ({ misfits }: Outcome): boolean => misfits.length === 0
    const adopt = ({ names, items }: Outcome): void => {
      for (const name of names) outcome.names.add(name)
      for (const item of items) outcome.items.add(item)
    }
    const demand = (sub: Outcome): void => {
      for (const { message, path: at } of sub.misfits) misfit(message, at)
      if (fits(sub)) adopt(sub)
    }

    references(node, demand, inner)
    general(node, value, misfit)
    if (typeof value === "number") limited(node, value, numberLimits, misfit)
    if (typeof value === "string") {
      limited(node, [...value].length, textLimits, misfit)
      if (typeof node.pattern === "string" && matched(node.pattern, value) === false)
        misfit(`does not match the pattern ${shown(node.pattern)}`)
    }
    for (const sub of list(node.allOf)) demand(inner(sub))
    alternatives(node, inner, fits, adopt, misfit)
    if (node.not !== undefined && fits(inner(node.not))) misfit("is what the schema excludes (not)")
    if (node.if !== undefined) {
      const condition = inner(node.if)
      if (fits(condition)) adopt(condition)
      const then = fits(condition) ? node.then : node.else
      if (then !== undefined) demand(inner(then))
    }
    if (Array.isArray(value)) items(node, value, path, depth, outcome, misfit)
    if (isObject(value)) members(node, value, path, depth, outcome, misfit, demand)
    return outcome
  }

  const references = (node: JsonObject, demand: (sub: Outcome) => void, inner: (sub: unknown) => Outcome): void => {
    if (node.$dynamicRef !== undefined) unchecked.add("$dynamicRef")
    if (typeof node.$ref !== "string") return
    const target = resolve(node.$ref, node)
    if (Result.isFailure(target)) unusable ??= target.failure
    else demand(inner(target.success))
  }

  const general = (node: JsonObject, value: unknown, misfit: (message: string) => void): void => {
    const allowed = Array.isArray(node.type) ? node.type : node.type === undefined ? undefined : [node.type]
    if (allowed !== undefined && !allowed.some((type) => hasType(value, type)))
      misfit(`must be ${allowed.join(" or ")}, not ${shown(value)}`)
    if (node.enum === undefined && !Object.hasOwn(node, "const")) return
    const text = canonical(value)
    spend(text.length / 10 + list(node.enum).length)
    if (Array.isArray(node.enum) && !node.enum.some((one) => canonical(one) === text))
      misfit(`must be one of ${shown(node.enum)}, not ${shown(value)}`)
    if (Object.hasOwn(node, "const") && canonical(node.const) !== text)
      misfit(`must be ${shown(node.const)}, not ${shown(value)}`)
  }

  const limited = (
    node: JsonObject,
    size: number,
    limits: typeof numberLimits,
    misfit: (message: string) => void,
  ): void => {
    for (const [keyword, holds, words] of limits) {
      const limit = node[keyword]
      if (typeof limit === "number" && !holds(size, limit)) misfit(`${words} ${limit}`)
    }
  }

  const alternatives = (
    node: JsonObject,
    inner: (sub: unknown) => Outcome,
    fits: (sub: Outcome) => boolean,
    adopt: (sub: Outcome) => void,
    misfit: (message: string) => void,
  ): void => {
    for (const keyword of ["anyOf", "oneOf"] as const) {
      if (!Array.isArray(node[keyword])) continue
      const fitting = list(node[keyword]).map(inner).filter(fits)
      for (const sub of fitting) adopt(sub)
      if (fitting.length === 0) misfit(`fits none of the alternatives (${keyword})`)
      else if (keyword === "oneOf" && fitting.length > 1) misfit(`fits ${fitting.length} alternatives of oneOf`)
    }
  }

  const items = (
    node: JsonObject,
    value: ReadonlyArray<unknown>,
    path: string,
    depth: number,
    outcome: Outcome,
    misfit: (message: string, at?: string) => void,
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
      if (unusable !== undefined) return
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

  const members = (
    node: JsonObject,
    value: JsonObject,
    path: string,
    depth: number,
    outcome: Outcome,
    misfit: (message: string, at?: string) => void,
    demand: (sub: Outcome) => void,
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
      if (unusable !== undefined) return
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

  const { misfits } = evaluate(schema, instance, "", 0)
  return unusable === undefined
    ? { _tag: "checked", misfits, unchecked: [...unchecked] }
    : { _tag: "unusable", reason: unusable }
}
