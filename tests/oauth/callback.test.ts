import net from "node:net"
import path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { stateMatches } from "../../source/oauth/authorization-response.ts"
import { type CallbackListener, listenForCallback } from "../../source/oauth/callback.ts"
import { reserveRedirectUri } from "../../source/oauth/redirect-uri.ts"
import { portOf, raw } from "./authorization-room.ts"

const attempt = { state: "right-state" }
const ours = (params: URLSearchParams) => stateMatches(attempt, params)

const listen = Effect.gen(function* () {
  const redirectUri = yield* reserveRedirectUri({})
  const listener = yield* listenForCallback(redirectUri)
  return { redirectUri, port: portOf(redirectUri), listener }
})

const ask = (port: number, target: string, more = "", method = "GET") =>
  Effect.promise(() => raw(port, `${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${more}\r\n`))

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)
const bodyOf = (answer: string): string => answer.split("\r\n\r\n").slice(1).join("\r\n\r\n")
const fieldOf = (answer: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)\r$`, "im").exec(answer)?.[1]

const good = "/callback?code=the-code&state=right-state"

const once = (socket: net.Socket | undefined): Promise<void> =>
  new Promise((resolve) => (socket === undefined || socket.closed ? resolve() : socket.once("close", () => resolve())))

/** The parameters that were taken, after `during` has done its requests. */
const answered = (listener: CallbackListener) =>
  Effect.forkChild(listener.awaitResponse(ours), { startImmediately: true })

describe("callback listener", () => {
  it.live(
    "CR-112 CR-51 raw sockets: what is not the answer gets an empty refusal and does not use the attempt up",
    () =>
      Effect.gen(function* () {
        const { port, listener } = yield* listen
        const waiting = yield* answered(listener)
        const host = `Host: 127.0.0.1:${port}\r\n`
        const table: ReadonlyArray<readonly [sent: string, status: number]> = [
          [`POST ${good} HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n`, 405],
          [`HEAD ${good} HTTP/1.1\r\n${host}\r\n`, 405],
          [`PUT ${good} HTTP/1.1\r\n${host}\r\n`, 405],
          [`OPTIONS ${good} HTTP/1.1\r\n${host}\r\n`, 405],
          [`GET /favicon.ico HTTP/1.1\r\n${host}\r\n`, 404],
          [`GET / HTTP/1.1\r\n${host}\r\n`, 404],
          [`GET /Callback?state=right-state&code=c HTTP/1.1\r\n${host}\r\n`, 404],
          [`GET /callback/?state=right-state&code=c HTTP/1.1\r\n${host}\r\n`, 404],
          [`GET /callback/done HTTP/1.1\r\n${host}\r\n`, 404],
          [`GET /x/../callback?state=right-state&code=c HTTP/1.1\r\n${host}\r\n`, 404],
          [`GET //evil.example${good} HTTP/1.1\r\n${host}\r\n`, 404],
          [`GET http://127.0.0.1:${port}${good} HTTP/1.1\r\n${host}\r\n`, 404],
          [`GET ${good} HTTP/1.1\r\nHost: evil.example\r\n\r\n`, 421],
          [`GET ${good} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`, 421],
          [`GET ${good} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`, 421],
          [`GET ${good} HTTP/1.1\r\n${host}Host: evil.example\r\n\r\n`, 421],
          [`GET ${good} HTTP/1.1\r\n\r\n`, 421],
          [`GET ${good} HTTP/1.0\r\n\r\n`, 421],
          [`GET ${good} HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabc`, 413],
          [`GET ${good} HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 413],
          [`GET /callback?code=${"c".repeat(64 * 1024)}&state=right-state HTTP/1.1\r\n${host}\r\n`, 431],
          [`GET /callback HTTP/1.1\r\n${host}\r\n`, 400],
          [`GET /callback?code=c HTTP/1.1\r\n${host}\r\n`, 400],
          [`GET /callback?code=c&state=wrong HTTP/1.1\r\n${host}\r\n`, 400],
          [`GET /callback?error=access_denied&state=wrong HTTP/1.1\r\n${host}\r\n`, 400],
          [`GET /callback?code=c&state=right-state&state=right-state HTTP/1.1\r\n${host}\r\n`, 400],
          ["no http at all\r\n\r\n", 400],
        ]
        for (const [sent, status] of table) {
          const answer = yield* Effect.promise(() => raw(port, sent))
          assert.strictEqual(statusOf(answer), status, sent.slice(0, 100))
          assert.strictEqual(bodyOf(answer), "", sent.slice(0, 100))
        }
        assert.isAbove(yield* listener.seen, 20)
        assert.isUndefined(waiting.pollUnsafe())
        assert.strictEqual(statusOf(yield* ask(port, good)), 303)
        assert.strictEqual((yield* Fiber.join(waiting)).get("code"), "the-code")
      }).pipe(Effect.scoped),
  )

  it.live("CR-113 1,000 forged answers, twenty at a time, then the real one", () =>
    Effect.gen(function* () {
      const { port, listener } = yield* listen
      const waiting = yield* answered(listener)
      const forged = Array.from({ length: 1_000 }, (_, index) => `/callback?code=forged&state=${index}`)
      const statuses = yield* Effect.forEach(forged, (target) => Effect.map(ask(port, target), statusOf), {
        concurrency: 20,
      })
      assert.deepStrictEqual([...new Set(statuses)], [400])
      assert.strictEqual(yield* listener.seen, 1_000)
      yield* ask(port, good)
      assert.strictEqual((yield* Fiber.join(waiting)).get("code"), "the-code")
    }).pipe(Effect.scoped),
  )

  it.live("CR-113 idle connections do not lock the real answer out", () =>
    Effect.gen(function* () {
      const { port, listener } = yield* listen
      const waiting = yield* answered(listener)
      const idle = yield* Effect.promise(() =>
        Promise.all(
          Array.from(
            { length: 100 },
            () =>
              new Promise<net.Socket>((resolve) => {
                const socket = net.connect(port, "127.0.0.1", () => resolve(socket))
                socket.on("error", () => {})
              }),
          ),
        ),
      )
      yield* ask(port, good)
      assert.strictEqual((yield* Fiber.join(waiting)).get("code"), "the-code")
      // The eldest had to go, the youngest are still there.
      yield* Effect.promise(() => once(idle[0]))
      assert.isTrue(idle.at(-1)?.writable)
      for (const socket of idle) socket.destroy()
    }).pipe(Effect.scoped),
  )

  it.live("an answer that comes before anyone waits for it is not lost", () =>
    Effect.gen(function* () {
      const { port, listener } = yield* listen
      const browser = yield* Effect.forkChild(ask(port, good), { startImmediately: true })
      const forged = yield* Effect.forkChild(ask(port, "/callback?state=x"), { startImmediately: true })
      yield* ask(port, "/favicon.ico")
      const params = yield* listener.awaitResponse(ours)
      assert.strictEqual(params.get("code"), "the-code")
      assert.strictEqual(statusOf(yield* Fiber.join(browser)), 303)
      assert.strictEqual(statusOf(yield* Fiber.join(forged)), 400)
    }).pipe(Effect.scoped),
  )

  it.live("CR-114 a code of 8 kB is taken, and the page that follows reflects nothing and carries the headers", () =>
    Effect.gen(function* () {
      const { port, listener } = yield* listen
      const waiting = yield* answered(listener)
      const query = `code=${"c".repeat(8192)}&state=right-state&error_description=%3Cscript%3ECANARY`
      const redirect = yield* ask(port, `/callback?${query}`)
      assert.strictEqual((yield* Fiber.join(waiting)).get("code")?.length, 8192)
      assert.strictEqual(statusOf(redirect), 303)
      assert.strictEqual(fieldOf(redirect, "Location"), "/callback/done")
      yield* listener.conclude("success")
      const page = yield* ask(port, "/callback/done?CANARY=CANARY")
      assert.strictEqual(statusOf(page), 200)
      for (const answer of [redirect, page]) {
        assert.notMatch(answer, /CANARY|cccc|right-state/)
        assert.match(fieldOf(answer, "Content-Security-Policy") ?? "", /^default-src 'none';/)
        assert.strictEqual(fieldOf(answer, "Cache-Control"), "no-store")
        assert.strictEqual(fieldOf(answer, "Referrer-Policy"), "no-referrer")
        assert.strictEqual(fieldOf(answer, "X-Frame-Options"), "DENY")
        assert.strictEqual(fieldOf(answer, "X-Content-Type-Options"), "nosniff")
        assert.strictEqual(fieldOf(answer, "Connection"), "close")
      }
      assert.notMatch(page, /<script|http:|https:|src=|href=/)
    }).pipe(Effect.scoped),
  )

  it.live("CR-115 the page waits until the exchange is over, and only then says how it went", () =>
    Effect.gen(function* () {
      for (const [outcome, title] of [
        ["success", "Signed in"],
        ["failure", "Not signed in"],
      ] as const) {
        yield* Effect.gen(function* () {
          const { port, listener } = yield* listen
          const waiting = yield* answered(listener)
          yield* ask(port, good)
          yield* Fiber.join(waiting)
          const early = yield* ask(port, "/callback/done")
          assert.strictEqual(fieldOf(early, "Refresh"), "0")
          assert.notMatch(early, /<h1>(Not s|S)igned in/)
          const held = yield* Effect.forkChild(ask(port, "/callback/done"), { startImmediately: true })
          yield* listener.conclude(outcome)
          const last = yield* Fiber.join(held)
          assert.include(last, `<h1>${title}</h1>`)
          assert.isUndefined(fieldOf(last, "Refresh"))
          // The second word does not count: what was said once stays said.
          yield* listener.conclude(outcome === "success" ? "failure" : "success")
          assert.include(yield* ask(port, "/callback/done"), `<h1>${title}</h1>`)
          // A reload of the answer leads back to the page.
          assert.strictEqual(statusOf(yield* ask(port, good)), 303)
        }).pipe(Effect.scoped)
      }
    }),
  )

  it.live("CR-111 closing the scope lets the last page out and then frees the port", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { port, listener, redirectUri } = yield* listen.pipe(Scope.provide(scope))
      const waiting = yield* answered(listener)
      const page = yield* Effect.forkChild(
        Effect.promise(() => fetch(`${redirectUri}?code=the-code&state=right-state`).then((answer) => answer.text())),
        { startImmediately: true },
      )
      yield* Fiber.join(waiting)
      yield* listener.conclude("success")
      yield* Scope.close(scope, Exit.void)
      assert.include(yield* Fiber.join(page), "<h1>Signed in</h1>")
      const free = yield* Effect.promise(
        () =>
          new Promise<boolean>((resolve) => {
            const again = net.createServer()
            again.once("error", () => resolve(false))
            again.listen(port, "127.0.0.1", () => again.close(() => resolve(true)))
          }),
      )
      assert.isTrue(free)
    }),
  )

  it.live("CR-111 closing the scope without an answer takes open sockets along at once", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { port } = yield* listen.pipe(Scope.provide(scope))
      const idle = yield* Effect.forkChild(
        Effect.promise(() => raw(port, "GET /call")),
        { startImmediately: true },
      )
      yield* ask(port, "/favicon.ico")
      const began = performance.now()
      yield* Scope.close(scope, Exit.void)
      yield* Fiber.join(idle)
      assert.isBelow(performance.now() - began, 400)
    }),
  )

  it.live("CR-111 a cancelled wait shows the failure page, and ends without lingering", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { port, listener } = yield* listen.pipe(Scope.provide(scope))
      const waiting = yield* answered(listener)
      yield* ask(port, good)
      yield* Fiber.join(waiting)
      const held = yield* Effect.forkChild(ask(port, "/callback/done"), { startImmediately: true })
      yield* ask(port, "/favicon.ico")
      const began = performance.now()
      yield* Scope.close(scope, Exit.void)
      assert.isBelow(performance.now() - began, 400)
      assert.include(yield* Fiber.join(held), "<h1>Not signed in</h1>")
    }),
  )

  it.live("CR-109 localhost is answered on both families, and only on loopback", () =>
    Effect.gen(function* () {
      const redirectUri = yield* reserveRedirectUri({ wanted: "http://localhost:0/cb" })
      const listener = yield* listenForCallback(redirectUri)
      const port = portOf(redirectUri)
      yield* answered(listener)
      const request = `GET /cb?state=x HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`
      for (const host of ["127.0.0.1", "::1"])
        assert.strictEqual(statusOf(yield* Effect.promise(() => raw(port, request, host))), 400, host)
      // Elsewhere than on Linux only 127.0.0.1 exists.
      if (process.platform !== "linux") return
      // 127.0.0.2 reaches only a socket that is bound to every address.
      const wide = yield* Effect.promise(() =>
        raw(port, request, "127.0.0.2").then(
          () => "answered",
          (error: NodeJS.ErrnoException) => error.code,
        ),
      )
      assert.strictEqual(wide, "ECONNREFUSED")
    }).pipe(Effect.scoped),
  )

  it.live("a taken port is named with its holder", () =>
    Effect.gen(function* () {
      const { redirectUri, port } = yield* listen
      const failure = yield* Effect.flip(listenForCallback(redirectUri))
      assert.strictEqual(failure.code, "callback_port_taken")
      assert.include(failure.received ?? "", String(port))
      if (process.platform === "linux")
        assert.include(failure.detail ?? "", `process ${process.pid} (${path.basename(process.execPath)})`)
    }).pipe(Effect.scoped),
  )

  it.live("a redirect URI elsewhere is not listened for", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(listenForCallback("https://app.example/callback"))
      assert.strictEqual(failure.code, "redirect_not_loopback")
    }).pipe(Effect.scoped),
  )
})

describe("redirect URI", () => {
  it.live("CR-108 CR-110 the default is the literal address with a free port; the rest stays byte for byte", () =>
    Effect.gen(function* () {
      const table: ReadonlyArray<readonly [string | undefined, RegExp]> = [
        [undefined, /^http:\/\/127\.0\.0\.1:\d{4,5}\/callback$/],
        ["http://127.0.0.1:0/a/b?c=d", /^http:\/\/127\.0\.0\.1:\d{4,5}\/a\/b\?c=d$/],
        ["http://localhost:0/cb", /^http:\/\/localhost:\d{4,5}\/cb$/],
        ["http://127.0.0.1/cb", /^http:\/\/127\.0\.0\.1:\d{4,5}\/cb$/],
        ["http://[::1]:0/cb", /^http:\/\/\[::1\]:\d{4,5}\/cb$/],
        ["http://127.0.0.1:8765/cb", /^http:\/\/127\.0\.0\.1:8765\/cb$/],
        ["https://app.example/cb", /^https:\/\/app\.example\/cb$/],
      ]
      for (const [wanted, expected] of table) assert.match(yield* reserveRedirectUri({ wanted }), expected)
    }),
  )

  it.live("refuses what may not be a redirect URI", () =>
    Effect.gen(function* () {
      for (const wanted of [
        "nonsense",
        "http://app.example/cb",
        "myapp://cb",
        "https://x.example/#f",
        "http://u@127.0.0.1/",
      ]) {
        const failure = yield* Effect.flip(reserveRedirectUri({ wanted }))
        assert.strictEqual(failure.code, "redirect_uri_invalid", wanted)
      }
    }),
  )
})
