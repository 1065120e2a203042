import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/** A lock that outlives the effect that took it, because what it guards is done in several steps. */
export interface Hold {
  /** Takes the lock of this name, by the way that is given. Takes nothing twice; lets go of another one first. */
  readonly take: <E, R>(
    name: string,
    locked: (effect: Effect.Effect<never>) => Effect.Effect<never, E, R>,
  ) => Effect.Effect<void, E, R>
  /** Waits until the lock is free again. Does nothing when none is held. */
  readonly letGo: Effect.Effect<void>
}

/** Holds one lock at a time, in a fiber of its own. Ends with the process at the latest. */
export const makeHold = (): Hold => {
  let held: { readonly name: string; readonly fiber: Fiber.Fiber<never, unknown> } | undefined
  const letGo = Effect.suspend(() => {
    const fiber = held?.fiber
    held = undefined
    return fiber === undefined ? Effect.void : Fiber.interrupt(fiber)
  })
  return {
    letGo,
    take: Effect.fnUntraced(function* (name, locked) {
      if (held?.name === name) return
      yield* letGo
      const got = yield* Deferred.make<void>()
      const holding = locked(Effect.andThen(Deferred.succeed(got, undefined), Effect.never))
      const fiber = yield* Effect.forkDetach(holding, { startImmediately: true })
      held = { name, fiber }
      yield* Effect.raceFirst(Deferred.await(got), Fiber.join(fiber)).pipe(Effect.onError(() => letGo))
    }),
  }
}
