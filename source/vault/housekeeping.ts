import fs from "node:fs"
import path from "node:path"
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

/** No write takes that long. */
const leftoverAge = 600_000

/** Temporary files of writers that were killed hold tokens, and nobody else would ever delete them. */
export const sweepLeftovers = (directory: string): void => {
  for (const name of fs.readdirSync(directory)) {
    if (!/\.json\.tmp-\w+$/.test(name)) continue
    const file = path.join(directory, name)
    const stats = fs.lstatSync(file, { throwIfNoEntry: false })
    if (stats?.isFile() && Date.now() - stats.mtimeMs > leftoverAge) fs.rmSync(file, { force: true })
  }
}
