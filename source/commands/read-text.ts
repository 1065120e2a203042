import { readFile } from "node:fs/promises"
import { text } from "node:stream/consumers"
import * as Effect from "effect/Effect"
import { usageFailure } from "./failure.ts"

/** The text of a file that a flag names; `-` is standard input. */
export const readText = (path: string, flag: string) =>
  Effect.tryPromise({
    try: () => (path === "-" ? text(process.stdin) : readFile(path, "utf8")),
    catch: (error) =>
      usageFailure("file_unreadable", {
        received: `${flag} ${path}`,
        detail: error instanceof Error ? error.message : "",
      }),
  })
