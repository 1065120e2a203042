import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { startMock } from "../../mock/index.ts"
import { introspect } from "../../source/oauth/introspection.ts"
import { reveal, secret } from "../../source/text/secret.ts"
import { json, room, secretClient, serve } from "./authorization-room.ts"

const client = secretClient("client_secret_basic")

describe("introspection", () => {
  it.live("RFC 7662 §2 the mock tells what it knows about a live token, and nothing about a dead one", () =>
    Effect.gen(function* () {
      const mock = yield* Effect.acquireRelease(
        Effect.promise(() => startMock({ clients: [{ client_id: "client-1", client_secret: "hush-hush" }] })),
        (running) => Effect.promise(() => running.close()),
      )
      const token = secret("access_token", mock.issueToken({ clientId: "client-1", scope: "demo.read" }))
      const { layer, recording } = room()
      const ask = introspect({ endpoint: `${mock.issuer}/introspect`, client, token, hint: "access_token" }).pipe(
        Effect.provide(layer),
      )
      const live = yield* ask
      assert.deepStrictEqual([live.active, live.document.client_id], [true, "client-1"])
      assert.isAbove(live.expiresAt ?? 0, 1_700_000_000)
      mock.revokeToken(reveal(token) ?? "")
      const dead = yield* ask
      assert.deepStrictEqual(dead.document, { active: false })
      assert.isFalse(dead.active)
      assert.notInclude(JSON.stringify(recording.requests), reveal(token) ?? "")
    }).pipe(Effect.scoped),
  )

  for (const [status, body] of [
    [401, { error: "invalid_client" }],
    [200, { active: "yes" }],
    [200, "<html>"],
    [404, ""],
  ] as const)
    it.live(`RFC 7662 §2.3 ${status} ${JSON.stringify(body)} is no answer`, () =>
      Effect.gen(function* () {
        const { url } = yield* serve((_, response) => json(response, status, body))
        const failure = yield* introspect({
          endpoint: url,
          client,
          token: secret("access_token", "canary"),
          hint: "access_token",
        }).pipe(Effect.provide(room().layer), Effect.flip)
        assert.strictEqual(failure.code, "introspection_refused")
        assert.notInclude(JSON.stringify(failure), "canary")
      }).pipe(Effect.scoped),
    )
})
