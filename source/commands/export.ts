import { open } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { exported, type Format } from "../export/formats.ts"
import { usageFailure } from "./failure.ts"
import { readJournal } from "./journal-file.ts"
import { line, makePrinter } from "./print.ts"
import type { StoreInput } from "./stored-secrets.ts"

export interface ExportInput extends StoreInput {
  readonly file: string
  readonly format: Format
  readonly output: Option.Option<string>
  readonly reveal: boolean
  readonly json: boolean
}

/** A file that was there before may be open to others, who must not read it from now on; a pipe or a device is left as it is. */
const writeOwn = async (file: string, text: string, secret: boolean): Promise<void> => {
  await using handle = await open(file, "w", 0o600)
  if (secret && (await handle.stat()).isFile()) await handle.chmod(0o600)
  await handle.writeFile(text)
}

/** `export FILE --format FORMAT`: a saved run in another form, with `--reveal` with the secrets that the store still holds. */
export const exportJournal = Effect.fn("commands.export")(function* (input: ExportInput) {
  const { events, cut } = yield* readJournal(input.file)
  const printer = makePrinter({ color: false, ascii: false })
  if (cut) printer.err([line("! The last line of the file was cut off and is left out.")])
  const { text, said } = input.reveal
    ? yield* Effect.flatMap(
        Effect.promise(() => import("./stored-secrets.ts")),
        ({ exportedWithSecrets }) => exportedWithSecrets(events, input.format, input),
      )
    : { text: exported(events, input.format), said: undefined }
  if (said !== undefined) printer.err([line(said)])
  if (Option.isNone(input.output)) {
    if (input.json) printer.json({ format: input.format, text })
    else printer.whole(text)
    return 0
  }
  const file = input.output.value
  yield* Effect.tryPromise({
    try: () => writeOwn(file, text, input.reveal),
    catch: (error) =>
      usageFailure("output_unwritable", { received: file, detail: error instanceof Error ? error.message : "" }),
  })
  const bytes = Buffer.byteLength(text)
  if (input.json) printer.json({ format: input.format, file, bytes })
  else printer.err([line(`${file}: ${bytes} bytes`)])
  return 0
})
