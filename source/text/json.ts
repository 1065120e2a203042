/** A JSON object from outside: its members are unknown until each is checked. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Whether a value is a JSON object: neither an array nor null. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** How deep JSON from outside may be nested (rulebook 1.14). */
export const deepestNesting = 64

/**
 * Whether brackets nest deeper than in any honest document; those inside strings do not count. One pass, and none of them
 * starts over: a pattern takes half a minute for one long string without an end.
 */
export const nestsTooDeep = (text: string): boolean => {
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (inString) {
      if (character === "\\") index++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === "{" || character === "[") {
      depth++
      if (depth > deepestNesting) return true
    } else if (character === "}" || character === "]") depth--
  }
  return false
}
