import fs from "node:fs"
import path from "node:path"
import { VaultFailure, vaultFailure } from "./failure.ts"
import { codeOf, detailOf, inspectPath } from "./trust.ts"

/** Names in the directory; none when there is no directory yet. */
export const namesIn = (directory: string): ReadonlyArray<string> | VaultFailure => {
  const state = inspectPath(directory, "directory")
  if (state === undefined) return []
  if (state instanceof VaultFailure) return state
  try {
    return fs.readdirSync(directory)
  } catch (error) {
    return vaultFailure("unreadable", directory, { detail: detailOf(error) })
  }
}

/** The directories that are missing, the outermost first. Not `recursive`: in /proc Node's own loop never ends. */
const makeEach = (directory: string): void => {
  const parent = path.dirname(directory)
  if (parent !== directory && !fs.existsSync(parent)) makeEach(parent)
  try {
    fs.mkdirSync(directory, { mode: 0o700 })
  } catch (error) {
    // Another process was faster; whether what it made can be trusted is looked at next.
    if (codeOf(error) !== "EEXIST") throw error
  }
}

/** conf makes its directory 0755; this one is made first, closed from its first moment whatever the umask. */
export const makeDirectory = (directory: string): VaultFailure | undefined => {
  const state = inspectPath(directory, "directory")
  if (state !== undefined) return state instanceof VaultFailure ? state : undefined
  try {
    makeEach(directory)
  } catch (error) {
    const code = codeOf(error) === "ENOTDIR" ? "not_a_directory" : "unwritable"
    return vaultFailure(code, directory, { detail: detailOf(error) })
  }
  const made = inspectPath(directory, "directory")
  return made instanceof VaultFailure ? made : undefined
}
