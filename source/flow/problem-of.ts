import type { Problem } from "../text/problem.ts"
import type { ProblemRecord } from "./event.ts"
import { flowFailure } from "./failure.ts"

const isProblem = (error: unknown): error is Problem =>
  typeof error === "object" && error !== null && "what" in error && "remedy" in error && "exit" in error

const optionalMembers = ["exchange", "url", "expected", "received", "detail"] as const

/** The journal's record of any error. What is not one of our failures is a bug of ours and says so. */
export const problemOf = (error: unknown): ProblemRecord => {
  const known = isProblem(error)
    ? error
    : flowFailure("unexpected", { detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error) })
  const { code, what, why, remedy, rule, exit } = known
  const evidence = Object.fromEntries(
    optionalMembers.flatMap((name) => (known[name] === undefined ? [] : [[name, known[name]]])),
  )
  return { code, what, why, remedy, rule, exit, ...evidence }
}
