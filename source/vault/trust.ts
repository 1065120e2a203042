import fs from "node:fs"
import { type VaultFailure, vaultFailure } from "./failure.ts"

/**
 * What must hold before a path is read or written (rulebook CR-125). conf looks at none of it: it follows links, takes
 * any owner, and makes directories that everybody may list. Inside a directory that is ours and closed to others nobody
 * else can swap a file between this check and its use.
 */
const ownerOnly = 0o077

/** Where the platform has users and modes at all. */
const ownUser = process.geteuid?.()

const privateTo = (path: string, stats: fs.Stats): VaultFailure | undefined => {
  if (ownUser === undefined) return undefined
  if (stats.uid !== ownUser)
    return vaultFailure("foreign_owner", path, { detail: `owned by user ${stats.uid}, we are ${ownUser}` })
  if ((stats.mode & ownerOnly) !== 0)
    return vaultFailure("loose_mode", path, { detail: `mode 0${(stats.mode & 0o777).toString(8)}` })
  return undefined
}

/** Codes of the system that say that nothing is there. */
const absent = new Set(["ENOENT"])

export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : ""

/** The system's words without a stack; the path in them is the one the failure names anyway. */
export const detailOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** `undefined` when there is nothing; a failure when it must not be used. */
export const inspectPath = (path: string, kind: "directory" | "file"): fs.Stats | VaultFailure | undefined => {
  let stats: fs.Stats
  try {
    stats = fs.lstatSync(path)
  } catch (error) {
    if (absent.has(codeOf(error))) return undefined
    const code = codeOf(error) === "ENOTDIR" ? "not_a_directory" : "unreadable"
    return vaultFailure(code, path, { detail: detailOf(error) })
  }
  if (stats.isSymbolicLink()) return vaultFailure("symlink", path)
  if (kind === "directory" && !stats.isDirectory()) return vaultFailure("not_a_directory", path)
  if (kind === "file" && !stats.isFile()) return vaultFailure("not_a_file", path)
  return privateTo(path, stats) ?? stats
}
