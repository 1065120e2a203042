import fs from "node:fs"
import path from "node:path"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Process } from "./process-life.ts"
import { codeOf } from "./trust.ts"

/**
 * A lock is a directory with one file in it, `owner.json`. It comes into being by one rename, with its content: a directory
 * that is not empty cannot be replaced by a rename, on any system, so of two claims one fails.
 *
 * A lock whose holder is gone is not removed, because whoever removes it may by then be removing its successor. Its successor is
 * claimed instead, under the name of the lock and the nonce that was seen in it: again one rename, which one of all takers
 * wins. Who holds a lock is found by walking from claim to successor; the last one holds it, unless it let go, which removes
 * the first one, and with it the whole chain at once.
 *
 * The functions are generators: at each `yield` another process may act, or this one be killed. The tests do both at each
 * of them.
 */

/** Who holds a lock, as the file says it. */
const Owner = Schema.Struct({
  pid: Schema.Finite,
  started: Schema.String,
  place: Schema.String,
  nonce: Schema.NonEmptyString,
  purpose: Schema.String,
})
export type Owner = typeof Owner.Type

const decodeOwner = Schema.decodeUnknownResult(Schema.fromJsonString(Owner))

/** The holder of a lock, as others see it. */
export interface Holder {
  readonly nonce: string
  /** Absent when the file says nothing that can be read. */
  readonly owner?: Owner
  /** Changes while the holder lives. */
  readonly beat: string
}

/** A lock that is ours. `beats` is the open file in which we show that we live. */
export interface Claim {
  readonly lock: string
  readonly nonce: string
  readonly beats: number
}

const draftPrefix = ".claim-"

/** How the names of what claims leave behind begin, when they are killed. */
export const claimLeftover = draftPrefix

const ownerIn = (directory: string): string => path.join(directory, "owner.json")

/** What a rename says when another claim was there first; Windows says so in its own way. */
const taken = new Set([
  ...["EEXIST", "ENOTEMPTY", "ENOTDIR"],
  ...(process.platform === "win32" ? ["EPERM", "EACCES", "EBUSY"] : []),
])

const readClaim = (directory: string, depth: number): Holder | undefined => {
  try {
    const file = ownerIn(directory)
    const { mtimeNs } = fs.statSync(file, { bigint: true })
    const owner = decodeOwner(fs.readFileSync(file, "utf8"))
    const beat = `${mtimeNs}`
    return Result.isSuccess(owner)
      ? { nonce: owner.success.nonce, owner: owner.success, beat }
      : { nonce: `unreadable-${depth}`, beat }
  } catch (error) {
    // Nothing there, or an empty directory, which the next rename replaces.
    if (codeOf(error) === "ENOENT") return undefined
    // Something is there, and only that can have a successor; where one cannot even look, that is thrown.
    fs.lstatSync(directory)
    return { nonce: `unreadable-${depth}`, beat: codeOf(error) }
  }
}

/** Walks to the last claim. */
export function* looking(lock: string): Generator<void, Holder | undefined> {
  let last: Holder | undefined
  for (let depth = 0; ; depth += 1) {
    const next = readClaim(last === undefined ? lock : `${lock}.${last.nonce}`, depth)
    if (next === undefined) return last
    last = next
    yield
  }
}

const discard = (place: string): void => fs.rmSync(place, { recursive: true, force: true })

/** Claims a free lock, or the place after the holder that was seen. Gives nothing when another one was faster. */
export function* claiming(
  lock: string,
  seen: Holder | undefined,
  self: Process & { readonly purpose: string },
): Generator<void, Claim | undefined> {
  const draft = fs.mkdtempSync(path.join(path.dirname(lock), draftPrefix))
  // The random part is drawn by the system.
  const nonce = `${self.pid}-${draft.slice(-6)}`
  const owner: Owner = { pid: self.pid, started: self.started, place: self.place, nonce, purpose: self.purpose }
  try {
    fs.writeFileSync(ownerIn(draft), JSON.stringify(owner), { mode: 0o600, flag: "wx" })
  } catch (error) {
    discard(draft)
    throw error
  }
  yield
  const place = seen === undefined ? lock : `${lock}.${seen.nonce}`
  try {
    fs.renameSync(draft, place)
  } catch (error) {
    discard(draft)
    if (taken.has(codeOf(error))) return undefined
    throw error
  }
  yield
  // What was seen may have been released since; then this place leads nowhere.
  const holder = yield* looking(lock)
  if (holder?.nonce !== nonce) {
    discard(place)
    return undefined
  }
  return { lock, nonce, beats: fs.openSync(ownerIn(place), "r+") }
}

/** Shows that the holder lives. Written into the open file: a lock that another one took over is not touched. */
export const beat = (claim: Claim): void => {
  try {
    fs.writeSync(claim.beats, "{", 0)
  } catch {
    // A full disk: then others wait until the lease is over, and no longer.
  }
}

/** Lets go, unless somebody took the lock over. */
export function* releasing(claim: Claim): Generator<void, void> {
  fs.closeSync(claim.beats)
  const holder = yield* looking(claim.lock)
  if (holder?.nonce !== claim.nonce) return
  const directory = path.dirname(claim.lock)
  const successors = fs.readdirSync(directory).filter((name) => name.startsWith(`${path.basename(claim.lock)}.`))
  const trash = fs.mkdtempSync(path.join(directory, draftPrefix))
  yield
  try {
    fs.renameSync(claim.lock, path.join(trash, "released"))
    yield
    // None of them can be reached any more.
    for (const name of successors) discard(path.join(directory, name))
  } finally {
    discard(trash)
  }
}

/** Runs one of the above without a pause. */
export const atOnce = <A>(steps: Generator<void, A>): A => {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
