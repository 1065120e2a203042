import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { exchangeCode } from "../../source/oauth/token.ts"
import { reveal, secret } from "../../source/text/secret.ts"
import { attemptAt, json, publicClient, room, secretClient, serve } from "./authorization-room.ts"

const code = () => secret("code", "the-code")
const ok = { access_token: "token.a-b_c~d+e/f==", token_type: "Bearer" }

/** One exchange against a server that gives this answer. */
const exchange = (
  answer: Parameters<typeof serve>[0],
  client = publicClient,
  more: Parameters<typeof attemptAt>[1] = {},
) =>
  Effect.gen(function* () {
    const { url, seen } = yield* serve(answer)
    const { layer, findings, recording } = room()
    const attempt = attemptAt(`${url}/token?tenant=1`, more)
    const result = yield* exchangeCode({ attempt, client, code: code() }).pipe(Effect.provide(layer), Effect.result)
    return { result, seen, findings, recording }
  }).pipe(Effect.scoped)

const gives = (body: unknown, status = 200, headers: Record<string, string> = { "content-type": "application/json" }) =>
  exchange((_, response) => {
    response.writeHead(status, headers)
    response.end(typeof body === "string" ? body : JSON.stringify(body))
  })

describe("code exchange", () => {
  it.live(
    "CR-53 CR-54 CR-31 CR-79 sends code, redirect URI, verifier and resource once, at the recorded endpoint",
    () =>
      Effect.gen(function* () {
        const { result, seen, recording } = yield* exchange((_, response) => json(response, 200, ok))
        assert.strictEqual(result._tag, "Success")
        assert.strictEqual(seen.length, 1)
        assert.strictEqual(seen[0]?.path, "/token?tenant=1")
        assert.strictEqual(seen[0]?.headers.accept, "application/json")
        assert.deepStrictEqual(Object.fromEntries(seen[0]?.form ?? []), {
          grant_type: "authorization_code",
          code: "the-code",
          redirect_uri: "http://127.0.0.1:4321/callback",
          code_verifier: "v".repeat(43),
          resource: "https://mcp.example.com",
          client_id: "client-1",
        })
        assert.notMatch(JSON.stringify([recording.requests, recording.responses]), /the-code|vvvvv|token\.a-b_c/)
      }),
  )

  it.live("CR-76 a Basic client sends its credentials in the header only", () =>
    Effect.gen(function* () {
      const { seen } = yield* exchange((_, response) => json(response, 200, ok), secretClient("client_secret_basic"))
      assert.strictEqual(seen[0]?.headers.authorization, `Basic ${btoa("client-1:hush-hush")}`)
      assert.isFalse(seen[0]?.form.has("client_secret"))
    }),
  )

  it.live("CR-76 a server that misses client_id beside Basic gets it there, once, and is told of", () =>
    Effect.gen(function* () {
      // As servers of the Python SDK answer (modelcontextprotocol/python-sdk issue 3545).
      const misses = (error: string, words: string) =>
        exchange((request, response) => {
          if (request.form.has("client_id")) json(response, 200, ok)
          else json(response, 401, { error, error_description: words })
        }, secretClient("client_secret_basic"))
      const { result, seen, findings } = yield* misses("invalid_client", "Missing client_id")
      assert.strictEqual(result._tag, "Success")
      assert.deepStrictEqual(
        seen.map(({ headers, form }) => [headers.authorization, form.get("client_id"), form.get("client_secret")]),
        [
          [`Basic ${btoa("client-1:hush-hush")}`, null, null],
          [`Basic ${btoa("client-1:hush-hush")}`, "client-1", null],
        ],
      )
      assert.ok(findings.some(({ severity, text }) => severity === "warning" && text.includes("client_id")))
      assert.strictEqual((yield* misses("invalid_request", "client_id is required")).result._tag, "Success")
      for (const [error, words] of [
        ["invalid_client", "Invalid client_id"],
        ["invalid_client", "Client authentication failed"],
        ["invalid_grant", "Missing client_id"],
      ] as const)
        assert.strictEqual((yield* misses(error, words)).seen.length, 1, words)
    }),
  )

  it.live("CR-84 a token with colons, as Cloudflare's provider issues them, is used with a warning", () =>
    Effect.gen(function* () {
      const { result, findings } = yield* gives({ ...ok, access_token: "user:grant:secret" })
      assert.ok(result._tag === "Success")
      assert.strictEqual(reveal(result.success.accessToken), "user:grant:secret")
      assert.ok(findings.some(({ severity, rule }) => severity === "warning" && rule === "RFC 6750 §2.1"))
    }),
  )

  it.live("CR-81 CR-82 what was granted is the truth, and lifetime counts from the receipt", () =>
    Effect.gen(function* () {
      const { result, findings, recording } = yield* gives({
        ...ok,
        token_type: "BEARER",
        expires_in: 3600,
        refresh_token: "r1",
        scope: "read",
        unknown: { a: 1 },
        id_token: "forged",
      })
      assert.ok(result._tag === "Success")
      const grant = result.success
      assert.strictEqual(reveal(grant.accessToken), ok.access_token)
      assert.strictEqual(grant.refreshToken && reveal(grant.refreshToken), "r1")
      assert.strictEqual(grant.scope, "read")
      assert.isTrue(grant.scopeKnown)
      assert.strictEqual(grant.resource, "https://mcp.example.com")
      assert.strictEqual((grant.expiresAt ?? 0) - grant.obtainedAt, 3_600_000)
      assert.isAtMost(grant.obtainedAt, recording.responses[0]?.at ?? 0)
      assert.ok(findings.some((finding) => finding.severity === "warning" && finding.text === "Not granted: write."))
      assert.notInclude(JSON.stringify(grant), "forged")
    }),
  )

  it.live("CR-82 without a scope in the answer the one asked for was granted; an empty one grants none", () =>
    Effect.gen(function* () {
      const silent = (yield* gives(ok)).result
      assert.ok(silent._tag === "Success")
      assert.deepStrictEqual([silent.success.scope, silent.success.scopeKnown], ["read write", false])
      const none = (yield* gives({ ...ok, scope: "" })).result
      assert.ok(none._tag === "Success")
      assert.deepStrictEqual([none.success.scope, none.success.scopeKnown], ["", true])
    }),
  )

  const lifetimes: ReadonlyArray<readonly [json: string, seconds: number | undefined, warns: boolean]> = [
    ["3600", 3600, false],
    ['"3600"', 3600, true],
    ["0", 0, false],
    ["-1", undefined, true],
    ["1e309", undefined, true],
    ["null", undefined, true],
    ['"soon"', undefined, true],
    ["99999999999", 315_360_000, true],
  ]
  for (const [text, seconds, warns] of lifetimes)
    it.live(`CR-81 expires_in ${text}`, () =>
      Effect.gen(function* () {
        const { result, findings } = yield* gives(`{"access_token":"t","token_type":"bearer","expires_in":${text}}`)
        assert.ok(result._tag === "Success")
        const { expiresAt, obtainedAt } = result.success
        assert.strictEqual(expiresAt === undefined ? undefined : (expiresAt - obtainedAt) / 1000, seconds)
        assert.strictEqual(
          findings.some(({ severity, text: words }) => severity === "warning" && words.startsWith("expires_in")),
          warns,
        )
      }),
    )

  const tolerated: ReadonlyArray<readonly [name: string, body: string, type: string, scope: string]> = [
    ["scope as an array", JSON.stringify({ ...ok, scope: ["read", "write"] }), "application/json", "read write"],
    ["scope with commas", JSON.stringify({ ...ok, scope: "read,write" }), "application/json", "read write"],
    ["a form", "access_token=t&token_type=bearer&scope=read+write", "application/x-www-form-urlencoded", "read write"],
    ["JSON as text/html", JSON.stringify({ ...ok, scope: "read write" }), "text/html", "read write"],
  ]
  for (const [name, body, type, scope] of tolerated)
    it.live(`CR-79 ${name} is read, with a warning`, () =>
      Effect.gen(function* () {
        const { result, findings } = yield* gives(body, 200, { "content-type": `${type};charset=utf-8` })
        assert.ok(result._tag === "Success")
        assert.strictEqual(result.success.scope, scope)
        assert.ok(findings.some((finding) => finding.severity === "warning"))
      }),
    )

  const refusals: ReadonlyArray<readonly [rule: string, status: number, body: unknown, code: string]> = [
    ["CR-79 invalid_grant", 400, { error: "invalid_grant", error_description: "too late" }, "code_refused"],
    [
      "CR-79 an error under 200",
      200,
      { error: "invalid_grant", access_token: "t", token_type: "bearer" },
      "code_refused",
    ],
    ["CR-96 invalid_client", 401, { error: "invalid_client" }, "client_dead"],
    ["CR-96 unauthorized_client", 400, { error: "unauthorized_client" }, "client_dead"],
    ["CR-33 invalid_target", 400, { error: "invalid_target" }, "resource_refused"],
    ["invalid_scope", 400, { error: "invalid_scope" }, "scope_refused"],
    ["an unknown error", 400, { error: "toString" }, "token_refused"],
    ["server_error", 500, { error: "server_error" }, "token_endpoint_failed"],
    ["503 in JSON without error", 503, { message: "no" }, "token_endpoint_failed"],
    ["CR-79 403 in JSON without error", 403, { message: "no" }, "token_refused"],
    ["CR-79 success needs 200", 201, ok, "token_refused"],
    ["CR-79 truncated JSON", 200, '{"access_token":"canary-token', "token_answer_unreadable"],
    ["CR-79 an array", 400, ["no"], "token_answer_unreadable"],
    ["CR-79 an empty body", 200, "", "token_answer_unreadable"],
    ["CR-79 a gateway's page", 502, "<html>\u001b[31m<script>", "token_endpoint_failed"],
    ["CR-79 no access_token", 200, { token_type: "bearer" }, "token_missing"],
    ["CR-79 access_token is a number", 200, { access_token: 1, token_type: "bearer" }, "token_missing"],
    ["CR-80 no token_type", 200, { access_token: "canary-token" }, "token_missing"],
    ["CR-80 mac", 200, { access_token: "canary-token", token_type: "mac" }, "token_type_unsupported"],
    ["CR-80 CR-107 DPoP", 200, { access_token: "canary-token", token_type: "DPoP" }, "token_type_unsupported"],
    ["CR-84 a line break", 200, { access_token: "canary-token\r\nX-Admin: 1", token_type: "bearer" }, "token_unusable"],
    ["CR-84 a letter beyond ASCII", 200, { access_token: "canary-tokén", token_type: "bearer" }, "token_unusable"],
    ["CR-84 a blank", 200, { access_token: "canary token", token_type: "bearer" }, "token_unusable"],
  ]
  for (const [rule, status, body, expected] of refusals)
    it.live(`${rule}: ${expected}`, () =>
      Effect.gen(function* () {
        const { result } = yield* gives(body, status)
        assert.ok(result._tag === "Failure")
        assert.strictEqual(result.failure.code, expected)
        assert.strictEqual(result.failure.exchange, 1)
        assert.notMatch(JSON.stringify(result.failure), /canary/)
      }),
    )

  it.live("CR-53 F-27 a connection that breaks after the code was sent: start over, nothing is sent twice", () =>
    Effect.gen(function* () {
      const { result, seen } = yield* exchange((_, response) => response.destroy())
      assert.ok(result._tag === "Failure")
      assert.strictEqual(result.failure.code, "code_maybe_spent")
      assert.strictEqual(seen.length, 1)
    }),
  )

  it.live("CR-53 nothing listens: the code was not spent, and the failure is the network's own", () =>
    Effect.gen(function* () {
      const { layer } = room()
      const { url, server } = yield* serve(() => {})
      yield* Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
      const failure = yield* exchangeCode({
        attempt: attemptAt(`${url}/token`),
        client: publicClient,
        code: code(),
      }).pipe(Effect.provide(layer), Effect.flip)
      assert.strictEqual(failure.code, "connection_refused")
    }).pipe(Effect.scoped),
  )

  it.live("CR-38 F-16 a redirect is not followed", () =>
    Effect.gen(function* () {
      const other = yield* serve((_, response) => json(response, 200, ok))
      const { result } = yield* exchange((_, response) =>
        response.writeHead(307, { location: `${other.url}/token` }).end(),
      )
      assert.ok(result._tag === "Failure")
      assert.strictEqual(result.failure.code, "redirect_refused")
      assert.strictEqual(other.seen.length, 0)
    }).pipe(Effect.scoped),
  )

  it.live("CR-78 invalid_client with a secret that Basic changes: one request, and a hint", () =>
    Effect.gen(function* () {
      const refuse = (_: unknown, response: Parameters<typeof json>[0]) =>
        json(response, 401, { error: "invalid_client" })
      const odd = yield* exchange(refuse, secretClient("client_secret_basic", "p%+/="))
      assert.strictEqual(odd.seen.length, 1)
      assert.ok(odd.findings.some(({ text }) => text.includes("client_secret_post")))
      const plain = yield* exchange(refuse, secretClient("client_secret_basic", "plain"))
      assert.notOk(plain.findings.some(({ text }) => text.includes("client_secret_post")))
    }),
  )

  it.live("CR-66 a client of another issuer sends nothing", () =>
    Effect.gen(function* () {
      const { result, seen } = yield* exchange((_, response) => json(response, 200, ok), {
        ...publicClient,
        issuer: "https://other.example",
      })
      assert.ok(result._tag === "Failure")
      assert.strictEqual(result.failure.code, "client_of_another_issuer")
      assert.strictEqual(seen.length, 0)
    }),
  )
})
