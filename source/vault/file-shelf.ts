import fs from "node:fs"
import path from "node:path"
import * as Effect from "effect/Effect"
import { Findings } from "../text/finding.ts"
import { fileNameOf } from "./directory.ts"
import { VaultFailure } from "./failure.ts"
import { fileNotes } from "./in-flight.ts"
import { type LockRequest, withLock } from "./lock.ts"
import { makeOverlay } from "./overlay.ts"
import { namesIn } from "./place.ts"
import type { Key, StoredRecord } from "./record.ts"
import { type Files, openFiles, type Reading } from "./record-file.ts"
import type { Change, Shelf } from "./shelf.ts"
import { loadKey, type StoreKey } from "./store-key.ts"

/** A record file's name without its extension; what is left by others, moved aside or half written has another form. */
const stemOf = (name: string): string | undefined => /^([a-z0-9.-]+-[0-9a-f]{16})\.json$/.exec(name)?.[1]

/** A change takes milliseconds. */
const changing: LockRequest = { purpose: "storing credentials", patience: 10_000, silence: 1_000 }

/** Longer than any request to a token endpoint, with the pauses that it asks for; and than a person has for signing in. */
const exclusive = {
  refresh: { patience: 150_000, silence: 250 },
  "sign-in": { patience: 330_000, silence: 250 },
} as const

/** One file each, so that runs against different servers never meet. */
export const fileShelf = (directory: string, keySource?: StoreKey): Shelf => {
  // Each trouble is told once, however often the file is met.
  const told = new Set<string>()
  const tell = Effect.fnUntraced(function* (failure: VaultFailure, what: string = failure.what) {
    const name = `${failure.code} ${what} ${failure.file}`
    if (told.has(name)) return
    told.add(name)
    const findings = yield* Findings
    const detail = failure.detail === undefined ? "" : ` (${failure.detail})`
    yield* findings.raise({
      severity: "warning",
      rule: failure.rule,
      text: `${what} ${failure.file}${detail}. ${failure.remedy[0] ?? ""}`.trim(),
    })
  })

  /** conf costs 40 ms to load, so it comes when the first file is met. */
  let opened: Promise<Files> | undefined
  const files: Effect.Effect<Files, VaultFailure> = Effect.gen(function* () {
    const key = opened === undefined && keySource !== undefined ? yield* loadKey(keySource, directory) : undefined
    opened ??= openFiles(directory, key)
    const promised = opened
    return yield* Effect.promise(() => promised)
  })

  const attempt = <A>(act: () => A | VaultFailure): Effect.Effect<A, VaultFailure> =>
    Effect.suspend(() => {
      const outcome = act()
      return outcome instanceof VaultFailure ? Effect.fail(outcome) : Effect.succeed(outcome)
    })

  const overlay = makeOverlay()

  const recordOf = Effect.fnUntraced(function* (stem: string, reading: Reading) {
    if (reading.damaged !== undefined) yield* tell(reading.damaged)
    return overlay.over(stem, reading.record)
  })

  const readAll = Effect.fnUntraced(function* () {
    const names = yield* attempt(() => namesIn(directory))
    const stems = new Set([...names.map(stemOf).filter((stem) => stem !== undefined), ...overlay.stems()])
    if (stems.size === 0) return []
    const open = yield* files
    const records: Array<StoredRecord> = []
    for (const stem of stems) {
      // One file that cannot be trusted takes nothing from the others.
      const record = yield* attempt(() => open.read(stem)).pipe(
        Effect.flatMap((reading) => recordOf(stem, reading)),
        Effect.catch((failure) => Effect.as(tell(failure), undefined)),
      )
      if (record !== undefined) records.push(record)
    }
    return records
  })

  /** Reads, decides, and does what was decided, if it may; gives nothing when it would have to write and may not. */
  const once = Effect.fnUntraced(function* <A>(
    stem: string,
    decide: (before: StoredRecord | undefined) => Change<A>,
    mayWrite: boolean,
  ) {
    const open = yield* files
    const reading = yield* attempt(() => open.read(stem))
    const before = yield* recordOf(stem, reading)
    const change = decide(before)
    if (change.act === "keep") return { result: change.result }
    if (!mayWrite) return undefined
    const wanted = change.act === "write" ? change.record : undefined
    const failure = wanted === undefined ? open.remove(stem) : open.write(stem, wanted)
    if (failure === undefined) overlay.drop(stem)
    if (failure?.code === "unwritable") overlay.keep(stem, reading.record, wanted)
    return failure === undefined ? { result: change.result } : yield* failure
  })

  const lockOf = (stem: string, use: "write" | keyof typeof exclusive) => path.join(directory, `${stem}.${use}`)

  return {
    all: Effect.suspend(readAll),
    change: Effect.fn("vault.change")(function* <A>(key: Key, decide: (before: StoredRecord | undefined) => Change<A>) {
      const stem = fileNameOf(key)
      // Nothing there and nothing to write: then conf need not be loaded.
      if (!fs.existsSync(path.join(directory, `${stem}.json`))) {
        yield* attempt(() => namesIn(directory))
        const early = decide(overlay.over(stem, undefined))
        if (early.act === "keep") return early.result
      }
      const looked = yield* once(stem, decide, false)
      if (looked !== undefined) return looked.result
      // What was decided without the lock may be wrong by now. That no lock can be had the write itself will say.
      const changed = yield* once(stem, decide, true).pipe(withLock(lockOf(stem, "write"), changing, () => Effect.void))
      return changed === undefined ? yield* Effect.die("a change that may write was not made") : changed.result
    }),
    exclusively: (key, purpose, use = "refresh") =>
      withLock(lockOf(fileNameOf(key), use), { ...exclusive[use], purpose }, (failure) =>
        // What a sign-in brings cannot be shared then anyway, which the write will say.
        use === "sign-in"
          ? Effect.void
          : tell(failure, "No lock can be written, so nothing keeps other processes from doing the same at once:"),
      ),
    notes: fileNotes(directory),
  }
}
