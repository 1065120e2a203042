import https from "node:https"
import type { AddressInfo } from "node:net"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { makeSecretBook } from "../../source/text/redaction.ts"
import { wireLayer } from "../../source/wire/live.ts"
import { Wire } from "../../source/wire/wire.ts"
import { makeRecording } from "./recorder.ts"

// Signed by itself, for 127.0.0.1, good for a hundred years; the key guards nothing.
const cert = `-----BEGIN CERTIFICATE-----
MIIBkTCCATagAwIBAgIUbmY6xYwavApnNBSIdSOxlInz/xowCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMTA1MDA1MloYDzIxMjYxMDI4
MDUwMDUyWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARIyHyhX2wq+Txl3Hodd3sP5Mb+zasHvG2saGZ61v0isH92PnddLVa4
X5lkhALgM2moX4NedKG02M5ytu5xrlkqo2QwYjAdBgNVHQ4EFgQUz9MsL75EK78d
nD6dlCbGrjHLY8gwHwYDVR0jBBgwFoAUz9MsL75EK78dnD6dlCbGrjHLY8gwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0kAMEYC
IQDaqYpklyBCWo/jW9+wJuars0xoH2zSZWU1k7T4OFOuRgIhAIEOkqRLU6k6TEBz
YZKxMOjKLCCuXokSwun+mXD/mokv
-----END CERTIFICATE-----
`
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyqt4x65Kj6flEh3h
/yLsKRjE62jgeKP5Q7M2hlVSRmahRANCAARIyHyhX2wq+Txl3Hodd3sP5Mb+zasH
vG2saGZ61v0isH92PnddLVa4X5lkhALgM2moX4NedKG02M5ytu5xrlkq
-----END PRIVATE KEY-----
`

it.live("CR-39 a certificate that nobody vouches for is refused, and accepted with --ca-file", () =>
  Effect.gen(function* () {
    let requests = 0
    const server = yield* Effect.acquireRelease(
      Effect.callback<https.Server>((resume) => {
        const made = https.createServer({ cert, key }, (_, response) => {
          requests += 1
          response.end("{}")
        })
        made.listen(0, "127.0.0.1", () => resume(Effect.succeed(made)))
      }),
      (made) => Effect.sync(() => void made.close()),
    )
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/token`
    const send = (authority?: string) =>
      Wire.use((wire) => wire.send({ leg: "token", method: "POST", url, body: "code=c" })).pipe(
        Effect.provide(
          wireLayer({
            serverUrl: url,
            secrets: makeSecretBook(),
            userAgent: "test",
            // Not even this loosens it.
            allowInsecure: true,
            ...(authority === undefined ? {} : { certificateAuthority: authority }),
          }).pipe(Layer.provide(makeRecording().layer)),
        ),
      )
    const failure = yield* Effect.flip(send())
    assert.deepStrictEqual([failure.code, failure.sent, requests], ["tls_failed", false, 0])
    assert.strictEqual((yield* send(cert)).status, 200)
  }).pipe(Effect.scoped),
)
