import type * as Effect from "effect/Effect"
import type { Findings } from "../text/finding.ts"
import type { VaultFailure } from "./failure.ts"
import type { Key, StoredRecord } from "./record.ts"

/** What to do with a record after looking at it, and what to tell the asker. */
export type Change<A> =
  | { readonly act: "keep"; readonly result: A }
  | { readonly act: "write"; readonly record: StoredRecord; readonly result: A }
  | { readonly act: "remove"; readonly result: A }

/**
 * Where records lie: files, or the memory of this process. `change` is the only way to touch one: read, decide and
 * write without a gap in this process, and the place where a lock between processes belongs.
 */
export interface Shelf {
  readonly all: Effect.Effect<ReadonlyArray<StoredRecord>, VaultFailure, Findings>
  readonly change: <A>(
    key: Key,
    decide: (before: StoredRecord | undefined) => Change<A>,
  ) => Effect.Effect<A, VaultFailure, Findings>
}
