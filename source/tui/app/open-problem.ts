import type { Problem } from "../../text/problem.ts"

const isText = (value: unknown): value is string => typeof value === "string"

const isProblem = (value: unknown): value is Problem =>
  typeof value === "object" &&
  value !== null &&
  "what" in value &&
  isText(value.what) &&
  "why" in value &&
  isText(value.why) &&
  "remedy" in value &&
  Array.isArray(value.remedy)

/** Whatever `connect` was rejected with, as a problem that can be shown. */
export const openProblem = (cause: unknown): Problem =>
  isProblem(cause)
    ? cause
    : {
        code: "connect_failed",
        what: "The session could not be opened.",
        why: "Something failed before the first request was sent.",
        remedy: ["Try again.", "Choose another server."],
        rule: "mcp-dcr-tui",
        exit: 1,
        detail: cause instanceof Error ? cause.message : String(cause),
      }
