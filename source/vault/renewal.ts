import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import { Findings } from "../text/finding.ts"
import { reveal, type Secret } from "../text/secret.ts"
import { fileNameOf } from "./directory.ts"
import type { VaultFailure } from "./failure.ts"
import { freshnessOf, isStale } from "./freshness.ts"
import type { InFlight } from "./in-flight.ts"
import { thisProcess } from "./process-life.ts"
import type { Key, StoredGrant, StoredRecord } from "./record.ts"
import type { Shelf } from "./shelf.ts"

/**
 * The outcome of a compare-and-swap on the refresh token. When another process was faster, `swapped` is false and
 * `record` holds what it left: use that instead of deleting the winner's tokens (CR-95).
 */
export interface Swap {
  readonly swapped: boolean
  readonly record: StoredRecord | undefined
}

/** Puts a new grant in the place of the one whose refresh token was used (CR-93, CR-95). */
export type ReplaceGrant = (change: {
  readonly key: Key
  readonly ifRefreshTokenIs: Secret | undefined
  readonly grant: StoredGrant
}) => Effect.Effect<Swap, VaultFailure, Findings>

/** A record that has what a refresh needs. */
export interface Renewable extends StoredRecord {
  readonly grant: StoredGrant & { readonly refreshToken: Secret }
}

export interface Renewal<E, R> {
  readonly key: Key
  /**
   * The access token that is not wanted any more: refused with 401, or about to expire. When the store holds another one by
   * then, that one is taken and nothing is sent. Without it the stored token is renewed in any case.
   */
  readonly stale?: Secret | undefined
  /** Trades the refresh token of the record, once. */
  readonly refresh: (record: Renewable) => Effect.Effect<StoredGrant, E, R>
  /** Whether a failure shows what became of the refresh token; a lost connection does not. */
  readonly settled: (failure: E) => boolean
}

/** Whose refresh it was: ours, another one's, or nobody's, because the store holds nothing to refresh any more. */
export type Renewed =
  | { readonly by: "us" | "another"; readonly grant: StoredGrant; readonly record: StoredRecord }
  | { readonly by: "nobody"; readonly record: StoredRecord | undefined }

const same = (one: Secret, other: Secret): boolean => {
  const values = [reveal(one), reveal(other)]
  // A token of a saved journal has no value any more, and its fingerprint still tells it.
  return values.includes(undefined) ? one.fingerprint === other.fingerprint : values[0] === values[1]
}

const isRenewable = (record: StoredRecord): record is Renewable => record.grant?.refreshToken !== undefined

const cutOff = ({ pid, at }: InFlight): string =>
  `The refresh before this one (process ${pid}, ${new Date(at).toISOString()}) ended before its answer was stored. ` +
  "The server may have used up the refresh token. It is tried once more; if it is refused, sign in again: " +
  "the registration is kept."

/** Milliseconds that an interrupted refresh still has. */
const grace = 2_000

/** What comes back exists once, and may be on its way already: who interrupts waits for it, but not for long. */
const finishing = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.forkDetach(Effect.interruptible(work), { startImmediately: true }), (fiber) =>
      restore(Fiber.join(fiber)).pipe(
        Effect.onInterrupt(() =>
          Effect.raceFirst(Effect.interruptible(Fiber.await(fiber)), Effect.interruptible(Effect.sleep(grace))).pipe(
            Effect.andThen(Fiber.interrupt(fiber)),
          ),
        ),
      ),
    ),
  )

/** The one way to refresh a stored grant (CR-93, CR-94): one at a time, on what the store holds by then, stored before use. */
export const renewing =
  (shelf: Shelf, replace: ReplaceGrant) =>
  <E, R>({ key, stale, refresh, settled }: Renewal<E, R>): Effect.Effect<Renewed, E | VaultFailure, R | Findings> => {
    const stem = fileNameOf(key)
    const { notes } = shelf
    const clear = Effect.sync(() => notes.remove(stem))

    const keep = Effect.fnUntraced(function* (record: Renewable, grant: StoredGrant) {
      const findings = yield* Findings
      const swap = yield* Effect.result(replace({ key, ifRefreshTokenIs: record.grant.refreshToken, grant }))
      if (Result.isFailure(swap)) {
        const { what, file, detail } = swap.failure
        // The note stays: the store holds a refresh token that the server may not take again, and the next run should say so.
        yield* findings.raise({
          severity: "warning",
          rule: "OAuth 2.1 §4.3.1",
          text: `The token was renewed, and then: ${what} ${file}${detail === undefined ? "" : ` (${detail})`}. The next run may have to sign in again.`,
        })
        return { by: "us", grant, record: { ...record, grant } } satisfies Renewed
      }
      yield* clear
      const { swapped, record: stored } = swap.success
      if (!swapped && stored?.grant !== undefined)
        return { by: "another", grant: stored.grant, record: stored } satisfies Renewed
      // Or the record was forgotten meanwhile: then it stays forgotten, and this run ends with what it has.
      return { by: "us", grant, record: stored ?? { ...record, grant } } satisfies Renewed
    })

    return Effect.gen(function* () {
      const findings = yield* Findings
      const now = yield* Clock.currentTimeMillis
      const record = yield* shelf.change(key, (before) => ({ act: "keep", result: before }))
      if (record?.grant === undefined) return { by: "nobody", record } satisfies Renewed
      const { grant } = record
      if (stale !== undefined && !same(grant.accessToken, stale) && !isStale(freshnessOf(grant, now)))
        return { by: "another", grant, record } satisfies Renewed
      if (!isRenewable(record)) return { by: "nobody", record } satisfies Renewed

      const refreshToken = record.grant.refreshToken.fingerprint
      const before = notes.read(stem)
      if (before?.refreshToken === refreshToken)
        yield* findings.raise({ severity: "warning", rule: "OAuth 2.1 §4.3.1", text: cutOff(before) })
      notes.write(stem, { refreshToken, at: now, pid: thisProcess().pid })
      return yield* finishing(
        refresh(record).pipe(
          Effect.tapError((failure) => (settled(failure) ? clear : Effect.void)),
          Effect.flatMap((renewed) => keep(record, renewed)),
        ),
      )
    }).pipe(shelf.exclusively(key, "renewing the token"))
  }
