import http from "node:http"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { type Finding, Findings } from "../../source/text/finding.ts"
import { makeSecretBook } from "../../source/text/redaction.ts"
import { wireLayer } from "../../source/wire/live.ts"
import { makeRecording } from "../wire/recorder.ts"

export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** What a path answers: status, body (objects become JSON) and header fields. */
export interface Answer {
  readonly status?: number
  readonly body?: unknown
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Site {
  readonly origin: string
  readonly seen: Array<Seen>
  readonly paths: () => ReadonlyArray<string>
  /** Answers by path and query; all else is 404. A function may answer differently each time. */
  readonly routes: Map<string, Answer | ((seen: Seen) => Answer)>
}

/** A real server on 127.0.0.1 that lives as long as the test. */
export const startSite = Effect.acquireRelease(
  Effect.callback<Site & { readonly server: http.Server }>((resume) => {
    const seen: Array<Seen> = []
    const routes: Site["routes"] = new Map()
    const server = http.createServer((request, response) => {
      const parts: Array<Buffer> = []
      request.on("data", (part: Buffer) => parts.push(part))
      request.on("end", () => {
        const entry: Seen = {
          method: request.method ?? "",
          path: request.url ?? "",
          headers: request.headers,
          body: Buffer.concat(parts).toString(),
        }
        seen.push(entry)
        const route = routes.get(entry.path) ?? { status: 404, body: "not found", type: "text/plain" }
        const { status = 200, body = "", type, headers = {} } = typeof route === "function" ? route(entry) : route
        const text = typeof body === "string" ? body : JSON.stringify(body)
        const mediaType = type ?? (typeof body === "string" ? "text/plain" : "application/json")
        response.writeHead(status, { "content-type": mediaType, ...headers }).end(text)
      })
    })
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      resume(
        Effect.succeed({
          origin: `http://127.0.0.1:${port}`,
          seen,
          routes,
          server,
          paths: () => seen.map(({ path }) => path),
        }),
      )
    })
  }),
  ({ server }) =>
    Effect.sync(() => {
      server.closeAllConnections()
      server.close()
    }),
)

export const html = "<!doctype html><title>Sign in</title>"

/** Runs an effect on the real wire and gives its result with all that was reported on the way. */
export const observed = <A, E, R>(effect: Effect.Effect<A, E, R>, serverUrl = "http://127.0.0.1/mcp") =>
  Effect.gen(function* () {
    const findings: Array<Finding> = []
    const recording = makeRecording()
    const layer = Layer.mergeAll(
      wireLayer({ serverUrl, secrets: makeSecretBook(), userAgent: "test" }).pipe(Layer.provide(recording.layer)),
      Layer.succeed(Findings, { raise: (finding) => Effect.sync(() => void findings.push(finding)) }),
    )
    const result = yield* Effect.result(effect.pipe(Effect.provide(layer)))
    return {
      findings,
      recording,
      value: Result.isSuccess(result) ? result.success : undefined,
      failure: Result.isFailure(result) ? result.failure : undefined,
      texts: (severity: Finding["severity"]) =>
        findings.filter((finding) => finding.severity === severity).map(({ text }) => text),
    }
  })
