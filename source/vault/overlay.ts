import type { StoredRecord } from "./record.ts"

/**
 * What could not be written. Later reads of this run must not fall back on the file: a refresh token that was rotated
 * away and is sent again would end the whole grant. As soon as somebody else writes the file, the file counts again.
 */
export interface Overlay {
  /** The record as this run should see it; `stored` is what the file holds. */
  readonly over: (stem: string, stored: StoredRecord | undefined) => StoredRecord | undefined
  readonly keep: (stem: string, stored: StoredRecord | undefined, wanted: StoredRecord | undefined) => void
  readonly drop: (stem: string) => void
  readonly stems: () => Iterable<string>
}

/** An empty one. */
export const makeOverlay = (): Overlay => {
  const kept = new Map<string, { readonly basis: number | undefined; readonly wanted: StoredRecord | undefined }>()
  return {
    over: (stem, stored) => {
      const unwritten = kept.get(stem)
      if (unwritten === undefined) return stored
      if (unwritten.basis === stored?.updatedAt) return unwritten.wanted
      kept.delete(stem)
      return stored
    },
    keep: (stem, stored, wanted) => void kept.set(stem, { basis: stored?.updatedAt, wanted }),
    drop: (stem) => void kept.delete(stem),
    stems: () => kept.keys(),
  }
}
