/** A JSON object whose members have not been looked at. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Whether the value is a JSON object, and not an array or null. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Whether the value is an array of strings. */
export const isStrings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string")
