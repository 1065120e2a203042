import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Pause, Recorder } from "./exchange.ts"

/** Waits before a request is sent again, in sight of everybody. */
export const pause = Effect.fn("wire.pause")(function* (wait: Pause) {
  const recorder = yield* Effect.serviceOption(Recorder)
  if (Option.isSome(recorder)) yield* recorder.value.waiting(wait)
  yield* Effect.sleep(wait.millis)
})
