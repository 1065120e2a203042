import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { Recorder } from "./exchange.ts"
import type { WireFailure } from "./failure.ts"
import { isRedirect, makeSending, redirectRefused, slashAway } from "./following.ts"
import { locationOfServer } from "./lookup.ts"
import { makeOpening, type WireOptions } from "./opening.ts"
import { header, type IncomingStream, type Outgoing, Wire } from "./wire.ts"

const make = Effect.fnUntraced(function* (options: WireOptions) {
  const recorder = yield* Recorder
  const { secrets } = options
  const trusted = yield* locationOfServer(options.serverUrl)
  const openOnce = makeOpening({ options, recorder, trusted })

  const settled = new Map<string, string>()

  /** Opens at one address. A scope of its own: when a redirect came, its connection must not outlive the answer. */
  const openAt = Effect.fnUntraced(function* (request: Outgoing) {
    const scope = yield* Scope.make()
    yield* Effect.addFinalizer((exit) => Scope.close(scope, exit))
    const answer = yield* Scope.provide(openOnce(request, 1), scope)
    if (isRedirect(answer)) yield* Scope.close(scope, Exit.void)
    return answer
  })

  const open = Effect.fnUntraced(function* (
    request: Outgoing,
  ): Effect.fn.Return<IncomingStream, WireFailure, Scope.Scope> {
    const answer = yield* openAt({ ...request, url: settled.get(request.url) ?? request.url })
    if (!isRedirect(answer)) return answer
    // A proof of possession is made for one address (RFC 9449 §4.2).
    const target = request.headers?.dpop === undefined ? slashAway(answer) : undefined
    const again = target === undefined ? answer : yield* openAt({ ...request, url: target })
    if (target === undefined || isRedirect(again))
      return yield* redirectRefused(again, header(again, "location") ?? "nowhere", secrets)
    settled.set(request.url, target)
    return { ...again, askedAt: answer.url }
  })

  return Wire.of({ send: makeSending({ openOnce, recorder, secrets }), open })
})

export type { WireOptions } from "./opening.ts"

/** The wire over got. Needs a {@link Recorder}. */
export const wireLayer = (options: WireOptions): Layer.Layer<Wire, never, Recorder> => Layer.effect(Wire, make(options))
