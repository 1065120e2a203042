import { type ContentView, describeContent } from "../../mcp/content.ts"
import { formatBytes } from "../../text/duration.ts"
import { clean, wrap } from "../ui/cells.ts"
import { jsonTextLines } from "../ui/json.ts"
import { type Row, row, span } from "../ui/row.ts"

const linesOf = (text: string): ReadonlyArray<string> => text.split(/\r\n|\r|\n/)

const named = (kind: string, view: { readonly mediaType?: string; readonly bytes?: number }): string =>
  `[${kind}${view.mediaType === undefined ? "" : ` ${view.mediaType}`}${view.bytes === undefined ? "" : `, ${formatBytes(view.bytes)}`}]`

/** Lines folded to the width, each at its own indent. */
export const folded = (lines: ReadonlyArray<string>, cells: number): ReadonlyArray<Row> =>
  lines.flatMap((line) => {
    const indent = line.length - line.trimStart().length
    return wrap(clean(line.trimStart()), Math.max(8, cells - indent)).map((part) => row(`${" ".repeat(indent)}${part}`))
  })

const text = (body: string, cells: number): ReadonlyArray<Row> =>
  folded(jsonTextLines(body, cells) ?? linesOf(body), cells)

/** Not for a terminal: what it is, how large, and that it can be kept. */
const placeholder = (words: string): Row => row(span(words), span("   w", "key"), span(" saves it in a file", "dim"))

const viewRows = (view: ContentView, cells: number): ReadonlyArray<Row> => {
  switch (view.kind) {
    case "text":
      return text(view.text, cells)
    case "image":
    case "audio":
      return [placeholder(named(view.kind, view))]
    case "resource-link":
      return folded([`[link] ${view.name ?? ""} ${view.uri}`], cells)
    case "resource": {
      const uri = folded([`[resource] ${view.uri}`], cells)
      return view.text === undefined
        ? [...uri, placeholder(named("content", view))]
        : [...uri, ...text(view.text, cells)]
    }
    case "unknown":
      return folded([`[${view.type === "" ? "unknown content" : view.type}]`, view.json], cells)
  }
}

/** One block of content: text as it is; what a terminal cannot show is named with its type and size. */
export const contentRows = (block: unknown, cells: number): ReadonlyArray<Row> =>
  viewRows(describeContent(block), cells)
