import { sanitize } from "./sanitize.ts"
import { visibleText } from "./visible-text.ts"

/** The beginning of a body for an error message: one line, whitespace folded, safe to print; of a web page its text. */
export const excerpt = (body: string, max = 200): string =>
  // The rest of a body of megabytes cannot show; whitespace may shrink, hence the reserve.
  sanitize(
    visibleText(body)
      .slice(0, max * 8)
      .replace(/\s+/gu, " ")
      .trim(),
    { lines: "one", max },
  )
