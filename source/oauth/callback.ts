import type http from "node:http"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type PageState, pageHeaders, pages } from "./callback-page.ts"
import { refusalOf } from "./callback-request.ts"
import { serveRedirectUri } from "./callback-server.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"
import { isLoopbackRedirect } from "./redirect-uri.ts"

export interface CallbackListener {
  /**
   * The parameters of the first request that `accept` takes (normally: its state is ours). Everything else gets a neutral
   * answer and changes nothing (CR-113). Requests that come before this is called wait for it.
   */
  readonly awaitResponse: (accept: (params: URLSearchParams) => boolean) => Effect.Effect<URLSearchParams>
  /** Says how the sign-in ended; only now does the browser's page claim success or failure (CR-115). */
  readonly conclude: (outcome: "success" | "failure") => Effect.Effect<void>
  /** How many requests were refused so far. */
  readonly seen: Effect.Effect<number>
}

// Real time below, not Effect's Clock: these are manners towards a browser's sockets, no part of the flow.
/** A page that waits is held this long, so that it changes the moment the outcome is known. */
const holdMillis = 1_000
/** How long the last page may take to leave when the scope closes: when a browser is there to fetch it, and when not. */
const lingerMillis = { watched: 2_000, unwatched: 500 }
/** Requests that may wait for `awaitResponse`. */
const mostEarly = 64

type Held = http.ServerResponse

const answer = (
  response: http.ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body = "",
) => {
  const type = body === "" ? {} : { "Content-Type": "text/html; charset=utf-8" }
  response.writeHead(status, { ...pageHeaders, ...headers, ...type, "Content-Length": String(Buffer.byteLength(body)) })
  response.end(body)
}

/**
 * Opens the port of the redirect URI, before any browser is (CR-111), until the scope closes. Fails with
 * `redirect_not_loopback`, `callback_port_taken` or `callback_port_refused`.
 */
export const listenForCallback = Effect.fn("oauth.listenForCallback")(function* (
  redirectUri: string,
): Effect.fn.Return<CallbackListener, OAuthFailure, Scope.Scope> {
  if (!isLoopbackRedirect(redirectUri)) return yield* oauthFailure("redirect_not_loopback", { url: redirectUri })
  const home = new URL(redirectUri)
  // Where the browser is sent so that the code leaves its address bar (CR-114).
  const cleanPath = `${home.pathname.replace(/\/$/, "")}/done`
  const response = yield* Deferred.make<URLSearchParams>()

  let refused = 0
  let accept: ((params: URLSearchParams) => boolean) | undefined
  let accepted = false
  let watched = false
  let state: PageState = "waiting"
  const lastPage = makeSignal()
  const early: Array<{ readonly params: URLSearchParams; readonly answerTo: Held }> = []
  const held = new Map<Held, NodeJS.Timeout>()

  const refuse = (to: Held, status: number, headers: Readonly<Record<string, string>> = {}) => {
    refused++
    answer(to, status, headers)
  }

  const showState = (to: Held) => {
    if (state === "waiting") return answer(to, 200, { Refresh: "0" }, pages.waiting)
    to.once("close", lastPage.give)
    answer(to, 200, {}, pages[state])
  }

  const releaseHeld = () => {
    for (const [to, timer] of held) {
      clearTimeout(timer)
      showState(to)
    }
    held.clear()
  }

  const hold = (to: Held) => {
    watched = true
    if (state !== "waiting") return showState(to)
    const timer = setTimeout(() => {
      held.delete(to)
      showState(to)
    }, holdMillis)
    held.set(to, timer)
    to.once("close", () => {
      clearTimeout(timer)
      held.delete(to)
    })
  }

  const consider = (params: URLSearchParams, to: Held) => {
    if (accept === undefined) {
      early.push({ params, answerTo: to })
      const eldest = early.length > mostEarly ? early.shift() : undefined
      if (eldest !== undefined) refuse(eldest.answerTo, 400)
      return
    }
    if (!accept(params)) return refuse(to, 400)
    // The same answer again (a reload, a browser that asks twice) is shown the outcome, and is not used again.
    answer(to, 303, { Location: cleanPath })
    accepted = true
    Deferred.doneUnsafe(response, Effect.succeed(params))
  }

  yield* serveRedirectUri(home, (request, to) => {
    const refusal = refusalOf(request, home, accepted ? [home.pathname, cleanPath] : [home.pathname])
    if (refusal !== undefined) return refuse(to, refusal.status, refusal.headers)
    const [path = "", query = ""] = (request.url ?? "").split(/\?(.*)/s, 2)
    return path === cleanPath ? hold(to) : consider(new URLSearchParams(query), to)
  })

  const conclude = (outcome: "success" | "failure") =>
    Effect.sync(() => {
      if (state !== "waiting") return
      state = outcome
      releaseHeld()
    })

  // Runs before the port closes: nobody is left with a page that waits for ever.
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      const concluded = state !== "waiting"
      state = concluded ? state : "failure"
      releaseHeld()
      if (!accepted || !concluded) return Effect.void
      return lastPage.within(watched ? lingerMillis.watched : lingerMillis.unwatched)
    }),
  )

  return {
    awaitResponse: (test) =>
      Effect.suspend(() => {
        accept = test
        for (const { params, answerTo } of early.splice(0)) consider(params, answerTo)
        return Deferred.await(response)
      }),
    conclude,
    seen: Effect.sync(() => refused),
  }
})

/** Something that happens once, and a wait for it that ends by itself. */
const makeSignal = () => {
  let given = false
  let wake = () => {}
  return {
    give: () => {
      given = true
      wake()
    },
    within: (millis: number): Effect.Effect<void> =>
      Effect.callback((resume) => {
        if (given) return resume(Effect.void)
        const timer = setTimeout(() => resume(Effect.void), millis)
        wake = () => {
          clearTimeout(timer)
          resume(Effect.void)
        }
      }),
  }
}
