import type * as Effect from "effect/Effect"
import type { Findings } from "../text/finding.ts"
import type { VaultFailure } from "./failure.ts"
import type { InFlightNotes } from "./in-flight.ts"
import type { Key, StoredRecord } from "./record.ts"

/** What to do with a record after looking at it, and what to tell the asker. */
export type Change<A> =
  | { readonly act: "keep"; readonly result: A }
  | { readonly act: "write"; readonly record: StoredRecord; readonly result: A }
  | { readonly act: "remove"; readonly result: A }

/**
 * Where records lie: files, or the memory of this process. `change` is the only way to touch one: what is written was
 * decided on what is there, with no other process and no other fiber in between. `decide` may be asked twice.
 */
export interface Shelf {
  readonly all: Effect.Effect<ReadonlyArray<StoredRecord>, VaultFailure, Findings>
  readonly change: <A>(
    key: Key,
    decide: (before: StoredRecord | undefined) => Change<A>,
  ) => Effect.Effect<A, VaultFailure, Findings>
  /**
   * One at a time for each record, over all processes: for work that is longer than a change and makes some. A sign-in, which
   * waits for a person, is nobody's reason not to refresh: it has a lock of its own.
   */
  readonly exclusively: (
    key: Key,
    purpose: string,
    use?: "refresh" | "sign-in",
  ) => <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | VaultFailure, R | Findings>
  readonly notes: InFlightNotes
}
