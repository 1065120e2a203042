import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
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

const attempt = <A>(work: () => A) => Effect.try({ try: work, catch: (error) => error })

/** Writes one file under a name that nobody has; what is there is never written over, nor followed. */
const saveOne = Effect.fnUntraced(function* (folder: string, { name, bytes }: ContentFile) {
  for (let count = 1; ; count++) {
    const file = path.join(folder, numbered(name, count))
    const written = yield* Effect.result(attempt(() => writeFileSync(file, bytes, { mode: 0o600, flag: "wx" })))
    if (Result.isSuccess(written)) return file
    if (!isTaken(written.failure) || count === mostTries) return yield* Effect.fail(written.failure)
  }
})

/** Saves the files of a result in a folder, which is made where it is missing. Fails with `files_not_saved`. */
export const saveFiles = Effect.fn("flow.saveFiles")(
  function* (folder: string, files: ReadonlyArray<ContentFile>) {
    yield* attempt(() => mkdirSync(folder, { recursive: true, mode: 0o700 }))
    const saved: Array<SavedFile> = []
    for (const file of files) {
      const { index, mediaType, bytes } = file
      const place = yield* saveOne(folder, file)
      saved.push({ index, path: place, ...(mediaType === undefined ? {} : { mediaType }), bytes: bytes.length })
    }
    return saved
  },
  (saving, folder) =>
    Effect.mapError(saving, (error) =>
      flowFailure("files_not_saved", { received: folder, detail: error instanceof Error ? error.message : "" }),
    ),
)
