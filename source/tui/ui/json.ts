import { width } from "./cells.ts"

/** What lies deeper is left out: a hostile document must not exhaust the stack. */
const deepest = 64

const member = (name: string, value: string): string => `${JSON.stringify(name)}: ${value}`

const inline = (value: unknown, depth: number): string => {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  if (depth >= deepest) return "…"
  if (Array.isArray(value)) return `[${value.map((inner) => inline(inner, depth + 1)).join(", ")}]`
  const members = Object.entries(value).map(([name, inner]) => member(name, inline(inner, depth + 1)))
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`
}

const laidOut = (value: unknown, cells: number, lead: string, depth: number): ReadonlyArray<string> => {
  if (typeof value !== "object" || value === null) return [lead + (JSON.stringify(value) ?? "null")]
  const short = inline(value, depth)
  if (depth >= deepest) return [lead + short]
  // The document itself is opened up, however short: one member per line reads best.
  if (width(lead) + width(short) <= cells && (depth > 0 || short.length <= 2)) return [lead + short]
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"]
  const parts: ReadonlyArray<readonly [string, unknown]> = Array.isArray(value)
    ? value.map((inner: unknown) => ["", inner] as const)
    : Object.entries(value).map(([name, inner]) => [member(name, ""), inner] as const)
  const body = parts.flatMap(([name, inner], index) => {
    const lines = laidOut(inner, cells - 3, name, depth + 1)
    const comma = index < parts.length - 1 ? "," : ""
    return lines.map((line, at) => `  ${line}${at === lines.length - 1 ? comma : ""}`)
  })
  return [lead + open, ...body, close]
}

/** JSON in as few lines as `cells` columns allow: what fits on one line stays on one. */
export const jsonLines = (value: unknown, cells: number): ReadonlyArray<string> => laidOut(value, cells, "", 0)

/** The same for a text that may be JSON; `undefined` when it is not. */
export const jsonTextLines = (text: string, cells: number): ReadonlyArray<string> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return jsonLines(value, cells)
  } catch {
    return undefined
  }
}
