import dns from "node:dns"
import http from "node:http"
import net, { type AddressInfo } from "node:net"
import zlib from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { vi } from "vitest"
import { makeSecretBook } from "../../source/text/redaction.ts"
import type { Leg } from "../../source/wire/exchange.ts"
import { type WireOptions, wireLayer } from "../../source/wire/live.ts"
import { header, headerAll, Wire } from "../../source/wire/wire.ts"
import { makeRecording } from "./recorder.ts"

const serve = (handler: http.RequestListener) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly server: http.Server }>((resume) => {
      const server = http.createServer(handler)
      server.listen(0, "127.0.0.1", () =>
        resume(Effect.succeed({ server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })),
      )
    }),
    ({ server }) =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      }),
  )

const wired = (options: Partial<WireOptions> = {}) => {
  const recording = makeRecording()
  const secrets = makeSecretBook()
  const layer = wireLayer({ serverUrl: "http://127.0.0.1:1/mcp", secrets, userAgent: "test", ...options }).pipe(
    Layer.provide(recording.layer),
  )
  return { recording, secrets, layer }
}

describe("wire", () => {
  it.live("records exact headers, bodies, timings, and hides secrets", () =>
    Effect.gen(function* () {
      let seen: ReadonlyArray<string> = []
      const { url } = yield* serve((request, response) => {
        seen = request.rawHeaders
        response.setHeader("WWW-Authenticate", ["Basic realm=x", "Bearer scope=y"])
        response.setHeader("Content-Type", "application/json; charset=utf-8")
        response.end(JSON.stringify({ access_token: "canary-token-value", scope: "a" }))
      })
      const { recording, layer, secrets } = wired()
      const answer = yield* Wire.use((wire) =>
        wire.send({
          leg: "token",
          method: "POST",
          url: `${url}/token?code=canary-code`,
          headers: { authorization: "Bearer canary-bearer", "content-type": "application/x-www-form-urlencoded" },
          body: "grant_type=authorization_code&code=canary-code&code_verifier=canary-verifier",
        }),
      ).pipe(Effect.provide(layer))
      assert.strictEqual(answer.status, 200)
      assert.deepStrictEqual(headerAll(answer, "www-authenticate"), ["Basic realm=x", "Bearer scope=y"])
      assert.strictEqual(header(answer, "CONTENT-TYPE"), "application/json; charset=utf-8")
      assert.strictEqual(answer.mediaType, "application/json")
      assert.include(answer.body, "canary-token-value")
      const names = (list: ReadonlyArray<readonly [string, string]>) => list.map(([name]) => name.toLowerCase()).sort()
      const sent = recording.requests[0]
      assert.deepStrictEqual(
        names(sent?.headers ?? []),
        seen
          .filter((_, index) => index % 2 === 0)
          .map((n) => n.toLowerCase())
          .sort(),
      )
      const all = JSON.stringify(recording)
      for (const canary of ["canary-token-value", "canary-code", "canary-bearer", "canary-verifier"])
        assert.notInclude(all, canary)
      assert.include(secrets.expose(JSON.stringify(recording.responses)), "canary-token-value")
      assert.isAtLeast(recording.responses[0]?.timings.total ?? -1, 0)
      assert.strictEqual(recording.responses[0]?.remoteAddress, "127.0.0.1")
    }).pipe(Effect.scoped),
  )

  it.live("CR-38 follows metadata redirects on the same origin only, three at most; a token request never", () =>
    Effect.gen(function* () {
      const elsewhere = yield* serve((_, response) => void response.end("{}"))
      const { url } = yield* serve((request, response) => {
        const hop = /^\/hop(\d)$/.exec(request.url ?? "")
        if (hop) response.writeHead(302, { location: hop[1] === "0" ? "/end" : `/hop${Number(hop[1]) - 1}` }).end()
        else if (request.url === "/away") response.writeHead(302, { location: `${elsewhere.url}/x` }).end()
        else if (request.url === "/loop") response.writeHead(302, { location: "/loop" }).end()
        else if (request.url === "/token") response.writeHead(307, { location: "/end" }).end()
        else response.end("arrived")
      })
      const { layer, recording } = wired()
      const get = (path: string) =>
        Wire.use((wire) => wire.send({ leg: "server-metadata", method: "GET", url: url + path })).pipe(
          Effect.provide(layer),
        )
      assert.strictEqual((yield* get("/hop2")).body, "arrived")
      assert.strictEqual((yield* Effect.flip(get("/hop3"))).code, "redirect_refused")
      assert.strictEqual((yield* Effect.flip(get("/away"))).code, "redirect_refused")
      assert.strictEqual((yield* Effect.flip(get("/loop"))).code, "redirect_refused")
      const before = recording.requests.length
      const refused = yield* Effect.flip(
        Wire.use((wire) => wire.send({ leg: "token", method: "POST", url: `${url}/token`, body: "code=x" })).pipe(
          Effect.provide(layer),
        ),
      )
      assert.strictEqual(refused.code, "redirect_refused")
      assert.strictEqual(recording.requests.length, before + 1)
    }).pipe(Effect.scoped),
  )

  it.live(
    "CR-38 a message to the MCP server follows to the same address with or without its slash, once, and remembers",
    () =>
      Effect.gen(function* () {
        const paths: Array<string> = []
        const { url } = yield* serve((request, response) => {
          paths.push(request.url ?? "")
          const to = {
            "/mcp": "/mcp/",
            "/short/": "/short",
            "/see": "/see/",
            "/query?a=1": "/query/?b=2",
            "/loop": "/loop/",
            "/loop/": "/loop",
          }[request.url ?? ""]
          if (to === undefined) response.end("{}")
          else
            response
              .writeHead(request.url === "/see" ? 303 : 307, { location: `http://${request.headers.host}${to}` })
              .end()
        })
        const { layer } = wired()
        const ask = (path: string, headers = {}) =>
          Wire.use((wire) => wire.open({ leg: "mcp", method: "POST", url: url + path, body: "{}", headers })).pipe(
            Effect.scoped,
          )
        yield* Effect.gen(function* () {
          const first = yield* ask("/mcp")
          assert.deepInclude(first, { status: 200, url: `${url}/mcp/`, askedAt: `${url}/mcp` })
          const second = yield* ask("/mcp")
          assert.strictEqual(second.url, `${url}/mcp/`)
          assert.isUndefined(second.askedAt)
          assert.deepStrictEqual(paths, ["/mcp", "/mcp/", "/mcp/"])
          assert.strictEqual((yield* ask("/short/")).url, `${url}/short`)
          for (const path of ["/see", "/query?a=1", "/loop"])
            assert.strictEqual((yield* Effect.flip(ask(path))).code, "redirect_refused", path)
          assert.strictEqual(paths.filter((path) => path.startsWith("/loop")).length, 2)
        }).pipe(Effect.provide(layer))
        const { layer: fresh } = wired()
        const proved = yield* Effect.flip(ask("/mcp", { dpop: "proof" }).pipe(Effect.provide(fresh)))
        assert.strictEqual(proved.code, "redirect_refused")
      }).pipe(Effect.scoped),
  )

  it.live("CR-38 no other leg follows a redirect, not even within the origin", () =>
    Effect.gen(function* () {
      let asked = 0
      const { url } = yield* serve((request, response) => {
        asked += 1
        if (request.url === "/from") response.writeHead(307, { location: "/to" }).end()
        else response.end("{}")
      })
      const { layer } = wired()
      const sendAll = ["client-metadata", "registration", "client-management", "token", "revocation", "introspection"]
      for (const leg of sendAll as ReadonlyArray<Leg>) {
        const failure = yield* Effect.flip(
          Wire.use((wire) => wire.send({ leg, method: "POST", url: `${url}/from`, body: "" })).pipe(
            Effect.provide(layer),
          ),
        )
        assert.strictEqual(failure.code, "redirect_refused", leg)
        assert.include(failure.received, "/to", leg)
      }
      const refused = yield* Wire.use((wire) =>
        wire.open({ leg: "mcp", method: "POST", url: `${url}/from`, body: "{}" }),
      ).pipe(Effect.provide(layer), Effect.scoped, Effect.flip)
      assert.deepInclude(refused, { code: "redirect_refused", received: "307 to /to" })
      assert.strictEqual(asked, sendAll.length + 1)
    }).pipe(Effect.scoped),
  )

  it.live("CR-41 F-12 a name that turns private between two requests is not dialled the second time", () =>
    Effect.gen(function* () {
      let dialled = 0
      const { url } = yield* serve((_, response) => {
        dialled += 1
        response.end("{}")
      })
      const { port } = new URL(url)
      const answers = ["127.0.0.1", "10.1.2.3", "::ffff:10.1.2.3", "169.254.169.254"]
      const lookup = vi.spyOn(dns, "lookup").mockImplementation(((
        _: string,
        options: dns.LookupOptions | ((error: null, address: string) => void),
        done?: (error: null, found: ReadonlyArray<dns.LookupAddress>) => void,
      ) => {
        const address = answers.shift() ?? "127.0.0.1"
        if (typeof options === "function") options(null, address)
        else done?.(null, [{ address, family: net.isIPv6(address) ? 6 : 4 }])
      }) as typeof dns.lookup)
      yield* Effect.addFinalizer(() => Effect.sync(() => lookup.mockRestore()))
      // The server that the user typed is on this machine; the name that flips is one that it gave us.
      const { layer } = wired({ allowInsecure: true })
      const ask = Wire.use((wire) =>
        wire.send({ leg: "token", method: "POST", url: `http://as.flips.example:${port}/token`, body: "" }),
      ).pipe(Effect.provide(layer))
      assert.strictEqual((yield* ask).status, 200)
      for (const _ of [1, 2, 3]) assert.strictEqual((yield* Effect.flip(ask)).code, "blocked_address")
      assert.strictEqual(dialled, 1)
    }).pipe(Effect.scoped),
  )

  it.live("retries a safe read on 503 and shows each attempt; a POST is sent once", () =>
    Effect.gen(function* () {
      let calls = 0
      const { url } = yield* serve((_, response) => {
        calls += 1
        response.writeHead(calls < 3 ? 503 : 200, { "retry-after": "0" }).end("{}")
      })
      const { layer, recording } = wired()
      const answer = yield* Wire.use((wire) => wire.send({ leg: "server-metadata", method: "GET", url })).pipe(
        Effect.provide(layer),
      )
      assert.strictEqual(answer.status, 200)
      assert.deepStrictEqual(
        recording.requests.map((request) => request.attempt),
        [1, 2, 3],
      )
      assert.strictEqual(recording.waits.length, 2)
      calls = 0
      const post = yield* Wire.use((wire) => wire.send({ leg: "token", method: "POST", url, body: "" })).pipe(
        Effect.provide(layer),
      )
      assert.strictEqual(post.status, 503)
      assert.strictEqual(calls, 1)
    }).pipe(Effect.scoped),
  )

  it.live("F-24 waits no longer than 30 s for a server that asks for more: its answer is read instead", () =>
    Effect.gen(function* () {
      let calls = 0
      const { url } = yield* serve((_, response) => {
        calls += 1
        response.writeHead(429, { "retry-after": "31" }).end("{}")
      })
      const { layer, recording } = wired()
      const answer = yield* Wire.use((wire) => wire.send({ leg: "server-metadata", method: "GET", url })).pipe(
        Effect.provide(layer),
      )
      assert.deepStrictEqual([answer.status, calls, recording.waits.length], [429, 1, 0])
    }).pipe(Effect.scoped),
  )

  it.live("F-21 --timeout is for the body as well: one byte now and then is no answer", () =>
    Effect.gen(function* () {
      const { url } = yield* serve((_, response) => {
        response.writeHead(200)
        const timer = setInterval(() => response.write(" "), 50)
        response.once("close", () => clearInterval(timer))
      })
      const { layer } = wired({ timeoutMillis: 300 })
      const began = performance.now()
      const failure = yield* Wire.use((wire) => wire.send({ leg: "server-metadata", method: "GET", url })).pipe(
        Effect.provide(layer),
        Effect.flip,
      )
      assert.strictEqual(failure.code, "timed_out")
      assert.isBelow(performance.now() - began, 5_000)
    }).pipe(Effect.scoped),
  )

  it.live("CR-42 cuts a huge body and a gzip bomb after inflation", () =>
    Effect.gen(function* () {
      const bomb = zlib.gzipSync(Buffer.alloc(8_000_000))
      const { url } = yield* serve((request, response) => {
        if (request.url === "/bomb") response.writeHead(200, { "content-encoding": "gzip" }).end(bomb)
        else {
          const write = () => {
            while (!response.destroyed && response.write(Buffer.alloc(65_536, 97)));
            response.once("drain", write)
          }
          write()
        }
      })
      const { layer } = wired()
      for (const path of ["/bomb", "/endless"]) {
        const failure = yield* Effect.flip(
          Wire.use((wire) => wire.send({ leg: "server-metadata", method: "GET", url: url + path })).pipe(
            Effect.provide(layer),
          ),
        )
        assert.strictEqual(failure.code, "body_too_large", path)
      }
    }).pipe(Effect.scoped),
  )

  it.live(
    "CR-42 a header section of 20 kB is read, one of 40 kB is not; a client document of more than 5 kB is not",
    () =>
      Effect.gen(function* () {
        const { url } = yield* serve((request, response) => {
          const size = Number(request.url?.slice(2))
          if (request.url?.startsWith("/h")) response.writeHead(200, { "x-long": "x".repeat(size) }).end("{}")
          else response.end("x".repeat(size))
        })
        const { layer } = wired()
        const get = (leg: Leg, path: string) =>
          Wire.use((wire) => wire.send({ leg, method: "GET", url: url + path })).pipe(
            Effect.provide(layer),
            Effect.match({ onSuccess: ({ status }) => String(status), onFailure: ({ code }) => code }),
          )
        assert.strictEqual(yield* get("server-metadata", "/h20000"), "200")
        assert.strictEqual(yield* get("server-metadata", "/h40000"), "headers_too_large")
        assert.strictEqual(yield* get("client-metadata", "/b5120"), "200")
        assert.strictEqual(yield* get("client-metadata", "/b5121"), "body_too_large")
      }).pipe(Effect.scoped),
  )

  it.live("reads gzip that nobody asked for", () =>
    Effect.gen(function* () {
      const { url } = yield* serve((_, response) => {
        response
          .writeHead(200, { "content-encoding": "gzip", "content-type": "application/json" })
          .end(zlib.gzipSync('{"a":1}'))
      })
      const { layer } = wired()
      const answer = yield* Wire.use((wire) => wire.send({ leg: "server-metadata", method: "GET", url })).pipe(
        Effect.provide(layer),
      )
      assert.strictEqual(answer.body, '{"a":1}')
    }).pipe(Effect.scoped),
  )

  it.live("names what went wrong in the network, and whether the request may have been seen", () =>
    Effect.gen(function* () {
      const cut = yield* Effect.acquireRelease(
        Effect.callback<net.Server>((resume) => {
          const server = net.createServer((socket) => void socket.once("data", () => socket.destroy()))
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.sync(() => void server.close()),
      )
      const port = (cut.address() as AddressInfo).port
      const { layer } = wired({ timeoutMillis: 150 })
      const slow = yield* serve(() => undefined)
      const table = [
        [`http://127.0.0.1:${port}/token`, "connection_lost", true],
        ["http://127.0.0.1:1/token", "connection_refused", false],
        [`${slow.url}/token`, "timed_out", true],
        ["http://nothing.invalid/token", "insecure_url", false],
        ["https://nothing.invalid/token", "name_not_found", false],
        ["https://10.1.2.3/token", "blocked_address", false],
        ["ftp://127.0.0.1/", "unsupported_scheme", false],
        ["http://user:pw@127.0.0.1/", "userinfo_in_url", false],
        ["nonsense", "not_a_url", false],
      ] as const
      for (const [url, code, sent] of table) {
        const failure = yield* Effect.flip(
          Wire.use((wire) => wire.send({ leg: "token", method: "POST", url, body: "x=1" })).pipe(Effect.provide(layer)),
        )
        assert.strictEqual(failure.code, code, `${url}: ${failure.detail}`)
        assert.strictEqual(failure.sent, sent, url)
      }
    }).pipe(Effect.scoped),
  )

  it.live("interrupting the fiber closes the connection and ends the record", () =>
    Effect.gen(function* () {
      let closed: () => void = () => undefined
      let arrived: () => void = () => undefined
      const gone = new Promise<void>((resolve) => (closed = resolve))
      const here = new Promise<void>((resolve) => (arrived = resolve))
      const { url } = yield* serve((request, response) => {
        response.on("close", closed)
        response.write(": hello\n\n")
        arrived()
        request.resume()
      })
      const { layer, recording } = wired()
      const fiber = yield* Wire.use((wire) => wire.open({ leg: "mcp", method: "POST", url, body: "{}" })).pipe(
        Effect.flatMap((stream) => Stream.runDrain(stream.chunks)),
        Effect.scoped,
        Effect.provide(layer),
        Effect.forkChild,
      )
      yield* Effect.promise(() => here)
      yield* Fiber.interrupt(fiber)
      yield* Effect.promise(() => gone)
      assert.strictEqual(recording.responses.length, 1)
    }).pipe(Effect.scoped),
  )
})
