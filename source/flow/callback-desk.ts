import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import { type CallbackListener, listenForCallback } from "../oauth/callback.ts"
import type { OAuthFailure } from "../oauth/failure.ts"
import { isLoopbackRedirect } from "../oauth/redirect-uri.ts"

interface Open {
  readonly port: string
  readonly listener: CallbackListener
  readonly scope: Scope.Closeable
}

/**
 * Holds the one callback listener of a sign-in from the moment the browser is opened (step 6) until the token exchange
 * is over (step 7), because only then may the page in the browser say how it went (rulebook CR-111, CR-115).
 */
export class CallbackDesk extends Context.Service<
  CallbackDesk,
  {
    /**
     * Opens the port of the redirect URI, closing an earlier listener first; nothing when the URI is somebody else's page,
     * so that the answer can only be pasted. Forgets what was pasted before. Fails with `callback_port_taken`.
     */
    readonly open: (redirectUri: string) => Effect.Effect<CallbackListener | undefined, OAuthFailure>
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
      let current: Open | undefined
      /** The last page may take a moment to leave; meanwhile its port is not free. */
      let leaving: { readonly port: string; readonly fiber: Fiber.Fiber<void> } | undefined
      const pastes = yield* Queue.sliding<string>(1)

      const taken = Effect.sync(() => {
        const open = current
        current = undefined
        return open
      })
      const close = Effect.flatMap(taken, (open) =>
        open === undefined ? Effect.void : Scope.close(open.scope, Exit.void),
      )
      const left = Effect.suspend(() => (leaving === undefined ? Effect.void : Fiber.await(leaving.fiber)))
      yield* Effect.addFinalizer(() => Effect.andThen(close, left))

      return CallbackDesk.of({
        open: Effect.fn("flow.openCallbackDesk")(function* (redirectUri: string) {
          yield* close
          yield* Queue.clear(pastes)
          if (!isLoopbackRedirect(redirectUri)) return undefined
          const { port } = new URL(redirectUri)
          if (leaving?.port === port) yield* left
          const scope = yield* Scope.make()
          const listener = yield* listenForCallback(redirectUri).pipe(
            Scope.provide(scope),
            Effect.onError(() => Scope.close(scope, Exit.void)),
          )
          current = { port, listener, scope }
          return listener
        }),
        conclude: Effect.fn("flow.concludeCallback")(function* (outcome: "success" | "failure") {
          const open = yield* taken
          if (open === undefined) return
          yield* open.listener.conclude(outcome)
          const fiber = yield* Effect.forkDetach(Effect.uninterruptible(Scope.close(open.scope, Exit.void)))
          leaving = { port: open.port, fiber }
        }),
        close,
        paste: (text) => Effect.asVoid(Queue.offer(pastes, text)),
        pasted: Queue.take(pastes),
      })
    }),
  )
}
