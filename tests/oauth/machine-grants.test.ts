import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { startMock } from "../../mock/index.ts"
import type { Client } from "../../source/oauth/client-identity.ts"
import { idJagGrant } from "../../source/oauth/id-jag.ts"
import { clientCredentialsGrant, jwtBearerGrant } from "../../source/oauth/machine-grants.ts"
import { discoverServer } from "../../source/oauth/server-metadata.ts"
import { reveal, type Secret, secret } from "../../source/text/secret.ts"
import { issuer, json, publicClient, room, secretClient, serve } from "./authorization-room.ts"

const jwt = (claims: object): string =>
  [{ alg: "ES256" }, claims, "signature"]
    .map((part) => Buffer.from(typeof part === "string" ? part : JSON.stringify(part)).toString("base64url"))
    .join(".")

const plain = (hidden: Secret): string => reveal(hidden) ?? ""

const ok = { access_token: "machine-token", token_type: "Bearer", expires_in: 60 }
const robot: Client = { ...secretClient("client_secret_basic"), source: "preregistered" }
const workload: Client = { ...publicClient, source: "preregistered" }
const resource = "https://mcp.example.com/mcp"
const assertion = () => secret("assertion", jwt({ sub: "workload", exp: 4_000_000_000 }))

const at = (url: string, document: unknown = {}) => ({ issuer, tokenEndpoint: `${url}/token`, document })

/** One grant against a server that gives this answer. */
const run = (answer: Parameters<typeof serve>[0], grant: (url: string) => ReturnType<typeof clientCredentialsGrant>) =>
  Effect.gen(function* () {
    const { url, seen } = yield* serve(answer)
    const { layer, findings, recording } = room()
    const result = yield* grant(url).pipe(Effect.provide(layer), Effect.result)
    const forms = seen.map(({ form }) => Object.fromEntries(form))
    return { result, seen, forms, findings, recording }
  }).pipe(Effect.scoped)

const gives = (body: unknown, status = 200) =>
  ((_, response) => json(response, status, body)) as Parameters<typeof serve>[0]

describe("client credentials", () => {
  it.live(
    "CR-105 a pre-registered client gets a token for itself at the mock, with a secret and no refresh token",
    () =>
      Effect.gen(function* () {
        const mock = yield* Effect.acquireRelease(
          Effect.promise(() =>
            startMock({
              clients: [{ client_id: "client-1", client_secret: "hush-hush", grant_types: ["client_credentials"] }],
            }),
          ),
          (running) => Effect.promise(() => running.close()),
        )
        const { layer, findings } = room()
        const metadata = yield* discoverServer({
          issuer: mock.issuer,
          strict: true,
          grant: "client_credentials",
        }).pipe(Effect.provide(layer))
        const grant = yield* clientCredentialsGrant({
          metadata,
          client: { ...robot, issuer: mock.issuer },
          resource: mock.url,
        }).pipe(Effect.provide(layer))
        assert.strictEqual(mock.inspect?.(plain(grant.accessToken))?.client_id, "client-1")
        assert.deepStrictEqual([grant.issuer, grant.resource, grant.refreshToken], [mock.issuer, mock.url, undefined])
        assert.ok(findings.some(({ severity, text }) => severity === "pass" && text.includes("client_credentials")))
        assert.deepStrictEqual(mock.log.failures(), [])
      }).pipe(Effect.scoped),
  )

  it.live("CR-105 CR-31 X-8 sends grant type, scope and resource; Basic names the client", () =>
    Effect.gen(function* () {
      const { result, forms, seen } = yield* run(gives(ok), (url) =>
        clientCredentialsGrant({ metadata: at(url), client: robot, resource, scope: "read" }),
      )
      assert.ok(result._tag === "Success")
      assert.deepStrictEqual(forms, [{ grant_type: "client_credentials", scope: "read", resource }])
      assert.strictEqual(seen[0]?.headers.authorization, `Basic ${btoa("client-1:hush-hush")}`)
      assert.strictEqual((result.success.expiresAt ?? 0) - result.success.obtainedAt, 60_000)
    }),
  )

  it.live("CR-105 only for a client that an operator set up and that can prove who it is", () =>
    Effect.gen(function* () {
      for (const client of [workload, { ...robot, source: "dcr" as const }]) {
        const { result, seen } = yield* run(gives(ok), (url) => clientCredentialsGrant({ metadata: at(url), client }))
        assert.ok(result._tag === "Failure")
        assert.strictEqual(result.failure.code, "client_not_confidential")
        assert.strictEqual(seen.length, 0)
      }
    }),
  )

  it.live("CR-66 the client of another issuer is not sent", () =>
    Effect.gen(function* () {
      const { result, seen } = yield* run(gives(ok), (url) =>
        clientCredentialsGrant({ metadata: at(url), client: { ...robot, issuer: "https://other.example" } }),
      )
      assert.ok(result._tag === "Failure")
      assert.deepStrictEqual([result.failure.code, seen.length], ["client_of_another_issuer", 0])
    }),
  )

  it.live("CR-105 a refresh token that nobody needs is dropped, and said", () =>
    Effect.gen(function* () {
      const { result, findings } = yield* run(gives({ ...ok, refresh_token: "canary-refresh" }), (url) =>
        clientCredentialsGrant({ metadata: at(url), client: robot }),
      )
      assert.ok(result._tag === "Success")
      assert.isUndefined(result.success.refreshToken)
      assert.ok(findings.some(({ severity, text }) => severity === "warning" && text.includes("dropped")))
    }),
  )

  it.live("a grant that the metadata leaves out is asked for all the same, with a warning", () =>
    Effect.gen(function* () {
      const { result, findings } = yield* run(gives(ok), (url) =>
        clientCredentialsGrant({
          metadata: at(url, { grant_types_supported: ["authorization_code"] }),
          client: robot,
        }),
      )
      assert.ok(result._tag === "Success")
      assert.ok(findings.some(({ severity, text }) => severity === "warning" && text.includes("does not announce")))
    }),
  )

  const refusals: ReadonlyArray<readonly [status: number, body: object, code: string]> = [
    [401, { error: "invalid_client" }, "client_dead"],
    [400, { error: "unauthorized_client" }, "client_dead"],
    [400, { error: "invalid_scope" }, "scope_refused"],
    [400, { error: "invalid_target" }, "resource_refused"],
    [400, { error: "unsupported_grant_type" }, "grant_type_refused"],
    [400, { error: "use_dpop_nonce" }, "dpop_proof_refused"],
    [503, { error: "temporarily_unavailable" }, "token_endpoint_failed"],
    [200, { access_token: "t", token_type: "DPoP" }, "token_type_unsupported"],
    [200, { access_token: "t", token_type: "N_A" }, "token_type_unsupported"],
  ]
  for (const [status, body, code] of refusals)
    it.live(`CR-105 CR-80 ${status} ${JSON.stringify(body)} is ${code}, asked once`, () =>
      Effect.gen(function* () {
        const { result, seen } = yield* run(gives(body, status), (url) =>
          clientCredentialsGrant({ metadata: at(url), client: robot }),
        )
        assert.ok(result._tag === "Failure")
        assert.deepStrictEqual([result.failure.code, seen.length], [code, 1])
      }),
    )
})

describe("jwt-bearer", () => {
  it.live("RFC 7523 §2.1 a workload sends its assertion and no authentication", () =>
    Effect.gen(function* () {
      const hidden = assertion()
      const { result, forms, seen, recording } = yield* run(gives(ok), (url) =>
        jwtBearerGrant({ metadata: at(url), client: workload, assertion: hidden, resource, scope: "read" }),
      )
      assert.ok(result._tag === "Success")
      assert.deepStrictEqual(forms, [
        {
          grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
          assertion: plain(hidden),
          scope: "read",
          resource,
          client_id: "client-1",
        },
      ])
      assert.isUndefined(seen[0]?.headers.authorization)
      assert.notInclude(JSON.stringify(recording), plain(hidden))
    }),
  )

  for (const error of ["invalid_grant", "unauthorized_client", "invalid_scope", "server_error"])
    it.live(`RFC 7523 §3.1 after ${error} neither a retry nor another grant follows`, () =>
      Effect.gen(function* () {
        const { result, seen } = yield* run(gives({ error, error_description: "no" }, 400), (url) =>
          jwtBearerGrant({ metadata: at(url), client: workload, assertion: assertion(), resource }),
        )
        assert.ok(result._tag === "Failure")
        assert.strictEqual(seen.length, 1)
        if (error === "invalid_grant") assert.strictEqual(result.failure.code, "assertion_refused")
      }),
    )

  it.live("what is no JWT is not sent, nor quoted", () =>
    Effect.gen(function* () {
      for (const text of ["-----BEGIN PRIVATE KEY-----canary", "", "a.b.c"]) {
        const { result, seen } = yield* run(gives(ok), (url) =>
          jwtBearerGrant({ metadata: at(url), client: workload, assertion: secret("assertion", text) }),
        )
        assert.ok(result._tag === "Failure")
        assert.deepStrictEqual([result.failure.code, seen.length], ["assertion_unusable", 0])
        assert.notInclude(JSON.stringify(result.failure), "canary")
      }
    }),
  )

  it.live("an expired assertion is a warning here and the server's decision there", () =>
    Effect.gen(function* () {
      const { findings, seen } = yield* run(gives({ error: "invalid_grant" }, 400), (url) =>
        jwtBearerGrant({ metadata: at(url), client: workload, assertion: secret("assertion", jwt({ exp: 1000 })) }),
      )
      assert.strictEqual(seen.length, 1)
      assert.ok(findings.some(({ severity, text }) => severity === "warning" && text.includes("expired")))
    }),
  )
})

describe("ID-JAG", () => {
  const idToken = () => secret("id_token", jwt({ sub: "ann", exp: 4_000_000_000 }))
  const idJag = jwt({ sub: "ann", aud: issuer })
  const issued = {
    access_token: idJag,
    issued_token_type: "urn:ietf:params:oauth:token-type:id-jag",
    token_type: "N_A",
    expires_in: 300,
  }

  /** Identity provider and authorization server in one, under /idp and /token. */
  const ask = (idp: unknown, status = 200, more: { readonly clientSecret?: string } = {}) =>
    run(
      ({ path }, response) => (path === "/idp" ? json(response, status, idp) : json(response, 200, ok)),
      (url) =>
        idJagGrant({
          metadata: at(url),
          client: robot,
          resource,
          scope: "read",
          idToken: idToken(),
          idp: {
            tokenEndpoint: `${url}/idp`,
            clientId: "desktop",
            ...(more.clientSecret ? { clientSecret: secret("client_secret", more.clientSecret) } : {}),
          },
        }),
    )

  it.live("RFC 8693 §2.1 ID token to ID-JAG at the provider, ID-JAG to access token at the server", () =>
    Effect.gen(function* () {
      const { result, forms, seen, recording } = yield* ask(issued)
      assert.ok(result._tag === "Success")
      assert.strictEqual(reveal(result.success.accessToken), "machine-token")
      assert.deepStrictEqual(forms, [
        {
          grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
          requested_token_type: "urn:ietf:params:oauth:token-type:id-jag",
          audience: issuer,
          resource,
          scope: "read",
          subject_token: plain(idToken()),
          subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
          client_id: "desktop",
        },
        { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: idJag, scope: "read", resource },
      ])
      assert.isUndefined(seen[0]?.headers.authorization)
      assert.strictEqual(seen[1]?.headers.authorization, `Basic ${btoa("client-1:hush-hush")}`)
      for (const canary of [idJag, plain(idToken())]) assert.notInclude(JSON.stringify(recording), canary)
    }),
  )

  it.live("CR-66 the provider sees its own client's secret, never that of the other server", () =>
    Effect.gen(function* () {
      const { seen } = yield* ask(issued, 200, { clientSecret: "idp-secret" })
      assert.strictEqual(seen[0]?.headers.authorization, `Basic ${btoa("desktop:idp-secret")}`)
    }),
  )

  const refusals: ReadonlyArray<readonly [status: number, body: object, code: string]> = [
    [400, { error: "invalid_grant" }, "id_token_refused"],
    [400, { error: "invalid_target" }, "resource_refused"],
    [400, { error: "unsupported_grant_type" }, "grant_type_refused"],
    [200, { ...issued, token_type: "Bearer" }, "token_type_unsupported"],
    [200, { ...issued, issued_token_type: "urn:ietf:params:oauth:token-type:access_token" }, "id_jag_missing"],
    [200, { access_token: idJag, token_type: "n_a" }, "id_jag_missing"],
  ]
  for (const [status, body, code] of refusals)
    it.live(`RFC 8693 §2.2 ${status} ${code}: what the provider gave does not reach the server`, () =>
      Effect.gen(function* () {
        const { result, seen } = yield* ask(body, status)
        assert.ok(result._tag === "Failure")
        assert.deepStrictEqual([result.failure.code, seen.map(({ path }) => path)], [code, ["/idp"]])
        assert.notInclude(JSON.stringify(result.failure), idJag)
      }),
    )

  it.live("an address of the provider that is none fails as such", () =>
    Effect.gen(function* () {
      const { result, seen } = yield* run(gives(ok), (url) =>
        idJagGrant({
          metadata: at(url),
          client: robot,
          resource,
          idToken: idToken(),
          idp: { tokenEndpoint: "idp.example/token", clientId: "desktop" },
        }),
      )
      assert.ok(result._tag === "Failure")
      assert.deepStrictEqual([result.failure.code, seen.length], ["not_a_url", 0])
    }),
  )
})
