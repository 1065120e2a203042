import fs from "node:fs"
import path from "node:path"
import * as Result from "effect/Result"
import type { Secret } from "../text/secret.ts"
import { fileNameOf } from "./directory.ts"
import { VaultFailure, vaultFailure } from "./failure.ts"
import { moveAside, stage, syncDirectory } from "./housekeeping.ts"
import { migrated } from "./migrations.ts"
import { makeDirectory } from "./place.ts"
import { decodeRecord, encodeRecord, isConsistent, isNewer, type StoredRecord, unfitness } from "./record.ts"
import { isSealed, isSealedStore, keyCheck, keyCheckText, sealedWith } from "./sealing.ts"
import { codeOf, detailOf, inspectPath } from "./trust.ts"

/** What a file held, or the report that it was damaged and where it went. */
export interface Reading {
  readonly record?: StoredRecord
  readonly damaged?: VaultFailure
}

/** StoredRecord files of one directory, through conf. Synchronous, so that nothing of this process comes in between. */
export interface Files {
  readonly read: (stem: string) => Reading | VaultFailure
  readonly write: (stem: string, record: StoredRecord) => VaultFailure | undefined
  readonly remove: (stem: string) => VaultFailure | undefined
}

/** No honest record is larger; reading on would only fill the memory. */
const largestRecord = 1_000_000

/** conf takes every object that parses, and replaces the rest; here the rest is refused before it can. */
const parseObject = (text: string): { [name: string]: unknown } => {
  const value: unknown = JSON.parse(text)
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new SyntaxError("not a JSON object")
  return { ...value }
}

/**
 * conf reads and writes the files: whole, mode 0600, synced. What it does not promise stands around it: trust.ts before;
 * and it writes into a directory beside the file, is read back, and only then takes the old file's place, because on a
 * disk that is filling up it may leave a half-written file without an error.
 */
export const openFiles = async (directory: string, key?: Secret): Promise<Files> => {
  const { default: Conf } = await import("conf")
  const open = (cwd: string, stem: string, seal = sealedWith(key)) =>
    new Conf<{ [name: string]: unknown }>({
      cwd,
      projectName: "mcp-dcr-tui",
      configName: stem,
      fileExtension: "json",
      configFileMode: 0o600,
      accessPropertiesByDotNotation: false,
      clearInvalidConfig: false,
      deserialize: parseObject,
      ...seal,
    })

  const fileOf = (stem: string) => path.join(directory, `${stem}.json`)

  const guarded = (stem: string): fs.Stats | VaultFailure | undefined => {
    const place = inspectPath(directory, "directory")
    return place === undefined || place instanceof VaultFailure ? place : inspectPath(fileOf(stem), "file")
  }

  /** Whether the key is the one that this store was written with. */
  const keyOpens = (): boolean => {
    try {
      return open(directory, keyCheck).get("purpose") === keyCheckText.purpose
    } catch {
      return false
    }
  }

  /** Puts a record, or the key check, into its place in one step. */
  const put = (stem: string, content: { readonly [name: string]: unknown }): void => {
    stage(directory, (staging) => {
      const copy = open(staging, stem)
      copy.store = { ...content }
      if (JSON.stringify(copy.store) !== JSON.stringify(content))
        throw new Error("what was written could not be read back")
      fs.renameSync(copy.path, fileOf(stem))
    })
    syncDirectory(directory)
  }

  /** One store, one key: from its first record on. */
  const refusedKey = (): VaultFailure | undefined => {
    const sealed = isSealedStore(directory)
    if (key === undefined) return sealed ? vaultFailure("key_missing", fileOf(keyCheck)) : undefined
    if (!sealed) put(keyCheck, keyCheckText)
    return keyOpens() ? undefined : vaultFailure("key_wrong", fileOf(keyCheck))
  }

  const damaged = (stem: string, stats: fs.Stats, detail: string): Reading | VaultFailure => {
    const file = fileOf(stem)
    try {
      const aside = moveAside(file, stats)
      return aside === undefined
        ? {}
        : { damaged: vaultFailure("garbage", file, { received: aside, detail: `${detail}; moved to ${aside}` }) }
    } catch (error) {
      return vaultFailure("unwritable", file, {
        detail: `damaged (${detail}), and could not be moved aside: ${detailOf(error)}`,
      })
    }
  }

  const read = (stem: string): Reading | VaultFailure => {
    const stats = guarded(stem)
    if (stats === undefined) return {}
    if (stats instanceof VaultFailure) return stats
    if (stats.size > largestRecord) return damaged(stem, stats, `${stats.size} bytes`)
    let value: unknown
    let sealed = false
    try {
      sealed = isSealed(fs.readFileSync(fileOf(stem)))
      if (sealed && key === undefined) return vaultFailure("key_missing", fileOf(stem))
      value = open(directory, stem, sealed ? undefined : {}).store
    } catch (error) {
      // What conf cannot decrypt it says without a code of the system: another key, or other bytes than were written.
      if (sealed && codeOf(error) === "") return vaultFailure(keyOpens() ? "tampered" : "key_wrong", fileOf(stem))
      if (error instanceof SyntaxError) return damaged(stem, stats, stats.size === 0 ? "empty" : "not a JSON object")
      return vaultFailure("unreadable", fileOf(stem), { detail: detailOf(error) })
    }
    if (isNewer(value)) return vaultFailure("newer_version", fileOf(stem))
    const record = decodeRecord(migrated(value))
    if (Result.isFailure(record)) return damaged(stem, stats, record.failure.message.replace(/\s+/g, " "))
    if (!isConsistent(record.success) || fileNameOf(record.success) !== stem)
      return damaged(stem, stats, "its issuer and resource are not those it was stored under")
    return { record: record.success }
  }

  const write = (stem: string, record: StoredRecord): VaultFailure | undefined => {
    const file = fileOf(stem)
    const unfit = unfitness(record)
    if (unfit !== undefined) return vaultFailure(unfit, file, { expected: record.issuer })
    const encoded = encodeRecord(record)
    if (Result.isFailure(encoded))
      return vaultFailure("unwritable", file, { detail: encoded.failure.message.replace(/\s+/g, " ") })
    const unusable = makeDirectory(directory)
    if (unusable !== undefined) return unusable
    const state = guarded(stem)
    if (state instanceof VaultFailure) return state
    try {
      const refused = refusedKey()
      if (refused !== undefined) return refused
      put(stem, encoded.success)
      return undefined
    } catch (error) {
      const detail = error instanceof SyntaxError ? "only a part could be written; is the disk full?" : detailOf(error)
      return vaultFailure("unwritable", file, { detail })
    }
  }

  const remove = (stem: string): VaultFailure | undefined => {
    try {
      fs.rmSync(fileOf(stem), { force: true })
      syncDirectory(directory)
      return undefined
    } catch (error) {
      return vaultFailure("unwritable", fileOf(stem), { detail: detailOf(error) })
    }
  }

  return { read, write, remove }
}
