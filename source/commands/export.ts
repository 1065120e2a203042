import { writeFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { exported, type Format } from "../export/formats.ts"
import { usageFailure } from "./failure.ts"
import { readJournal } from "./journal-file.ts"
import { line, makePrinter } from "./print.ts"

export interface ExportInput {
  readonly file: string
  readonly format: Format
  readonly output: Option.Option<string>
  readonly json: boolean
}

/** `export FILE --format FORMAT`: a saved run in another form. */
export const exportJournal = Effect.fn("commands.export")(function* (input: ExportInput) {
  const { events, cut } = yield* readJournal(input.file)
  const printer = makePrinter({ color: false, ascii: false })
  if (cut) printer.err([line("! The last line of the file was cut off and is left out.")])
  const text = exported(events, input.format)
  if (Option.isNone(input.output)) {
    if (input.json) printer.json({ format: input.format, text })
    else printer.whole(text)
    return 0
  }
  const file = input.output.value
  yield* Effect.tryPromise({
    try: () => writeFile(file, text, { mode: 0o600 }),
    catch: (error) =>
      usageFailure("output_unwritable", { received: file, detail: error instanceof Error ? error.message : "" }),
  })
  const bytes = Buffer.byteLength(text)
  if (input.json) printer.json({ format: input.format, file, bytes })
  else printer.err([line(`${file}: ${bytes} bytes`)])
  return 0
})
