import fs from "node:fs"
import path from "node:path"
import * as Effect from "effect/Effect"
import { Findings } from "../text/finding.ts"
import { fileNameOf } from "./directory.ts"
import { VaultFailure } from "./failure.ts"
import type { Key, StoredRecord } from "./record.ts"
import { type Files, namesIn, openFiles, type Reading } from "./record-file.ts"
import type { Shelf } from "./shelf.ts"

/** A record file's name without its extension; what is left by others, moved aside or half written has another form. */
const stemOf = (name: string): string | undefined => /^([a-z0-9.-]+-[0-9a-f]{16})\.json$/.exec(name)?.[1]

/** One file each, so that runs against different servers never meet. */
export const fileShelf = (directory: string): Shelf => {
  // Each trouble is told once, however often the file is met.
  const told = new Set<string>()
  const tell = Effect.fnUntraced(function* (failure: VaultFailure) {
    const name = `${failure.code} ${failure.file}`
    if (told.has(name)) return
    told.add(name)
    const findings = yield* Findings
    const detail = failure.detail === undefined ? "" : ` (${failure.detail})`
    yield* findings.raise({
      severity: "warning",
      rule: failure.rule,
      text: `${failure.what} ${failure.file}${detail}. ${failure.remedy[0] ?? ""}`.trim(),
    })
  })

  /** conf costs 40 ms to load, so it comes when the first file is met. */
  const files: Effect.Effect<Files> = Effect.promise(() => openFiles(directory))

  const attempt = <A>(act: () => A | VaultFailure): Effect.Effect<A, VaultFailure> =>
    Effect.suspend(() => {
      const outcome = act()
      return outcome instanceof VaultFailure ? Effect.fail(outcome) : Effect.succeed(outcome)
    })

  const recordOf = Effect.fnUntraced(function* (reading: Reading) {
    if (reading.damaged !== undefined) yield* tell(reading.damaged)
    return reading.record
  })

  const readAll = Effect.fnUntraced(function* () {
    const names = yield* attempt(() => namesIn(directory))
    const stems = names.map(stemOf).filter((stem) => stem !== undefined)
    if (stems.length === 0) return []
    const open = yield* files
    const records: Array<StoredRecord> = []
    for (const stem of stems) {
      // One file that cannot be trusted takes nothing from the others.
      const record = yield* attempt(() => open.read(stem)).pipe(
        Effect.flatMap(recordOf),
        Effect.catch((failure) => Effect.as(tell(failure), undefined)),
      )
      if (record !== undefined) records.push(record)
    }
    return records
  })

  return {
    all: Effect.suspend(readAll),
    change: Effect.fn("vault.change")(function* (key: Key, decide) {
      const stem = fileNameOf(key)
      // Nothing there and nothing to write: then conf need not be loaded.
      if (!fs.existsSync(path.join(directory, `${stem}.json`))) {
        yield* attempt(() => namesIn(directory))
        const early = decide(undefined)
        if (early.act !== "write") return early.result
      }
      const open = yield* files
      const { reading, result } = yield* attempt(() => {
        const reading = open.read(stem)
        if (reading instanceof VaultFailure) return reading
        const change = decide(reading.record)
        const failure =
          change.act === "write"
            ? open.write(stem, change.record)
            : change.act === "remove"
              ? open.remove(stem)
              : undefined
        return failure ?? { reading, result: change.result }
      })
      yield* recordOf(reading)
      return result
    }),
  }
}
