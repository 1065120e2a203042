import * as Result from "effect/Result"
import { isObject, type JsonObject } from "./json-rpc.ts"
import { matches } from "./pattern-cost.ts"
import { readingOf } from "./schema-dialect.ts"
import { indexSchema } from "./schema-index.ts"
import {
  checkItems,
  checkMembers,
  type Evaluation,
  limited,
  list,
  type Misfit,
  mostMisfits,
  type Outcome,
  shown,
} from "./schema-members.ts"
import { canonical, hasType, numberLimits, textLimits } from "./schema-values.ts"

export type { Misfit } from "./schema-members.ts"

export type Validation =
  /** `unchecked` says in words what could not be evaluated; the rest was. */
  | { readonly _tag: "checked"; readonly misfits: ReadonlyArray<Misfit>; readonly unchecked: ReadonlyArray<string> }
  /** The schema cannot be used; `reason` continues "the schema cannot be used: ". */
  | { readonly _tag: "unusable"; readonly reason: string }

/** Subschemas evaluated, and characters compared; far more than any honest result needs. */
const generous = 200_000
/** Schemas within schemas while one value is looked at: a reference that leads to itself never ends. */
const deepestEvaluation = 200

/**
 * Holds a value against a JSON Schema (MR-53), of 2020-12 or one of the dialects before it that are still written. Pure,
 * bounded in work, and never fetches anything (MR-54): unknown dialects, references to other documents and endless ones
 * make the schema unusable, and a `pattern` that could take too long is left out. `format` is an annotation, as the dialect has it.
 */
export const validate = (schema: unknown, instance: unknown, budget: number = generous): Validation => {
  const named = isObject(schema) ? schema.$schema : undefined
  const read = readingOf(named)
  if (read === undefined)
    return {
      _tag: "unusable",
      reason: `its dialect ${shown(named)} is not supported; 2020-12, 2019-09 and draft-07 are`,
    }
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

  const evaluate = (written: unknown, value: unknown, path: string, depth: number): Outcome => {
    const outcome: Outcome = { misfits: [], names: new Set(), items: new Set() }
    const misfit = (message: string, at = path): void => {
      if (outcome.misfits.length < mostMisfits) outcome.misfits.push({ path: at, message })
    }
    if (!spend(1)) return outcome
    if (depth > deepestEvaluation) {
      unusable ??= "it refers to itself without end"
      return outcome
    }
    if (written === false) misfit("is not allowed")
    if (!isObject(written)) return outcome
    const node = read(written)

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

    references(written, demand, inner)
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
    if (Array.isArray(value)) checkItems(evaluation, { node, path, depth, outcome, misfit, demand }, value)
    if (isObject(value)) checkMembers(evaluation, { node, path, depth, outcome, misfit, demand }, value)
    return outcome
  }

  const evaluation: Evaluation = { evaluate, matched, spend, stopped: () => unusable !== undefined }

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

  const { misfits } = evaluate(schema, instance, "", 0)
  return unusable === undefined
    ? { _tag: "checked", misfits, unchecked: [...unchecked] }
    : { _tag: "unusable", reason: unusable }
}
