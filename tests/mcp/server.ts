import http from "node:http"
import type net from "node:net"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { type Finding, Findings } from "../../source/text/finding.ts"
import { makeSecretBook } from "../../source/text/redaction.ts"
import { wireLayer } from "../../source/wire/live.ts"
import type { Wire } from "../../source/wire/wire.ts"
import { makeRecording, type Recording } from "../wire/recorder.ts"

export interface RpcBody {
  readonly id?: string | number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: unknown
  readonly error?: { readonly code: number }
}

/** A request as it arrived on a real socket. */
export interface Received {
  readonly method: string
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
  /** The body; our client sends nothing but JSON-RPC. */
  readonly json: RpcBody
}

export type Script = (request: Received, response: http.ServerResponse) => void

export interface OddServer {
  readonly url: string
  readonly received: Array<Received>
  readonly server: http.Server
}

/** A small HTTP server of the test's own; closed with the scope. */
export const serve = (script: Script): Effect.Effect<OddServer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<OddServer>((resume) => {
      const received: Array<Received> = []
      const server = http.createServer((request, response) => {
        const parts: Array<Buffer> = []
        request.on("data", (part: Buffer) => parts.push(part))
        request.on("end", () => {
          const text = Buffer.concat(parts).toString("utf8")
          const one: Received = {
            method: request.method ?? "",
            headers: request.headers,
            text,
            json: text === "" ? {} : (JSON.parse(text) as RpcBody),
          }
          received.push(one)
          script(one, response)
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as net.AddressInfo
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}/mcp`, received, server }))
      })
    }),
    ({ server }) =>
      Effect.callback<void>((resume) => {
        server.closeAllConnections()
        server.close(() => resume(Effect.void))
      }),
  )

export const json = (
  response: http.ServerResponse,
  body: unknown,
  status = 200,
  headers: http.OutgoingHttpHeaders = {},
) => {
  response.writeHead(status, { "content-type": "application/json", ...headers })
  response.end(JSON.stringify(body))
}

export const result = (request: Received, value: unknown) => ({ jsonrpc: "2.0", id: request.json.id, result: value })
export const rpcError = (request: Received, code: number, message: string, data?: unknown) => ({
  jsonrpc: "2.0",
  id: request.json.id,
  error: { code, message, ...(data === undefined ? {} : { data }) },
})

export const events = (response: http.ServerResponse, headers: http.OutgoingHttpHeaders = {}) => {
  response.writeHead(200, { "content-type": "text/event-stream", ...headers })
  return (message: unknown) => response.write(`data: ${JSON.stringify(message)}\n\n`)
}

export interface Observed {
  readonly findings: Array<Finding>
  readonly recording: Recording
}

/** Runs with the real wire; gives what was recorded and found beside the outcome. */
export const observed = <A, E>(
  serverUrl: string,
  effect: Effect.Effect<A, E, Wire | Findings>,
): Effect.Effect<Observed & { readonly exit: Exit.Exit<A, E> }> =>
  Effect.suspend(() => {
    const recording = makeRecording()
    const findings: Array<Finding> = []
    const layer = Layer.merge(
      wireLayer({ serverUrl, secrets: makeSecretBook(), userAgent: "mcp-dcr-tui/test" }).pipe(
        Layer.provide(recording.layer),
      ),
      Layer.succeed(Findings, { raise: (finding) => Effect.sync(() => void findings.push(finding)) }),
    )
    return effect.pipe(
      Effect.provide(layer),
      Effect.exit,
      Effect.map((exit) => ({ exit, findings, recording })),
    )
  })

/** The same, for outcomes that must be successes or must be failures. */
export const run = <A, E>(serverUrl: string, effect: Effect.Effect<A, E, Wire | Findings>): Effect.Effect<A, E> =>
  Effect.flatMap(observed(serverUrl, effect), ({ exit }) => exit)
