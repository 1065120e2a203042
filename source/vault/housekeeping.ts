import fs from "node:fs"
import path from "node:path"
import { claimLeftover } from "./claim.ts"
import { codeOf } from "./trust.ts"

/** Moves a damaged file to the first free `….corrupt-<n>` and gives the new name, or `undefined` if it is gone already. */
export const moveAside = (file: string, seen: fs.Stats): string | undefined => {
  for (let count = 1; ; count += 1) {
    const aside = `${file}.corrupt-${count}`
    // Another process may have written a good file since we looked.
    const now = fs.lstatSync(file, { throwIfNoEntry: false })
    if (now === undefined || now.ino !== seen.ino) return undefined
    try {
      // A link never overwrites, as a rename would.
      fs.linkSync(file, aside)
    } catch (error) {
      if (codeOf(error) === "EEXIST") continue
      if (codeOf(error) === "ENOENT") return undefined
      if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(codeOf(error))) throw error
      // No hard links on this file system.
      if (fs.existsSync(aside)) continue
      fs.renameSync(file, aside)
      return aside
    }
    fs.rmSync(file, { force: true })
    return aside
  }
}

/** A rename is on the disk only when its directory is; conf syncs the file alone. */
export const syncDirectory = (directory: string): void => {
  // Windows cannot open a directory, and keeps the order by itself.
  if (process.platform === "win32") return
  const handle = fs.openSync(directory, "r")
  try {
    fs.fsyncSync(handle)
  } catch (error) {
    // Some network file systems sync no directories.
    if (!["EINVAL", "ENOTSUP", "EISDIR"].includes(codeOf(error))) throw error
  } finally {
    fs.closeSync(handle)
  }
}

const stagingPrefix = ".writing-"

/** Milliseconds; no write takes that long. */
const leftoverAge = 600_000

/** What writers that were killed left behind holds tokens, and nobody else would ever delete it. */
const sweepLeftovers = (directory: string, now: number): void => {
  for (const name of fs.readdirSync(directory)) {
    if (!name.startsWith(stagingPrefix) && !name.startsWith(claimLeftover)) continue
    const leftover = path.join(directory, name)
    const stats = fs.lstatSync(leftover, { throwIfNoEntry: false })
    if (stats?.isDirectory() && now - stats.mtimeMs > leftoverAge) fs.rmSync(leftover, { recursive: true, force: true })
  }
}

/** Gives a directory of its own, 0700 and on the same file system, and takes it away again whatever happens. */
export const stage = (directory: string, write: (staging: string) => void): void => {
  const staging = fs.mkdtempSync(path.join(directory, stagingPrefix))
  try {
    // The file system's clock, for it stamped the others too.
    sweepLeftovers(directory, fs.statSync(staging).mtimeMs)
    write(staging)
  } finally {
    fs.rmSync(staging, { recursive: true, force: true })
  }
}
