import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import { type CallbackListener, listenForCallback } from "../oauth/callback.ts"
import type { OAuthFailure } from "../oauth/failure.ts"

/**
 * Holds the one callback listener of a sign-in from the moment the browser is opened (step 6) until the token exchange
 * is over (step 7), because only then may the page in the browser say how it went (rulebook CR-111, CR-115).
 */
export class CallbackDesk extends Context.Service<
  CallbackDesk,
  {
    /** Opens the port, closing an earlier listener first. Fails with `callback_port_taken`. */
    readonly open: (redirectUri: string) => Effect.Effect<CallbackListener, OAuthFailure>
    /** Tells the waiting browser how it went and closes the port. Does nothing when none is open. */
    readonly conclude: (outcome: "success" | "failure") => Effect.Effect<void>
    readonly close: Effect.Effect<void>
    /** Callback URLs that a person pasted; the newest counts. */
    readonly paste: (text: string) => Effect.Effect<void>
    readonly pasted: Effect.Effect<string>
  }
>()("mcp-dcr-tui/flow/CallbackDesk") {
  static readonly layer = Layer.effect(
    CallbackDesk,
    Effect.gen(function* () {
      let current: { readonly listener: CallbackListener; readonly scope: Scope.Closeable } | undefined
      const pastes = yield* Queue.sliding<string>(1)

      const close = Effect.suspend(() => {
        const open = current
        current = undefined
        return open === undefined ? Effect.void : Scope.close(open.scope, Exit.void)
      })
      yield* Effect.addFinalizer(() => close)
      const scope = yield* Effect.scope

      return CallbackDesk.of({
        open: Effect.fn("flow.openCallbackDesk")(function* (redirectUri: string) {
          yield* close
          yield* Queue.clear(pastes)
          const scope = yield* Scope.make()
          const listener = yield* listenForCallback(redirectUri).pipe(
            Scope.provide(scope),
            Effect.tapError(() => Scope.close(scope, Exit.void)),
          )
          current = { listener, scope }
          return listener
        }),
        conclude: (outcome) =>
          Effect.suspend(() => (current === undefined ? Effect.void : current.listener.conclude(outcome))).pipe(
            // The last page may take a moment to leave; the flow need not wait for it, only the end of the program.
            Effect.andThen(Effect.forkIn(close, scope)),
            Effect.asVoid,
          ),
        close,
        paste: (text) => Effect.asVoid(Queue.offer(pastes, text)),
        pasted: Queue.take(pastes),
      })
    }),
  )
}
