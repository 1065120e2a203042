import type { Event } from "../flow/event.ts"
import { sanitizeJson } from "../text/sanitize.ts"
import { toCurlScript } from "./curl-script.ts"
import { toHar } from "./har.ts"
import { toJsonLines } from "./json-lines.ts"
import { toMarkdown } from "./markdown.ts"
import { toMermaid } from "./mermaid.ts"
import { type SavedRun, savedRun } from "./saved-run.ts"

export type Format = "har" | "curl" | "markdown" | "mermaid" | "jsonl"

const json = (document: object, indent?: number): string => sanitizeJson(JSON.stringify(document, undefined, indent))

/** One row for each format. All of them are safe on a terminal too (I-3). */
const formats: Readonly<Record<Format, (run: SavedRun) => string>> = {
  har: (run) => `${json(toHar(run), 2)}\n`,
  curl: toCurlScript,
  markdown: toMarkdown,
  mermaid: toMermaid,
  jsonl: (run) =>
    toJsonLines(run)
      .map((object) => `${json(object)}\n`)
      .join(""),
}

/** A journal in another format. Nothing is redacted here: the journal holds no secret, unless some were put into it. */
export const exported = (events: ReadonlyArray<Event>, format: Format, holdsSecrets = false): string =>
  formats[format]({ ...savedRun(events), holdsSecrets })
