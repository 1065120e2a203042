import * as Effect from "effect/Effect"
import { saveFiles } from "../../flow/save-files.ts"
import type { ContentFile } from "../../mcp/content-files.ts"

/** Writes what a server sent into new files of a folder; gives their paths, or is rejected with the failure. */
export const saveInto = (folder: string, files: ReadonlyArray<ContentFile>): Promise<ReadonlyArray<string>> =>
  saveFiles(folder, files).pipe(
    Effect.map((saved) => saved.map(({ path }) => path)),
    Effect.runPromise,
  )
