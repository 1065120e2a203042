import { writeFileSync } from "node:fs"
import path from "node:path"
import * as Result from "effect/Result"
import { fileName, type SavedContent } from "./file-name.ts"

/** Names that are tried before it is given up. */
const mostAttempts = 1000

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason"

/** Writes into a new file that only its owner can read, never over one that is there. Gives its path, or why not. */
export const saveFile = (directory: string, content: SavedContent): Result.Result<string, string> => {
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const file = path.join(directory, fileName(content, attempt))
    try {
      writeFileSync(file, content.bytes, { flag: "wx", mode: 0o600 })
      return Result.succeed(file)
    } catch (cause) {
      if (codeOf(cause) !== "EEXIST") return Result.fail(`${file} cannot be written (${codeOf(cause)}).`)
    }
  }
  return Result.fail(`${directory} holds too many files of that name.`)
}
