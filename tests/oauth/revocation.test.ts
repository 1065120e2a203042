import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { revokeGrant } from "../../source/oauth/revocation.ts"
import { grantNow, json, publicClient, room, secretClient, serve } from "./authorization-room.ts"

const revoke = (answer: Parameters<typeof serve>[0], client = publicClient) =>
  Effect.gen(function* () {
    const { url, seen } = yield* serve(answer)
    const { layer, recording } = room()
    const outcomes = yield* revokeGrant({ endpoint: `${url}/revoke`, client, grant: grantNow() }).pipe(
      Effect.provide(layer),
    )
    return { outcomes, seen, recording }
  }).pipe(Effect.scoped)

describe("CR-103 revocation", () => {
  it.live("the refresh token goes first, then the access token, with the client's authentication", () =>
    Effect.gen(function* () {
      const { outcomes, seen, recording } = yield* revoke(
        (_, response) => response.writeHead(200).end(),
        secretClient("client_secret_basic"),
      )
      assert.deepStrictEqual(
        seen.map(({ form }) => Object.fromEntries(form)),
        [
          { token: "old-refresh-token", token_type_hint: "refresh_token" },
          { token: "old-access-token", token_type_hint: "access_token" },
        ],
      )
      for (const { headers } of seen) assert.strictEqual(headers.authorization, `Basic ${btoa("client-1:hush-hush")}`)
      assert.deepStrictEqual(outcomes, [
        { token: "refresh_token", outcome: "revoked", exchange: 1 },
        { token: "access_token", outcome: "revoked", exchange: 2 },
      ])
      assert.notMatch(JSON.stringify(recording.requests), /old-refresh|old-access/)
    }),
  )

  const table: ReadonlyArray<readonly [status: number, body: unknown, outcome: string]> = [
    [200, "whatever", "revoked"],
    [400, { error: "unsupported_token_type" }, "unsupported"],
    [400, { error: "invalid_request" }, "alive"],
    [401, { error: "invalid_client" }, "alive"],
    [404, "<html>", "alive"],
    [204, "", "alive"],
    [503, "", "alive"],
  ]
  for (const [status, body, outcome] of table)
    it.live(`status ${status} ${JSON.stringify(body)} is ${outcome}`, () =>
      Effect.gen(function* () {
        const { outcomes } = yield* revoke((_, response) => json(response, status, body))
        assert.deepStrictEqual([...new Set(outcomes.map((one) => one.outcome))], [outcome])
      }),
    )

  it.live("CR-63 an expired secret is not sent to revoke with: both tokens live on, and that is told", () =>
    Effect.gen(function* () {
      const client = { ...secretClient("client_secret_basic"), clientSecretExpiresAt: 1_000_000_000 }
      const { outcomes, seen } = yield* revoke((_, response) => response.writeHead(200).end(), client)
      assert.deepStrictEqual(
        outcomes.map(({ outcome, detail }) => [outcome, detail]),
        Array.from({ length: 2 }, () => ["alive", "a client_secret past client_secret_expires_at"]),
      )
      assert.strictEqual(seen.length, 0)
    }),
  )

  it.live("one token may live while the other is gone, and Retry-After is told", () =>
    Effect.gen(function* () {
      const { outcomes } = yield* revoke(({ form }, response) =>
        form.get("token_type_hint") === "refresh_token"
          ? response.writeHead(503, { "retry-after": "9" }).end()
          : response.writeHead(200).end(),
      )
      assert.deepStrictEqual(
        outcomes.map(({ outcome }) => outcome),
        ["alive", "revoked"],
      )
      assert.include(outcomes[0]?.detail ?? "", "Retry-After: 9")
    }),
  )

  it.live("a broken connection is unknown, not success; nothing listening means the tokens live", () =>
    Effect.gen(function* () {
      const broken = yield* revoke((_, response) => response.destroy())
      assert.deepStrictEqual(
        broken.outcomes.map(({ outcome }) => outcome),
        ["unknown", "unknown"],
      )
      const { url, server } = yield* serve(() => {})
      yield* Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
      const { layer } = room()
      const refused = yield* revokeGrant({ endpoint: url, client: publicClient, grant: grantNow() }).pipe(
        Effect.provide(layer),
      )
      assert.deepStrictEqual(
        refused.map(({ outcome }) => outcome),
        ["alive", "alive"],
      )
    }).pipe(Effect.scoped),
  )

  it.live("CR-104 without an endpoint nothing is claimed", () =>
    Effect.gen(function* () {
      const { layer } = room()
      const outcomes = yield* revokeGrant({ client: publicClient, grant: grantNow() }).pipe(Effect.provide(layer))
      assert.deepStrictEqual(
        outcomes.map(({ outcome }) => outcome),
        ["alive", "alive"],
      )
    }),
  )
})
