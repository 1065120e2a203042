import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Grant } from "../../source/oauth/grant.ts"
import { refreshGrant } from "../../source/oauth/refresh.ts"
import { reveal } from "../../source/text/secret.ts"
import { grantNow, json, publicClient, room, secretClient, serve } from "./authorization-room.ts"

const refresh = (answer: Parameters<typeof serve>[0], client = publicClient, more: Partial<Grant> = {}) =>
  Effect.gen(function* () {
    const { url, seen } = yield* serve(answer)
    const { layer, findings, recording } = room()
    const result = yield* refreshGrant({ grant: grantNow(more), client, tokenEndpoint: `${url}/token` }).pipe(
      Effect.provide(layer),
      Effect.result,
    )
    return { result, seen, findings, recording }
  }).pipe(Effect.scoped)

const ok = { access_token: "new-access-token", token_type: "Bearer" }

describe("refresh", () => {
  it.live("CR-97 CR-89 carries client authentication and resource, and no scope", () =>
    Effect.gen(function* () {
      const { seen, recording } = yield* refresh(
        (_, response) => json(response, 200, ok),
        secretClient("client_secret_basic"),
      )
      assert.deepStrictEqual(Object.fromEntries(seen[0]?.form ?? []), {
        grant_type: "refresh_token",
        refresh_token: "old-refresh-token",
        resource: "https://mcp.example.com",
      })
      assert.strictEqual(seen[0]?.headers.authorization, `Basic ${btoa("client-1:hush-hush")}`)
      assert.notMatch(JSON.stringify([recording.requests, recording.responses]), /old-refresh|new-access|hush/)
    }),
  )

  it.live("CR-93 a returned refresh token replaces the old one, none keeps it", () =>
    Effect.gen(function* () {
      for (const [body, expected] of [
        [ok, "old-refresh-token"],
        [{ ...ok, refresh_token: null }, "old-refresh-token"],
        [{ ...ok, refresh_token: "" }, "old-refresh-token"],
        [{ ...ok, refresh_token: "new-refresh-token" }, "new-refresh-token"],
      ] as const) {
        const { result } = yield* refresh((_, response) => json(response, 200, body))
        assert.ok(result._tag === "Success")
        assert.strictEqual(result.success.refreshToken && reveal(result.success.refreshToken), expected)
        assert.strictEqual(reveal(result.success.accessToken), "new-access-token")
      }
    }),
  )

  it.live("CR-82 a scope left out is the old one; the old lifetime is not taken over", () =>
    Effect.gen(function* () {
      const silent = (yield* refresh((_, response) => json(response, 200, ok))).result
      assert.ok(silent._tag === "Success")
      assert.deepStrictEqual([silent.success.scope, silent.success.scopeKnown], ["read", true])
      assert.isUndefined(silent.success.expiresAt)
      const said = (yield* refresh((_, response) => json(response, 200, { ...ok, scope: "less" }))).result
      assert.ok(said._tag === "Success")
      assert.strictEqual(said.success.scope, "less")
    }),
  )

  const matrix: ReadonlyArray<readonly [status: number, body: unknown, code: string]> = [
    [400, { error: "invalid_grant" }, "refresh_token_dead"],
    [401, { error: "invalid_client" }, "client_dead"],
    [400, { error: "unauthorized_client" }, "client_dead"],
    [400, { error: "invalid_scope" }, "scope_refused"],
    [400, { error: "invalid_target" }, "resource_refused"],
    [400, { error: "invalid_request" }, "token_refused"],
    [500, { error: "server_error" }, "refresh_later"],
    [503, "<html>down", "refresh_later"],
    [429, { error: "slow_down" }, "refresh_later"],
    [429, "", "refresh_later"],
    [200, "<html>captive portal", "token_answer_unreadable"],
    [200, { ...ok, token_type: "mac" }, "token_type_unsupported"],
  ]
  for (const [status, body, code] of matrix)
    it.live(`CR-95 CR-96 ${status} ${JSON.stringify(body)} is ${code}`, () =>
      Effect.gen(function* () {
        const { result, seen } = yield* refresh((_, response) => json(response, status, body))
        assert.ok(result._tag === "Failure")
        assert.strictEqual(result.failure.code, code)
        assert.strictEqual(seen.length, 1)
      }),
    )

  it.live("CR-96 Retry-After is told, a broken connection keeps the tokens", () =>
    Effect.gen(function* () {
      const busy = (yield* refresh((_, response) => response.writeHead(503, { "retry-after": "90" }).end())).result
      assert.ok(busy._tag === "Failure")
      assert.include(busy.failure.detail ?? "", "Retry-After: 90 (come back in 2 min, at ")
      const broken = yield* refresh((_, response) => response.destroy())
      assert.ok(broken.result._tag === "Failure")
      assert.strictEqual(broken.result.failure.code, "refresh_later")
      assert.strictEqual(broken.seen.length, 1)
    }),
  )

  it.live("CR-63 an expired secret is never sent: the client counts as dead before anything leaves", () =>
    Effect.gen(function* () {
      const now = Math.floor(Date.now() / 1000)
      for (const [clientSecretExpiresAt, requests] of [
        [now - 1, 0],
        [now + 30, 0],
        [now + 3_600, 1],
        [0, 1],
      ] as const) {
        const client = { ...secretClient("client_secret_post"), clientSecretExpiresAt }
        const { result, seen } = yield* refresh((_, response) => json(response, 200, ok), client)
        assert.strictEqual(seen.length, requests, String(clientSecretExpiresAt - now))
        if (requests === 0) assert.strictEqual(result._tag === "Failure" && result.failure.code, "client_dead")
      }
    }),
  )

  it.live("CR-98 nothing is sent for a client of another issuer, or without a refresh token", () =>
    Effect.gen(function* () {
      const answer = (_: unknown, response: Parameters<typeof json>[0]) => json(response, 200, ok)
      const other = yield* refresh(answer, { ...publicClient, issuer: "https://other.example" })
      const { refreshToken: _, ...bare } = grantNow()
      const { layer } = room()
      const none = yield* refreshGrant({
        grant: bare,
        client: publicClient,
        tokenEndpoint: "http://127.0.0.1:1/",
      }).pipe(Effect.provide(layer), Effect.flip)
      assert.ok(other.result._tag === "Failure")
      assert.strictEqual(other.result.failure.code, "client_of_another_issuer")
      assert.strictEqual(other.seen.length, 0)
      assert.strictEqual(none.code, "refresh_token_missing")
    }),
  )
})
