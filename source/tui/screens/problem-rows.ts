import type { ProblemRecord } from "../../flow/event.ts"
import type { Problem } from "../../text/problem.ts"
import type { Theme } from "../theme/theme.ts"
import { clean, wrap } from "../ui/cells.ts"
import { blank, type Row, row, span } from "../ui/row.ts"

/** Text in lines of `cells`, indented by two; wrapped after sanitizing, which may make it longer. */
export const indented = (text: string, cells: number): ReadonlyArray<Row> =>
  wrap(clean(text), cells - 2).map((line) => row(`  ${line}`))

/** Number of the exchange, what was expected and what came, in the server's own words. */
const evidenceRows = (problem: ProblemRecord | Problem, cells: number): ReadonlyArray<Row> => {
  const facts = [
    problem.exchange === undefined ? "" : `#${problem.exchange} in the log`,
    problem.expected === undefined ? "" : `expected ${problem.expected}`,
    problem.received === undefined ? "" : `received ${problem.received}`,
    problem.rule,
  ].filter((text) => text !== "")
  return facts.flatMap((text) => indented(text, cells))
}

/** The fixed frame of every error: what happened, why, what to do, evidence. */
export const problemRows = (
  problem: ProblemRecord | Problem,
  cells: number,
  theme: Theme,
  actions: ReadonlyArray<Row> = [],
): ReadonlyArray<Row> => [
  row(span("What happened", "strong")),
  ...indented(problem.what, cells),
  ...(problem.url === undefined ? [] : indented(problem.url, cells)),
  ...(problem.detail === undefined ? [] : indented(`"${problem.detail}"`, cells)),
  blank,
  row(span("Why", "strong")),
  ...indented(problem.why, cells),
  blank,
  row(span("What to do", "strong")),
  ...problem.remedy.flatMap((text) =>
    wrap(clean(text), cells - 4).map((line, index) => row(`  ${index === 0 ? theme.glyphs.bullet : " "} ${line}`)),
  ),
  ...actions,
  blank,
  row(span("Evidence", "strong")),
  ...evidenceRows(problem, cells),
]
