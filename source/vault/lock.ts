import path from "node:path"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Semaphore from "effect/Semaphore"
import { Findings } from "../text/finding.ts"
import { atOnce, beat, type Claim, claiming, type Holder, looking, releasing } from "./claim.ts"
import { VaultFailure, vaultFailure } from "./failure.ts"
import { makeDirectory } from "./place.ts"
import { type Life, lifeOf, thisProcess } from "./process-life.ts"
import { detailOf } from "./trust.ts"

/** Milliseconds without a sign of life after which a holder counts as gone, although its process exists. */
export const lease = 15_000

const beatEvery = 3_000

/** Milliseconds: how soon to look again, how the pause grows, and where it ends. */
const pause = { first: 10, growth: 1.5, longest: 250 }

/** What a waiter has seen of a holder. It measures by its own waiting: clocks jump, and other machines have others. */
export interface Watch {
  readonly nonce: string
  readonly beat: string
  /** Milliseconds without a sign of life. */
  readonly still: number
}

/** Goes on watching after another pause. */
export const watchOn = (before: Watch | undefined, holder: Holder, paused: number): Watch => {
  const { nonce, beat } = holder
  const same = before?.nonce === nonce && before.beat === beat
  return { nonce, beat, still: same ? before.still + paused : 0 }
}

/** Whether a lock may be claimed: it is free, or its holder is gone. */
export const mayClaim = (watch: Watch | undefined, life: Life): boolean =>
  watch === undefined || life === "dead" || watch.still >= lease

export interface LockRequest {
  /** What it is wanted for, in words that go on "which is …". */
  readonly purpose: string
  /** Longest wait in milliseconds; then the failure `store_busy`. */
  readonly patience: number
  /** Waits shorter than this are not worth telling, in milliseconds. */
  readonly silence: number
}

// One queue per lock in this process, whoever asks: fibers must not fight over a file.
const queues = new Map<string, Semaphore.Semaphore>()

const queueOf = (lock: string): Semaphore.Semaphore => {
  const queue = queues.get(lock) ?? Semaphore.makeUnsafe(1)
  queues.set(lock, queue)
  return queue
}

// The locks of this process, by nonce. Another one that bears its name could not be removed when it was let go.
const ours = new Set<string>()

const lifeOfHolder = ({ owner }: Holder): Life => {
  if (owner === undefined) return "elsewhere"
  const life = lifeOf(owner)
  return life === "alive" && owner.pid === process.pid && !ours.has(owner.nonce) ? "dead" : life
}

const nameOf = ({ owner }: Holder): string =>
  owner === undefined ? "another process" : `process ${owner.pid}, which is ${owner.purpose}`

const attempt = <A>(lock: string, act: () => A): Effect.Effect<A, VaultFailure> =>
  Effect.try({
    try: act,
    catch: (error) => vaultFailure("unwritable", lock, { detail: detailOf(error) }),
  })

const lookAt = (lock: string, paused: number, before: Watch | undefined) =>
  attempt(lock, () => {
    const holder = atOnce(looking(lock))
    if (holder === undefined) return { claimable: true } as const
    const watch = watchOn(before, holder, paused)
    return { holder, watch, claimable: mayClaim(watch, lifeOfHolder(holder)) } as const
  })

/** Polls until the lock is ours. `hold` hears of it in the same instant, so that an interruption cannot lose it. */
const acquire = Effect.fnUntraced(function* (lock: string, request: LockRequest, hold: (claim: Claim) => void) {
  const findings = yield* Findings
  const { purpose, patience, silence } = request
  let watch: Watch | undefined
  let told = false
  let paused = 0
  for (let delay = pause.first, waited = 0; ; delay = Math.min(delay * pause.growth, pause.longest)) {
    const seen = yield* lookAt(lock, paused, watch)
    watch = seen.watch
    paused = 0
    if (seen.claimable) {
      const held = yield* attempt(lock, () => {
        const claim = atOnce(claiming(lock, seen.holder, { ...thisProcess(), purpose }))
        if (claim !== undefined) hold(claim)
        return claim !== undefined
      })
      if (held) return
    }
    if (waited >= patience)
      return yield* vaultFailure("store_busy", lock, {
        ...(seen.holder === undefined ? {} : { received: nameOf(seen.holder) }),
        detail: `waited ${Math.round(waited / 1_000)} s`,
      })
    if (!told && waited >= silence && seen.holder !== undefined) {
      told = true
      yield* findings.raise({
        // Whoever waits wants to know for whom, also where checks are not shown.
        severity: "warning",
        rule: "mcp-dcr-tui lock",
        text: `Waiting for ${nameOf(seen.holder)}: at most ${Math.round((patience - waited) / 1_000)} s.`,
      })
    }
    yield* Effect.sleep(delay)
    paused = delay
    waited += delay
  }
})

const beating = (claim: Claim): Effect.Effect<never> =>
  Effect.forever(
    Effect.andThen(
      Effect.sleep(beatEvery),
      Effect.sync(() => beat(claim)),
    ),
  )

/**
 * One holder per lock, over all fibers and all processes that share the directory. The lock is let go whatever becomes of the
 * effect; a holder that was killed is succeeded at once. Waiting is bounded and told. Where no lock can be written,
 * `unlocked` decides: go on within this process alone, after saying so, or fail.
 */
export const withLock =
  (
    lock: string,
    request: LockRequest,
    unlocked: (failure: VaultFailure) => Effect.Effect<void, VaultFailure, Findings>,
  ) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | VaultFailure, R | Findings> =>
    Effect.suspend(() => {
      let claim: Claim | undefined
      const directory = makeDirectory(path.dirname(lock))
      const lockFile =
        directory instanceof VaultFailure
          ? unlocked(directory)
          : acquire(lock, request, (held) => {
              claim = held
              ours.add(held.nonce)
            }).pipe(
              Effect.catchIf(
                (failure) => failure.code !== "store_busy",
                (failure) => unlocked(failure),
              ),
            )
      const held = Effect.suspend(() => {
        if (claim === undefined) return effect
        return Effect.flatMap(Effect.forkChild(beating(claim)), (pulse) =>
          Effect.ensuring(effect, Fiber.interrupt(pulse)),
        )
      })
      const release = Effect.suspend(() => {
        const held = claim
        if (held === undefined) return Effect.void
        ours.delete(held.nonce)
        // What cannot be removed now is the lock of a process that does not beat, and soon of one that is dead.
        return Effect.ignore(attempt(lock, () => atOnce(releasing(held))))
      })
      return lockFile.pipe(Effect.andThen(held), Effect.ensuring(release))
    }).pipe(Semaphore.withPermits(queueOf(lock), 1))
