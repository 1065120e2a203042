import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { Recorder } from "./exchange.ts"
import type { WireFailure } from "./failure.ts"
import { isRedirect, makeSending, redirectRefused } from "./following.ts"
import { locationOfServer } from "./lookup.ts"
import { makeOpening, type WireOptions } from "./opening.ts"
import { header, type IncomingStream, type Outgoing, Wire } from "./wire.ts"

const make = Effect.fnUntraced(function* (options: WireOptions) {
  const recorder = yield* Recorder
  const { secrets } = options
  const trusted = yield* locationOfServer(options.serverUrl)
  const openOnce = makeOpening({ options, recorder, trusted })

  const open = (request: Outgoing): Effect.Effect<IncomingStream, WireFailure, Scope.Scope> =>
    Effect.gen(function* () {
      // A scope of its own: when the redirect is refused, the connection must not outlive the failure.
      const scope = yield* Scope.make()
      yield* Effect.addFinalizer((exit) => Scope.close(scope, exit))
      const answer = yield* Scope.provide(openOnce(request, 1), scope)
      if (!isRedirect(answer)) return answer
      yield* Scope.close(scope, Exit.void)
      return yield* redirectRefused(answer, header(answer, "location") ?? "nowhere", secrets)
    })

  return Wire.of({ send: makeSending({ openOnce, recorder, secrets }), open })
})

export type { WireOptions } from "./opening.ts"

/** The wire over got. Needs a {@link Recorder}. */
export const wireLayer = (options: WireOptions): Layer.Layer<Wire, never, Recorder> => Layer.effect(Wire, make(options))
