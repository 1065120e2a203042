import { formDecode } from "../../../text/form.ts"
import { placeholderPattern } from "../../../text/secret.ts"
import type { Body } from "../../../wire/exchange.ts"
import type { Theme } from "../../theme/theme.ts"
import { clean, wrap } from "../../ui/cells.ts"
import { jsonTextLines } from "../../ui/json.ts"
import { type Row, row, span } from "../../ui/row.ts"

/** A secret as eight dots and its length; its fingerprint tells apart two of the same length. */
export const masked = (text: string, theme: Theme): string =>
  text.replace(
    placeholderPattern,
    (_, __, length: string, print: string) =>
      `${theme.glyphs.hidden.repeat(8)} (${length} chars, #${print.slice(0, 4)})`,
  )

export interface Shown {
  readonly theme: Theme
  /** Puts secrets back, while a person has asked to see them. */
  readonly expose?: ((text: string) => string) | undefined
}

export const secretsIn = (text: string, { theme, expose }: Shown): string => masked(expose?.(text) ?? text, theme)

const formLines = (text: string): ReadonlyArray<string> => {
  const pairs = text.split("&").map((pair): readonly [string, string] => {
    const cut = pair.indexOf("=")
    return cut === -1 ? [formDecode(pair), ""] : [formDecode(pair.slice(0, cut)), formDecode(pair.slice(cut + 1))]
  })
  const width = Math.min(24, Math.max(...pairs.map(([name]) => name.length)))
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${value}`)
}

/** What kind of body it is, for its heading. */
export const bodyKind = (body: Body): string => {
  if (body.mediaType === "application/x-www-form-urlencoded") return "form"
  if (body.mediaType.endsWith("json")) return "JSON"
  return body.mediaType === "text/event-stream" ? "event stream" : body.mediaType
}

/** An event stream keeps its lines, but the JSON in them is laid out. */
const streamLines = (text: string, cells: number): ReadonlyArray<string> =>
  text.split(/\r\n|\r|\n/).flatMap((line) => {
    const json = line.startsWith("data:") ? jsonTextLines(line.slice(5), cells - 2) : undefined
    return json === undefined ? [line] : ["data:", ...json.map((part) => `  ${part}`)]
  })

const linesOf = (body: Body, cells: number): ReadonlyArray<string> => {
  if (body.text === "") return []
  if (body.mediaType === "application/x-www-form-urlencoded") return formLines(body.text)
  if (body.mediaType === "text/event-stream") return streamLines(body.text, cells)
  return jsonTextLines(body.text, cells) ?? body.text.split(/\r\n|\r|\n/)
}

const cache = new WeakMap<Body, { readonly cells: number; readonly lines: ReadonlyArray<string> }>()

/** The body laid out in lines, once per body and width: it never changes after it was recorded. */
const cachedLines = (body: Body, cells: number): ReadonlyArray<string> => {
  const known = cache.get(body)
  if (known?.cells === cells) return known.lines
  const lines = linesOf(body, cells)
  cache.set(body, { cells, lines })
  return lines
}

/** JSON laid out, forms one field per line, long lines wrapped; indented by two. */
export const bodyRows = (body: Body, cells: number, shown: Shown): ReadonlyArray<Row> => [
  ...cachedLines(body, cells - 2).flatMap((line) => {
    const text = clean(secretsIn(line, shown))
    const indent = text.length - text.trimStart().length
    return wrap(text.trimStart(), Math.max(8, cells - 2 - indent)).map((part) => row(`  ${" ".repeat(indent)}${part}`))
  }),
  ...(body.truncated ? [row(span(`  cut off here; ${body.bytes} bytes in all`, "dim"))] : []),
]
