import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { CallbackDesk } from "../../source/flow/callback-desk.ts"
import { reserveRedirectUri } from "../../source/oauth/redirect-uri.ts"
import { occupied } from "./room.ts"

const anyPort = reserveRedirectUri({ wanted: "http://127.0.0.1:0/callback" })

describe("the callback desk", () => {
  it.live("forgets what was pasted before it opened", () =>
    Effect.gen(function* () {
      const desk = yield* CallbackDesk
      yield* desk.paste("of an earlier attempt")
      // A page of somebody else: nothing to listen on, and all the same a new attempt.
      assert.strictEqual(yield* desk.open("https://sign-in.example/callback"), undefined)
      const pasted = yield* Effect.forkChild(desk.pasted, { startImmediately: true })
      yield* desk.paste("of this attempt")
      assert.strictEqual(yield* Fiber.join(pasted), "of this attempt")
    }).pipe(Effect.provide(CallbackDesk.layer)),
  )

  it.live("has one listener at a time, and lets the port go with its scope", () =>
    Effect.gen(function* () {
      const first = yield* anyPort
      const second = yield* anyPort
      yield* Effect.gen(function* () {
        const desk = yield* CallbackDesk
        yield* desk.open(first)
        yield* desk.open(second)
        yield* Effect.scoped(occupied(Number(new URL(first).port)))
        const failure = yield* Effect.flip(Effect.andThen(occupied(Number(new URL(first).port)), desk.open(first)))
        assert.strictEqual(failure.code, "callback_port_taken")
        yield* desk.open(second)
      }).pipe(Effect.scoped, Effect.provide(CallbackDesk.layer))
      yield* Effect.scoped(occupied(Number(new URL(second).port)))
    }),
  )
})
