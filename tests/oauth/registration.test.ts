import { readFileSync } from "node:fs"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { register, registrationRequest } from "../../source/oauth/registration.ts"
import { softwareVersion } from "../../source/oauth/registration-request.ts"
import { reveal, secret } from "../../source/text/secret.ts"
import { type Answer, html, observed, type Seen, type Site, startSite } from "./site.ts"

const redirectUri = "http://127.0.0.1:4567/callback"
const request = registrationRequest({ redirectUri, clientName: "mcp-dcr-tui" })
const basic = registrationRequest({ redirectUri, clientName: "x", authMethod: "client_secret_basic" })

const run = (site: Site, more: Partial<Parameters<typeof register>[0]> & { supported?: ReadonlyArray<string> } = {}) =>
  observed(
    register({
      metadata: {
        issuer: site.origin,
        registrationEndpoint: `${site.origin}/register`,
        ...(more.supported ? { tokenEndpointAuthMethodsSupported: more.supported } : {}),
      },
      request,
      ...more,
    }),
    site.origin,
  )

const answering = (answer: Answer | ((seen: Seen) => Answer)) =>
  Effect.map(startSite, (site) => {
    site.routes.set("/register", answer)
    return site
  })

/** A whole answer: what was asked for, an id, and `more`; undefined members are left out by JSON. */
const created = (more: object = {}, status = 201): Answer => ({
  status,
  body: { ...request, client_id: "c1", ...more },
})

describe("registration request", () => {
  it("CR-58, CR-59 says all that a server could otherwise guess wrong", () => {
    assert.deepStrictEqual(JSON.parse(JSON.stringify(request)), {
      redirect_uris: [redirectUri],
      client_name: "mcp-dcr-tui",
      application_type: "native",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      software_id: request.software_id,
      software_version: softwareVersion,
    })
    assert.match(request.software_id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })
  it("CR-59 names the version of this package", () => {
    assert.include(readFileSync("package.json", "utf8"), `"version": "${softwareVersion}"`)
  })
  it("CR-59 has a scope only if one was selected, and the method that the server can do", () => {
    const of = (more: object) => registrationRequest({ redirectUri, clientName: "x", ...more })
    assert.strictEqual(of({ scope: "a b" }).scope, "a b")
    assert.notProperty(of({ scope: "" }), "scope")
    assert.strictEqual(
      of({ tokenEndpointAuthMethodsSupported: ["client_secret_post"] }).token_endpoint_auth_method,
      "client_secret_post",
    )
  })
})

describe("registration", () => {
  it.live("CR-60 takes 201; what was sent is the request, as JSON", () =>
    Effect.gen(function* () {
      const site = yield* answering(created())
      const { value, findings } = yield* run(site)
      assert.deepInclude(value?.client, {
        source: "dcr",
        issuer: site.origin,
        clientId: "c1",
        tokenEndpointAuthMethod: "none",
        redirectUris: [redirectUri],
        grantTypes: ["authorization_code", "refresh_token"],
      })
      assert.strictEqual(value?.redirectUri, redirectUri)
      assert.isNumber(value?.client.registeredAt)
      assert.deepStrictEqual(
        findings.map(({ severity }) => severity),
        ["pass"],
      )
      const [sent] = site.seen
      assert.strictEqual(sent?.headers["content-type"], "application/json")
      assert.deepStrictEqual(JSON.parse(sent?.body ?? ""), JSON.parse(JSON.stringify(request)))
    }),
  )
  it.live("CR-60 takes 200 with a warning, and no other status", () =>
    Effect.gen(function* () {
      const site = yield* answering(created({}, 200))
      const ok = yield* run(site)
      assert.strictEqual(ok.value?.client.clientId, "c1")
      assert.include(ok.texts("warning").join(), "answered 200")
      for (const answer of [created({}, 202), { status: 204 }]) {
        site.routes.set("/register", answer)
        assert.strictEqual((yield* run(site)).failure?.code, "registration_answer_invalid")
      }
    }),
  )
  for (const [name, answer] of [
    ["no client_id", created({ client_id: undefined })],
    ["an empty client_id", created({ client_id: "" })],
    ["a number for client_id", created({ client_id: 7 })],
    ["a secret that is a number", created({ client_secret: 1 })],
    ["a method with secret, but no secret", created({ token_endpoint_auth_method: "client_secret_post" })],
    [
      "a method with secret, but an empty one",
      created({ token_endpoint_auth_method: "client_secret_basic", client_secret: "" }),
    ],
    ["HTML", { status: 201, body: html, type: "text/html" }],
    ["a list", { status: 201, body: [] }],
  ] as const satisfies ReadonlyArray<readonly [string, Answer]>)
    it.live(`CR-61 refuses ${name}`, () =>
      Effect.gen(function* () {
        const site = yield* answering(answer)
        const { failure } = yield* run(site)
        assert.strictEqual(failure?.code, "registration_answer_invalid")
        assert.strictEqual(site.seen.length, 1)
      }),
    )
  it.live("CR-61 reads nulls and an empty secret as absent, with warnings", () =>
    Effect.gen(function* () {
      const site = yield* answering(
        created({ client_secret: null, scope: null, client_secret_expires_at: null, client_uri: null }),
      )
      const { value, texts } = yield* run(site)
      for (const member of ["clientSecret", "scope", "clientSecretExpiresAt"]) assert.notProperty(value?.client, member)
      assert.include(texts("warning").join(), "client_secret, scope")
      site.routes.set("/register", created({ client_secret: "" }))
      const empty = yield* run(site)
      assert.notProperty(empty.value?.client, "clientSecret")
      assert.include(empty.texts("warning").join(), "empty string")
    }),
  )
  it.live("CR-61 accepts a secret without its end, with a warning; it is wrapped and shown nowhere", () =>
    Effect.gen(function* () {
      const canary = "canary-secret-value-1"
      const site = yield* answering(
        created({ client_secret: canary, token_endpoint_auth_method: "client_secret_basic" }),
      )
      const seen = yield* run(site, { request: basic })
      const hidden = seen.value?.client.clientSecret
      assert.strictEqual(hidden && reveal(hidden), canary)
      assert.include(seen.texts("warning").join(), "client_secret_expires_at")
      const { value, findings, recording } = seen
      assert.notInclude(
        inspect({ value, findings, recording }, { depth: 12 }) + JSON.stringify({ value, findings, recording }),
        canary,
      )
    }),
  )
  for (const [more, code] of [
    [{ redirect_uris: ["https://other.example/cb"] }, "registration_unusable"],
    [{ redirect_uris: [] }, "registration_unusable"],
    [{ redirect_uris: ["http://localhost:4567/callback"] }, "registration_unusable"],
    [{ redirect_uris: ["http://127.0.0.1:4567/other"] }, "registration_unusable"],
    [{ grant_types: ["refresh_token"] }, "registration_unusable"],
    [{ response_types: ["token"] }, "registration_unusable"],
    [{ token_endpoint_auth_method: "tls_client_auth" }, "registration_unusable"],
    [{ token_endpoint_auth_method: "private_key_jwt" }, "registration_unusable"],
    [{ grant_types: "authorization_code" }, "registration_answer_invalid"],
    [{ redirect_uris: redirectUri }, "registration_answer_invalid"],
  ] as const)
    it.live(`CR-62 stops when the server made the client ${JSON.stringify(more)}`, () =>
      Effect.gen(function* () {
        const { failure } = yield* run(yield* answering(created(more)))
        assert.strictEqual(failure?.code, code)
      }),
    )
  it.live("CR-62 what came back wins: method, grant types, scope, redirect URIs", () =>
    Effect.gen(function* () {
      const redirect_uris = [redirectUri, "https://more.example/cb"]
      const changed = {
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code"],
        scope: "a",
        redirect_uris,
      }
      const { value, texts } = yield* run(yield* answering(created(changed)), { request: basic })
      assert.deepInclude(value?.client, {
        tokenEndpointAuthMethod: "none",
        grantTypes: ["authorization_code"],
        scope: "a",
        redirectUris: redirect_uris,
      })
      assert.include(texts("note").join(), "The server chose none where client_secret_basic was asked for")
      assert.include(texts("note").join(), "refresh_token")
    }),
  )
  it.live("CR-62 a registered loopback address may differ in its port", () =>
    Effect.gen(function* () {
      const { value, texts } = yield* run(yield* answering(created({ redirect_uris: ["http://127.0.0.1/callback"] })))
      assert.deepStrictEqual(value?.client.redirectUris, ["http://127.0.0.1/callback"])
      assert.include(texts("warning").join(), "another port")
    }),
  )
  for (const [ours, theirs] of [
    ["https://app.example/cb", "https://app.example:8443/cb"],
    ["https://127.0.0.1:4567/cb", "https://127.0.0.1/cb"],
    ["http://app.example:1/cb", "http://app.example:2/cb"],
  ] as const)
    it.live(`CR-62 another port than in ${ours} is another redirect URI`, () =>
      Effect.gen(function* () {
        const site = yield* answering(created({ redirect_uris: [theirs] }))
        const asked = registrationRequest({ redirectUri: ours, clientName: "x" })
        assert.strictEqual((yield* run(site, { request: asked })).failure?.code, "registration_unusable")
      }),
    )
  for (const [supported, expected] of [
    [undefined, "client_secret_basic"],
    [["none"], "none"],
    [["client_secret_post", "none"], "client_secret_post"],
  ] as const)
    it.live(
      `CR-62 a bare answer with a secret nobody asked for, server list ${supported?.join(" ") ?? "missing"}: ${expected}`,
      () =>
        Effect.gen(function* () {
          const site = yield* answering({
            status: 201,
            body: { client_id: "c", client_secret: "s3cret-s3cret", client_secret_expires_at: 0 },
          })
          const { value, texts } = yield* run(site, supported ? { supported } : {})
          assert.deepInclude(value?.client, { tokenEndpointAuthMethod: expected, redirectUris: [redirectUri] })
          assert.include(texts("warning").join(), "leaves out redirect_uris")
        }),
    )
  it.live("CR-63 the end of a secret: 0 is never, milliseconds are noticed, one in the past is not stored", () =>
    Effect.gen(function* () {
      const at = (client_secret_expires_at: unknown) =>
        created({
          client_secret: "s3cret-s3cret",
          token_endpoint_auth_method: "client_secret_basic",
          client_secret_expires_at,
        })
      const site = yield* answering(at(0))
      assert.strictEqual((yield* run(site)).value?.client.clientSecretExpiresAt, 0)
      site.routes.set("/register", at(33_000_000_000_000))
      const millis = yield* run(site)
      assert.strictEqual(millis.value?.client.clientSecretExpiresAt, 33_000_000_000)
      assert.include(millis.texts("warning").join(), "milliseconds")
      site.routes.set("/register", at("32000000000"))
      assert.strictEqual((yield* run(site)).value?.client.clientSecretExpiresAt, 32_000_000_000)
      site.routes.set("/register", at("soon"))
      assert.notProperty((yield* run(site)).value?.client, "clientSecretExpiresAt")
      site.routes.set("/register", at(1_000_000_000))
      assert.strictEqual((yield* run(site)).failure?.code, "registration_unusable")
    }),
  )
  for (const [answer, code, detail] of [
    [
      { status: 400, body: { error: "invalid_client_metadata", error_description: "no" } },
      "client_metadata_refused",
      "no",
    ],
    [{ status: 400, body: { error: "invalid_software_statement" } }, "software_statement_refused", "invalid_software"],
    [{ status: 400, body: { error: "unapproved_software_statement" } }, "software_statement_refused", "unapproved"],
    [{ status: 200, body: { error: "invalid_client_metadata" } }, "client_metadata_refused", "invalid_client_metadata"],
    [{ status: 403, body: "Client name not on our list" }, "registration_not_open", "Client name not on our list"],
    [{ status: 401, body: "" }, "registration_not_open", ""],
    [{ status: 404, body: html, type: "text/html" }, "registration_refused", "Sign in"],
    [{ status: 422, body: { message: "odd" } }, "registration_refused", "odd"],
    [{ status: 500, body: "" }, "registration_unavailable", ""],
    [{ status: 429, body: "slow down" }, "registration_unavailable", "slow down"],
  ] as const)
    it.live(`CR-64 shows a refusal as it is: ${answer.status} ${JSON.stringify(answer.body).slice(0, 50)}`, () =>
      Effect.gen(function* () {
        const site = yield* answering(answer)
        const { failure } = yield* run(site)
        assert.deepInclude(failure, { code, received: `status ${answer.status}` })
        assert.include(failure?.detail, detail)
        assert.strictEqual(site.seen.length, 1)
      }),
    )
  it.live("CR-64 X-9 repeats a refused 127.0.0.1 once as localhost, and gives the address that was accepted", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      const refused: Answer = { status: 400, body: { error: "invalid_redirect_uri" } }
      site.routes.set("/register", ({ body }) =>
        body.includes("127.0.0.1") ? refused : created({ redirect_uris: ["http://localhost:4567/callback"] }),
      )
      const { value, texts } = yield* run(site)
      assert.strictEqual(value?.redirectUri, "http://localhost:4567/callback")
      assert.strictEqual(site.seen.length, 2)
      assert.include(texts("warning").join(), "repeated once")
      site.routes.set("/register", refused)
      assert.strictEqual((yield* run(site)).failure?.code, "redirect_uri_refused")
      assert.strictEqual(site.seen.length, 4)
    }),
  )
  it.live("CR-64 repeats refused scopes once without any: a registration need not name them", () =>
    Effect.gen(function* () {
      // As Keycloak 26.7 and the Python SDK 2.3 word it.
      for (const [status, error, words] of [
        [403, "insufficient_scope", "Policy 'Allowed Client Scopes' rejected request. Details: Not permitted"],
        [400, "invalid_client_metadata", "Requested scopes are not valid: openid"],
        [400, "invalid_scope", "no"],
      ] as const) {
        const site = yield* answering(({ body }) =>
          body.includes("scope") ? { status, body: { error, error_description: words } } : created(),
        )
        const scoped = registrationRequest({ redirectUri, clientName: "x", scope: "openid read" })
        const { value, texts } = yield* run(site, { request: scoped })
        assert.strictEqual(value?.client.clientId, "c1", words)
        assert.include(texts("warning").join(), "without any")
        assert.lengthOf(site.seen, 2)
      }
    }),
  )

  it.live("CR-64 does not repeat a refusal for another reason without scopes", () =>
    Effect.gen(function* () {
      const site = yield* answering({
        status: 403,
        body: { error: "insufficient_scope", error_description: "Policy 'Trusted Hosts' rejected request." },
      })
      const { failure } = yield* run(site, {
        request: registrationRequest({ redirectUri, clientName: "x", scope: "a" }),
      })
      assert.strictEqual(failure?.code, "registration_not_open")
      assert.lengthOf(site.seen, 1)
    }),
  )

  it.live("CR-64 does not repeat what localhost would not change", () =>
    Effect.gen(function* () {
      const site = yield* answering({ status: 400, body: { error: "invalid_redirect_uri" } })
      for (const uri of ["http://localhost:1/cb", "https://127.0.0.1/cb", "http://127.0.0.1.example/cb"])
        yield* run(site, { request: registrationRequest({ redirectUri: uri, clientName: "x" }) })
      assert.strictEqual(site.seen.length, 3)
    }),
  )
  it.live("CR-38 a redirect of the registration is not followed", () =>
    Effect.gen(function* () {
      const site = yield* answering({ status: 307, headers: { location: "/elsewhere" } })
      assert.strictEqual((yield* run(site)).failure?.code, "redirect_refused")
      assert.deepStrictEqual(site.paths(), ["/register"])
    }),
  )
  it.live("CR-72 keeps address and token for managing the registration, or neither", () =>
    Effect.gen(function* () {
      const management = { registration_client_uri: "SITE/register/c1", registration_access_token: "canary-manage-1" }
      const site = yield* startSite
      const uri = `${site.origin}/register/c1`
      site.routes.set("/register", created({ ...management, registration_client_uri: uri }))
      const { client } = (yield* run(site)).value ?? {}
      assert.strictEqual(client?.registrationClientUri, uri)
      assert.strictEqual(client?.registrationAccessToken && reveal(client.registrationAccessToken), "canary-manage-1")
      for (const bad of [undefined, "http://as.example/c1", 5]) {
        site.routes.set("/register", created({ ...management, registration_client_uri: bad }))
        const { value, texts } = yield* run(site)
        assert.notProperty(value?.client, "registrationClientUri")
        assert.notProperty(value?.client, "registrationAccessToken")
        assert.include(texts("warning").join(), "registration_client_uri")
      }
    }),
  )
  it.live("CR-73 an initial access token goes with the registration as Bearer, and is never repeated to anybody", () =>
    Effect.gen(function* () {
      const canary = "canary-initial-1"
      const site = yield* answering({ status: 401, body: `bad token ${canary}` })
      const seen = yield* run(site, { initialAccessToken: secret("initial_access_token", canary) })
      assert.strictEqual(site.seen[0]?.headers.authorization, `Bearer ${canary}`)
      assert.strictEqual(seen.failure?.code, "registration_not_open")
      assert.notInclude(inspect(seen, { depth: 12 }) + JSON.stringify(seen), canary)
    }),
  )
})
