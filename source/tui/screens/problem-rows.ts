import type { ProblemRecord } from "../../flow/event.ts"
import { exchangeOf, type FlowState } from "../../flow/state.ts"
import type { Problem } from "../../text/problem.ts"
import type { Theme } from "../theme/theme.ts"
import { clean, wrap } from "../ui/cells.ts"
import { blank, type Row, row, span } from "../ui/row.ts"

interface Frame {
  readonly problem: ProblemRecord | Problem
  readonly cells: number
  readonly theme: Theme
  /** What failed, before the frame. */
  readonly title?: string
  /** `POST https://host/token → 400`, where the request is known. */
  readonly request?: string | undefined
  /** Keys that can be pressed now, and what they do. */
  readonly keys?: ReadonlyArray<readonly [key: string, does: string]>
  /** Rows that can be seen at once: what does not fit is told more closely. */
  readonly room?: number | undefined
}

/** Text in lines of `cells`, indented by two; wrapped after sanitizing, which may make it longer. */
export const indented = (text: string, cells: number): ReadonlyArray<Row> =>
  wrap(clean(text), cells - 2).map((line) => row(`  ${line}`))

/** The request that a problem is about, with what came back for it. */
export const requestOf = (
  state: FlowState,
  { exchange, url }: ProblemRecord,
  { glyphs }: Theme,
): string | undefined => {
  const found = exchange === undefined ? undefined : exchangeOf(state, exchange)
  if (found === undefined) return url
  const { request, response } = found
  const answer = response?.status ?? response?.failure?.code
  return `${request.method} ${url ?? request.url}${answer === undefined ? "" : ` ${glyphs.arrow} ${answer}`}`
}

/** Number of the exchange, what was expected and what came, in the server's own words. */
const evidence = (problem: ProblemRecord | Problem): ReadonlyArray<string> =>
  [
    problem.exchange === undefined ? "" : `#${problem.exchange} in the log`,
    problem.expected === undefined ? "" : `expected ${problem.expected}`,
    problem.received === undefined ? "" : `received ${problem.received}`,
    problem.rule,
  ].filter((text) => text !== "")

const bulleted = (text: string, cells: number, { glyphs }: Theme): ReadonlyArray<string> =>
  wrap(clean(text), cells - 2).map((line, index) => `${index === 0 ? glyphs.bullet : " "} ${line}`)

/** The fixed frame of every error: what happened, why, what to do, evidence. */
const roomy = ({ problem, cells, theme, title, request = problem.url, keys = [] }: Frame): ReadonlyArray<Row> => [
  ...(title === undefined ? [] : [row(span(`${theme.glyphs.failed} ${title}`, "bad")), blank]),
  row(span("What happened", "strong")),
  ...indented(problem.what, cells),
  ...(request === undefined ? [] : indented(request, cells)),
  ...(problem.detail === undefined ? [] : indented(`"${problem.detail}"`, cells)),
  blank,
  row(span("Why", "strong")),
  ...indented(problem.why, cells),
  blank,
  row(span("What to do", "strong")),
  ...problem.remedy.flatMap((text) => bulleted(text, cells - 2, theme).map((line) => row(`  ${line}`))),
  ...keys.map(([key, does]) => row(span(`  ${key}`, "key"), `  ${does}`)),
  blank,
  row(span("Evidence", "strong")),
  ...evidence(problem).flatMap((text) => indented(text, cells)),
]

const label = 10
/** Lines of the server's own words; the log has all of them. */
const mostWords = 3

const labelled = (name: string, lines: ReadonlyArray<string>): ReadonlyArray<Row> =>
  lines.map((line, index) => row(span((index === 0 ? name : "").padEnd(label), "strong"), line))

/** The same without a row to spare, the reason last: which request, what came back, which rule, what to do. */
const close = ({ problem, cells, theme, title, request = problem.url, keys = [] }: Frame): ReadonlyArray<Row> => {
  const folded = (text: string | undefined, most?: number) =>
    text === undefined ? [] : wrap(clean(text), cells - label).slice(0, most)
  const what = `${title === undefined ? "" : `${title}: `}${problem.what}`
  const log = problem.exchange === undefined ? "" : ` (#${problem.exchange} in the log)`
  return [
    ...wrap(clean(`${theme.glyphs.failed} ${what}`), cells).map((line) => row(span(line, "bad"))),
    ...labelled("Request", folded(request === undefined ? undefined : `${request}${log}`)),
    ...labelled("Expected", folded(problem.expected, mostWords)),
    ...labelled("Received", folded(problem.received, mostWords)),
    ...labelled("Detail", folded(problem.detail === undefined ? undefined : `"${problem.detail}"`, mostWords)),
    ...labelled("Rule", folded(problem.rule)),
    ...labelled(
      "To do",
      problem.remedy.flatMap((text) => bulleted(text, cells - label, theme)),
    ),
    ...(keys.length === 0
      ? []
      : [row(" ".repeat(label), ...keys.flatMap(([key, does]) => [span(key, "key"), ` ${does}   `]))]),
    ...labelled("Why", folded(problem.why)),
  ]
}

/** What went wrong, in the fixed frame of every error; closer together where there is little room. */
export const problemRows = (frame: Frame): ReadonlyArray<Row> => {
  const rows = roomy(frame)
  return frame.room === undefined || rows.length <= frame.room ? rows : close(frame)
}
