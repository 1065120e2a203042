import { isObject, type JsonObject } from "../text/json.ts"
import { currentVersion } from "./record.ts"

/** Turns the members of a record of one version into those of the next, without looking at anything else. */
export type Migration = (before: JsonObject) => JsonObject

/**
 * By the version that each one starts from. A record is brought up to date whenever it is read, and stored so when it is
 * next written; reading alone changes no file, so that going back to an older program stays possible until then.
 */
export const migrations: ReadonlyMap<number, Migration> = new Map([
  // Version 2 has profiles. A record without one is as it was; a program that knows none must not read one that has.
  [1, (before) => before],
])

/** A record in the current form, or as it was where no way leads there: then it will not decode. */
export const migrated = (
  value: unknown,
  table: ReadonlyMap<number, Migration> = migrations,
  current: number = currentVersion,
): unknown => {
  let record = value
  while (isObject(record)) {
    const { schemaVersion } = record
    if (typeof schemaVersion !== "number" || schemaVersion >= current) return record
    const migrate = table.get(schemaVersion)
    if (migrate === undefined) return record
    record = { ...migrate(record), schemaVersion: schemaVersion + 1 }
  }
  return record
}
