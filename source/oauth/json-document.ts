import * as Result from "effect/Result"
import { deepestNesting, isObject, type JsonObject, nestsTooDeep } from "../text/json.ts"

/** Name of a JSON type for a message: `null`, `array`, `object`, `string`, … */
export const jsonType = (value: unknown): string => {
  if (value === undefined) return "missing"
  if (value === null) return "null"
  return Array.isArray(value) ? "array" : typeof value
}

/** Reads a body that has to be a JSON object; the failure says in a few words what it is instead. */
export const parseJsonObject = (body: string): Result.Result<JsonObject, string> => {
  if (body.trim() === "") return Result.fail("an empty body")
  if (nestsTooDeep(body)) return Result.fail(`JSON nested deeper than ${deepestNesting} levels`)
  try {
    const value: unknown = JSON.parse(body)
    return isObject(value) ? Result.succeed(value) : Result.fail(`a JSON ${jsonType(value)}, not an object`)
  } catch {
    return Result.fail(body.trimStart().startsWith("<") ? "an HTML page, not JSON" : "text that is not JSON")
  }
}

/** Whether a member is text. */
export const isString = (value: unknown): value is string => typeof value === "string"

/** Whether a member is a list of nothing but text. */
export const isStringList = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.every(isString)
