import fs from "node:fs"
import path from "node:path"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { stage, syncDirectory } from "./housekeeping.ts"
import { inspectPath } from "./trust.ts"

/**
 * A note beside a record, there from before a refresh token is sent until what came back is stored. If it is found later,
 * the run that wrote it was cut off in between, and the server may have used up the refresh token: nobody here can know.
 */
export const InFlight = Schema.Struct({
  /** Fingerprint of the refresh token that was sent. */
  refreshToken: Schema.String,
  /** Milliseconds since the epoch. */
  at: Schema.Finite,
  pid: Schema.Finite,
})
export type InFlight = typeof InFlight.Type

/** Where such notes lie. They never fail: without them less can be said afterwards, and nothing else changes. */
export interface InFlightNotes {
  readonly read: (stem: string) => InFlight | undefined
  readonly write: (stem: string, note: InFlight) => void
  readonly remove: (stem: string) => void
}

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(InFlight))

/** Bytes; a note is about 80. */
const largest = 1_000

const quietly = <A>(act: () => A): A | undefined => {
  try {
    return act()
  } catch {
    return undefined
  }
}

/** Notes as files of the store's directory. */
export const fileNotes = (directory: string): InFlightNotes => {
  const fileOf = (stem: string) => path.join(directory, `${stem}.refreshing`)
  return {
    read: (stem) =>
      quietly(() => {
        const stats = inspectPath(fileOf(stem), "file")
        if (!(stats instanceof fs.Stats) || stats.size > largest) return undefined
        return Result.getOrUndefined(decode(fs.readFileSync(fileOf(stem), "utf8")))
      }),
    write: (stem, note) => {
      quietly(() =>
        stage(directory, (staging) => {
          const draft = path.join(staging, "note")
          fs.writeFileSync(draft, JSON.stringify(note), { mode: 0o600, flag: "wx", flush: true })
          fs.renameSync(draft, fileOf(stem))
          syncDirectory(directory)
        }),
      )
    },
    remove: (stem) => {
      quietly(() => fs.rmSync(fileOf(stem), { force: true }))
    },
  }
}

/** Notes that end with the process, which then nobody misses. */
export const noNotes: InFlightNotes = { read: () => undefined, write: () => undefined, remove: () => undefined }
