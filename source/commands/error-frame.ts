import type { Problem } from "../text/problem.ts"
import { foldedUrl } from "./folded-url.ts"
import { type Line, line } from "./print.ts"

const evidenceRows = [
  ["url", "URL"],
  ["expected", "expected"],
  ["received", "received"],
  ["detail", "detail"],
] as const

/** What happened, why, what to do, evidence: the same four parts on every face. */
export const errorFrame = (
  problem: Omit<Problem, "code"> & { readonly code: string },
  where?: string,
): ReadonlyArray<Line> => [
  // What ends with 0 is told like a failure, and is none.
  line(
    `${problem.exit === 0 ? "·" : "✗"} ${where === undefined ? "" : `${where}: `}${problem.what}`,
    problem.exit === 0 ? "plain" : "bad",
  ),
  line("  Why", "title"),
  line(`    ${problem.why}`),
  line("  What to do", "title"),
  ...problem.remedy.map((remedy) => line(`    · ${remedy}`, undefined, 6)),
  line("  Evidence", "title"),
  ...evidenceRows.flatMap(([name, label]) => {
    const value = name === "url" && problem.url !== undefined ? foldedUrl(problem.url) : problem[name]
    return value === undefined || value === "" ? [] : [line(`    ${label.padEnd(9)} ${value}`, undefined, 14)]
  }),
  ...(problem.exchange === undefined ? [] : [line(`    exchange  #${problem.exchange}`)]),
  line(`    rule      ${problem.rule}`, undefined, 14),
  line(`    code      ${problem.code} (exit ${problem.exit})`, "dim"),
]

/** The same as one JSON object. */
export const errorDocument = (problem: Omit<Problem, "code"> & { readonly code: string }, step?: string): object => ({
  error: {
    code: problem.code,
    ...(step === undefined ? {} : { step }),
    what: problem.what,
    why: problem.why,
    remedy: problem.remedy,
    rule: problem.rule,
    ...Object.fromEntries(
      (["url", "expected", "received", "detail", "exchange"] as const).flatMap((name) =>
        problem[name] === undefined ? [] : [[name, problem[name]]],
      ),
    ),
    exit: problem.exit,
  },
})
