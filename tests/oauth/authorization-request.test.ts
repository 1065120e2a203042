import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import { startAttempt } from "../../source/oauth/authorization-request.ts"
import { safeToOpen } from "../../source/oauth/openable-url.ts"
import { challengeOf, makePkce } from "../../source/oauth/pkce.ts"
import { Entropy } from "../../source/text/entropy.ts"
import { reveal } from "../../source/text/secret.ts"
import { issuer, publicClient } from "./authorization-room.ts"

const request = (more: Partial<Parameters<typeof startAttempt>[0]> = {}, endpoint = `${issuer}/authorize`) =>
  startAttempt({
    metadata: {
      issuer,
      authorizationEndpoint: endpoint,
      tokenEndpoint: `${issuer}/token`,
      issParameterSupported: true,
    },
    client: publicClient,
    redirectUri: "http://127.0.0.1:4321/callback",
    resource: "https://mcp.example.com",
    scope: "read write",
    ...more,
  }).pipe(Effect.provide(Entropy.layer))

describe("authorization request", () => {
  it("CR-44 the challenge is the one of RFC 7636 appendix B", () => {
    assert.strictEqual(
      challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
      "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    )
  })

  it.effect("CR-44 two verifiers differ, are 43 unreserved characters and fit their challenges", () =>
    Effect.gen(function* () {
      const pairs = [yield* makePkce, yield* makePkce]
      const verifiers = pairs.map(({ verifier }) => reveal(verifier) ?? "")
      assert.notStrictEqual(verifiers[0], verifiers[1])
      for (const [index, verifier] of verifiers.entries()) {
        assert.match(verifier, /^[A-Za-z0-9\-._~]{43}$/)
        assert.strictEqual(pairs[index]?.challenge, challengeOf(verifier))
      }
    }).pipe(Effect.provide(Entropy.layer)),
  )

  it.effect("CR-47 CR-48 the attempt holds what its answer is checked against, and a state of 256 bits", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_800_000_000_000)
      const attempt = yield* request()
      const params = new URL(attempt.url).searchParams
      assert.deepInclude(attempt, {
        issuer,
        tokenEndpoint: `${issuer}/token`,
        clientId: "client-1",
        redirectUri: "http://127.0.0.1:4321/callback",
        resource: "https://mcp.example.com",
        scope: "read write",
        createdAt: 1_800_000_000_000,
      })
      assert.strictEqual(Buffer.from(attempt.state, "base64url").length, 32)
      assert.deepStrictEqual(Object.fromEntries(params), {
        response_type: "code",
        client_id: "client-1",
        redirect_uri: "http://127.0.0.1:4321/callback",
        code_challenge: challengeOf(reveal(attempt.verifier) ?? ""),
        code_challenge_method: "S256",
        state: attempt.state,
        scope: "read write",
        resource: "https://mcp.example.com",
      })
      assert.notStrictEqual((yield* request()).state, attempt.state)
      assert.notInclude(JSON.stringify(attempt), reveal(attempt.verifier) ?? "?")
    }),
  )

  it.effect("CR-31 the resource arrives byte for byte", () =>
    Effect.gen(function* () {
      for (const resource of ["https://mcp.example.com", "https://MCP.example.com:443/a%2fb/?q=ü", "https://x/é+ &y"]) {
        const attempt = yield* request({ resource })
        assert.deepStrictEqual(new URL(attempt.url).searchParams.getAll("resource"), [resource])
        assert.strictEqual(attempt.resource, resource)
      }
    }),
  )

  it.effect("CR-37 the endpoint's own query stays as spelled, and nothing comes twice", () =>
    Effect.gen(function* () {
      const { url } = yield* request({}, `${issuer}/authorize?tenant=a%20b&scope=admin&x`)
      assert.ok(url.startsWith(`${issuer}/authorize?tenant=a%20b&x&response_type=code`), url)
      const names = [...new URL(url).searchParams.keys()]
      assert.strictEqual(new Set(names).size, names.length)
      assert.strictEqual(new URL(url).searchParams.get("scope"), "read write")
    }),
  )

  it.effect("CR-37 CR-118 bad endpoints and clients of other issuers are refused before anything is built", () =>
    Effect.gen(function* () {
      const code = (effect: ReturnType<typeof request>) => Effect.map(Effect.flip(effect), (failure) => failure.code)
      assert.strictEqual(yield* code(request({}, `${issuer}/authorize#top`)), "endpoint_invalid")
      assert.strictEqual(yield* code(request({}, "javascript:alert(1)")), "unsafe_authorization_url")
      assert.strictEqual(yield* code(request({}, "http://as.example/authorize")), "unsafe_authorization_url")
      assert.strictEqual(
        yield* code(request({ client: { ...publicClient, issuer: "https://other.example" } })),
        "client_of_another_issuer",
      )
    }),
  )
})

describe("CR-118 which URLs may be opened", () => {
  const refused = [
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "vbscript:x",
    "ms-msdt:/id",
    "https://user@host.example/",
    "https://user:pw@host.example/",
    "http://host.example/",
    "http://localhost.evil.test/",
    "http://127.0.0.1.nip.io/",
    "https://x.example/\r\nSet-Cookie: a",
    "https://x.example/a b",
    "https://x.example\\@y.example/",
    "java\tscript:alert(1)",
    "//x.example/",
    "",
  ]
  for (const url of refused)
    it(`refuses ${JSON.stringify(url)}`, () => {
      assert.ok(Result.isFailure(safeToOpen(url)))
    })

  const opened: ReadonlyArray<readonly [string, string]> = [
    ["https://x.example", "https://x.example/"],
    ["http://127.0.0.1:1/a?b=c%20d", "http://127.0.0.1:1/a?b=c%20d"],
    ["http://[::1]:1/", "http://[::1]:1/"],
    ["http://localhost:1/", "http://localhost:1/"],
    ["https://x.example/$(calc)&start", "https://x.example/%24%28calc%29&start"],
    [`https://x.example/?a="'\`|^<>;%PATH%`, "https://x.example/?a=%22%27%60%7C%5E%3C%3E%3B%25PATH%25"],
  ]
  for (const [url, expected] of opened)
    it(`CR-119 opens ${url} as ${expected}`, () => {
      assert.deepStrictEqual(safeToOpen(url), Result.succeed(expected))
    })
})
