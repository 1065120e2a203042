import * as Result from "effect/Result"

/** A JSON object from outside: its members are unknown until each is checked. */
export type JsonObject = Readonly<Record<string, unknown>>

/** How deep a document may be nested (rulebook 1.14). */
const deepest = 64

const tooDeep = (text: string): boolean => {
  let depth = 0
  // Strings are skipped as a whole, so a bracket inside one does not count.
  for (const [mark] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (mark === "[" || mark === "{") depth += 1
    else if (mark === "]" || mark === "}") depth -= 1
    if (depth > deepest) return true
  }
  return false
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Name of a JSON type for a message: `null`, `array`, `object`, `string`, … */
export const jsonType = (value: unknown): string => {
  if (value === undefined) return "missing"
  if (value === null) return "null"
  return Array.isArray(value) ? "array" : typeof value
}

/** Reads a body that has to be a JSON object; the failure says in a few words what it is instead. */
export const parseJsonObject = (body: string): Result.Result<JsonObject, string> => {
  if (body.trim() === "") return Result.fail("an empty body")
  if (tooDeep(body)) return Result.fail(`JSON nested deeper than ${deepest} levels`)
  try {
    const value: unknown = JSON.parse(body)
    return isJsonObject(value) ? Result.succeed(value) : Result.fail(`a JSON ${jsonType(value)}, not an object`)
  } catch {
    return Result.fail(body.trimStart().startsWith("<") ? "an HTML page, not JSON" : "text that is not JSON")
  }
}

export const isString = (value: unknown): value is string => typeof value === "string"

export const isStringList = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.every(isString)

/** The first characters of a body on one line, for a message. */
export const excerpt = (body: string, length = 160): string => {
  const line = body.replace(/\s+/g, " ").trim()
  return line.length > length ? `${line.slice(0, length)}…` : line
}
