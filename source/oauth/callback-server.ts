import http from "node:http"
import type net from "node:net"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type OAuthFailure, oauthFailure } from "./failure.ts"
import { portHolder } from "./port-holder.ts"
import { bindAddresses } from "./redirect-uri.ts"

const kilo = 1024

/** A code has no size limit in the standards (CR-52); what is larger than this comes from no honest server. */
const maxHeaderSize = 32 * kilo
const mostConnections = 64
const requestMillis = 5_000

const makeServer = (handle: http.RequestListener): http.Server => {
  const server = http.createServer(
    {
      maxHeaderSize,
      headersTimeout: requestMillis,
      requestTimeout: requestMillis,
      connectionsCheckingInterval: 500,
      // A missing Host gets our own refusal, with our own headers.
      requireHostHeader: false,
    },
    handle,
  )
  // The eldest makes room: idle connections, which any page can open, must not lock the real answer out.
  const open = new Set<net.Socket>()
  server.on("connection", (socket) => {
    open.add(socket)
    socket.once("close", () => open.delete(socket))
    const [eldest] = open
    if (open.size > mostConnections && eldest !== undefined) eldest.destroy()
  })
  return server
}

const bind = (
  server: http.Server,
  host: string,
  port: number,
): Effect.Effect<"bound" | "taken" | { readonly refused: string; readonly absent: boolean }> =>
  Effect.callback((resume) => {
    const failed = (error: NodeJS.ErrnoException) =>
      resume(
        Effect.succeed(
          error.code === "EADDRINUSE"
            ? "taken"
            : {
                refused: error.code ?? error.message,
                absent: error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT",
              },
        ),
      )
    server.once("error", failed)
    // Always with a host: without one Node listens on every interface (CR-109).
    server.listen({ host, port, exclusive: true }, () => {
      server.off("error", failed)
      server.on("error", () => {})
      resume(Effect.succeed("bound"))
    })
    return Effect.sync(() => server.close())
  })

const close = (server: http.Server): Effect.Effect<void> =>
  Effect.callback((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })

/**
 * Listens at the addresses of a loopback redirect URI until the scope closes; then port and sockets are gone at once.
 * Fails with `callback_port_taken`, which names the holder where the system tells, or `callback_port_refused`.
 */
export const serveRedirectUri = Effect.fn("oauth.serveRedirectUri")(function* (
  redirectUri: URL,
  handle: http.RequestListener,
): Effect.fn.Return<void, OAuthFailure, Scope.Scope> {
  const port = redirectUri.port === "" ? 80 : Number(redirectUri.port)
  let bound = 0
  for (const host of bindAddresses(redirectUri)) {
    const server = makeServer(handle)
    yield* Effect.addFinalizer(() => close(server))
    const result = yield* bind(server, host, port)
    if (result === "bound") bound++
    else if (result === "taken") {
      const holder = yield* portHolder(port)
      return yield* oauthFailure("callback_port_taken", {
        url: redirectUri.href,
        received: `port ${port} on ${host}`,
        ...(holder === undefined ? {} : { detail: `held by process ${holder.pid} (${holder.command})` }),
      })
    } else if (bound === 0 || !result.absent) {
      return yield* oauthFailure("callback_port_refused", {
        url: redirectUri.href,
        detail: `${host}: ${result.refused}`,
      })
    }
  }
})
