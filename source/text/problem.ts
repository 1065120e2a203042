/**
 * The shape of every expected failure (invariant I-5): what happened, why, what to do, and the evidence.
 * Each room declares its own tagged error over this shape and keeps its texts in one table.
 */

/** 0 done · 1 tool or check said no · 2 usage · 3 authorization required but may not ask · 4 authorization denied or
 *  failed · 5 the server broke the protocol · 6 unreachable · 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 130

/** What a failure points at, so that a reader can check it. Every string may come from a server: sanitize on output. */
export interface Evidence {
  /** Number of the exchange in the journal that shows it. */
  readonly exchange?: number
  readonly url?: string
  readonly expected?: string
  readonly received?: string
  /** The server's (or system's) own words. */
  readonly detail?: string
}

/** One row of a room's table of failures. */
export interface ProblemText {
  readonly what: string
  readonly why: string
  readonly remedy: ReadonlyArray<string>
  /** Section of the standard that was broken, or that explains the rule. */
  readonly rule: string
  readonly exit: ExitCode
}

export interface Problem<Code extends string = string> extends ProblemText, Evidence {
  readonly code: Code
}

/** Builds the problem of one code from its table row and the evidence at hand. */
export const problem = <Code extends string>(
  table: Readonly<Record<Code, ProblemText>>,
  code: Code,
  evidence: Evidence = {},
): Problem<Code> => ({ code, ...table[code], ...evidence })
