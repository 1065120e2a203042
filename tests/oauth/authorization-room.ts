import http from "node:http"
import net, { type AddressInfo } from "node:net"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Attempt } from "../../source/oauth/authorization-request.ts"
import type { Client } from "../../source/oauth/client-identity.ts"
import type { Grant } from "../../source/oauth/grant.ts"
import { Entropy } from "../../source/text/entropy.ts"
import { type Finding, Findings } from "../../source/text/finding.ts"
import { makeSecretBook } from "../../source/text/redaction.ts"
import { secret } from "../../source/text/secret.ts"
import { wireLayer } from "../../source/wire/live.ts"
import { makeRecording } from "../wire/recorder.ts"

/** One request as a test server saw it. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly form: URLSearchParams
}

/** A real server on loopback that keeps what it was sent. */
export const serve = (handle: (seen: Seen, response: http.ServerResponse) => void) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly seen: ReadonlyArray<Seen>; readonly server: http.Server }>(
      (resume) => {
        const seen: Array<Seen> = []
        const server = http.createServer((request, response) => {
          let body = ""
          request.setEncoding("utf8")
          request.on("data", (chunk: string) => {
            body += chunk
          })
          request.on("end", () => {
            const one: Seen = {
              method: request.method ?? "",
              path: request.url ?? "",
              headers: request.headers,
              form: new URLSearchParams(body),
            }
            seen.push(one)
            handle(one, response)
          })
        })
        server.listen(0, "127.0.0.1", () =>
          resume(Effect.succeed({ server, seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })),
        )
      },
    ),
    ({ server }) =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      }),
  )

export const json = (response: http.ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" })
  response.end(typeof body === "string" ? body : JSON.stringify(body))
}

/** The real wire to loopback, with everything it records and every finding that is raised. */
export const room = () => {
  const recording = makeRecording()
  const findings: Array<Finding> = []
  const layer = Layer.mergeAll(
    wireLayer({ serverUrl: "http://127.0.0.1:1/mcp", secrets: makeSecretBook(), userAgent: "test" }).pipe(
      Layer.provide(recording.layer),
    ),
    Layer.succeed(Findings, { raise: (finding) => Effect.sync(() => void findings.push(finding)) }),
    Entropy.layer,
  )
  return { recording, findings, layer }
}

export const issuer = "https://as.example"

export const publicClient: Client = {
  source: "dcr",
  issuer,
  clientId: "client-1",
  tokenEndpointAuthMethod: "none",
  redirectUris: [],
}

export const secretClient = (method: Client["tokenEndpointAuthMethod"], clientSecret = "hush-hush"): Client => ({
  ...publicClient,
  clientSecret: secret("client_secret", clientSecret),
  tokenEndpointAuthMethod: method,
})

export const attemptAt = (tokenEndpoint: string, more: Partial<Attempt> = {}): Attempt => ({
  issuer,
  authorizationEndpoint: `${issuer}/authorize`,
  tokenEndpoint,
  clientId: "client-1",
  redirectUri: "http://127.0.0.1:4321/callback",
  resource: "https://mcp.example.com",
  scope: "read write",
  state: "the-state-of-this-attempt",
  verifier: secret("code_verifier", "v".repeat(43)),
  issParameterSupported: true,
  createdAt: 0,
  url: `${issuer}/authorize?state=the-state-of-this-attempt`,
  ...more,
})

export const grantNow = (more: Partial<Grant> = {}): Grant => ({
  issuer,
  clientId: "client-1",
  resource: "https://mcp.example.com",
  accessToken: secret("access_token", "old-access-token"),
  tokenType: "Bearer",
  refreshToken: secret("refresh_token", "old-refresh-token"),
  scope: "read",
  scopeKnown: true,
  obtainedAt: 0,
  expiresAt: 3_600_000,
  ...more,
})

/** Sends bytes as they are and gives everything that came back until the other side closed. */
export const raw = (port: number, text: string, host = "127.0.0.1"): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = ""
    const socket = net.connect({ port, host }, () => socket.write(text))
    socket.setEncoding("utf8")
    socket.on("data", (chunk: string) => {
      answer += chunk
    })
    socket.on("close", () => resolve(answer))
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" ? resolve(answer) : reject(error),
    )
  })

export const portOf = (url: string): number => Number(new URL(url).port)
