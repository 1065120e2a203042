import net, { type AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { makeSecretBook } from "../../source/text/redaction.ts"
import { wireLayer } from "../../source/wire/live.ts"
import { Wire } from "../../source/wire/wire.ts"
import { makeRecording } from "./recorder.ts"

/** Answers every request with these bytes and hangs up. */
const saying = (bytes: string) =>
  Effect.acquireRelease(
    Effect.callback<net.Server>((resume) => {
      const server = net.createServer((socket) => {
        socket.on("error", () => {})
        socket.once("data", () => socket.end(bytes, "latin1"))
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void))),
  )

const ok = "HTTP/1.1 200 OK\r\n"

const cases: ReadonlyArray<readonly [name: string, bytes: string, code: string]> = [
  ["another protocol", "SSH-2.0-OpenSSH_9.9\r\n", "answer_malformed"],
  ["a status that is none", "HTTP/1.1 99 No\r\nContent-Length: 2\r\n\r\n{}", "answer_malformed"],
  ["two lengths", `${ok}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`, "answer_malformed"],
  ["a chunk without a size", `${ok}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`, "answer_malformed"],
  [
    "a control character in a header",
    `${ok}X: \u001b]0;owned\u0007\r\nContent-Length: 2\r\n\r\n{}`,
    "answer_malformed",
  ],
  ["gzip that is none", `${ok}Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd`, "answer_malformed"],
  [
    "gzip that ends too early",
    `${ok}Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\u001f\u008b\u0008`,
    "connection_lost",
  ],
  ["less than was announced", `${ok}Content-Length: 1000\r\n\r\n{}`, "connection_lost"],
  ["nothing", "", "connection_lost"],
]

describe("an answer that cannot be read", () => {
  for (const [name, bytes, code] of cases)
    it.live(`${name}: ${code}, sent once`, () =>
      Effect.gen(function* () {
        const server = yield* saying(bytes)
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
        const recording = makeRecording()
        const failure = yield* Wire.use((wire) => wire.send({ leg: "token", method: "POST", url, body: "a=b" })).pipe(
          Effect.provide(
            wireLayer({ serverUrl: url, secrets: makeSecretBook(), userAgent: "test" }).pipe(
              Layer.provide(recording.layer),
            ),
          ),
          Effect.flip,
        )
        assert.deepStrictEqual([failure.code, failure.sent, recording.requests.length], [code, true, 1])
      }).pipe(Effect.scoped),
    )
})
