import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import * as Effect from "effect/Effect"
import type { ContentFile } from "../mcp/content-files.ts"
import { flowFailure } from "./failure.ts"

export interface SavedFile {
  /** Place in the result. */
  readonly index: number
  readonly path: string
  readonly mediaType?: string
  readonly bytes: number
}

/** Names tried for one file: `logo.png`, `logo-2.png` and so on. */
const mostTries = 1000

const numbered = (name: string, count: number): string => {
  const { name: bare, ext } = path.parse(name)
  return count === 1 ? name : `${bare}-${count}${ext}`
}

const isTaken = (error: unknown): boolean => Object(error).code === "EEXIST"

/** Writes one file under a name that nobody has; what is there is never written over, nor followed. */
const saveOne = (folder: string, { name, bytes }: ContentFile): string => {
  for (let count = 1; ; count++) {
    const file = path.join(folder, numbered(name, count))
    try {
      writeFileSync(file, bytes, { mode: 0o600, flag: "wx" })
      return file
    } catch (error) {
      if (!isTaken(error) || count === mostTries) throw error
    }
  }
}

/** Saves the files of a result in a folder, which is made where it is missing. Fails with `files_not_saved`. */
export const saveFiles = Effect.fn("flow.saveFiles")(function* (folder: string, files: ReadonlyArray<ContentFile>) {
  return yield* Effect.try({
    try: (): ReadonlyArray<SavedFile> => {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      return files.map((file) => ({
        index: file.index,
        path: saveOne(folder, file),
        ...(file.mediaType === undefined ? {} : { mediaType: file.mediaType }),
        bytes: file.bytes.length,
      }))
    },
    catch: (error) =>
      flowFailure("files_not_saved", { received: folder, detail: error instanceof Error ? error.message : "" }),
  })
})
