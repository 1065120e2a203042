import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { checkIssuer, chooseIssuer } from "../../source/oauth/issuer.ts"
import { discoverServer, legacyServer, serverMetadataUrls } from "../../source/oauth/server-metadata.ts"
import { type Answer, html, observed, type Site, startSite } from "./site.ts"

const oauth = "/.well-known/oauth-authorization-server"
const openid = "/.well-known/openid-configuration"

const metadata = (issuer: string, more: object = {}): Answer => ({
  body: {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    response_types_supported: ["code"],
    code_challenge_methods_supported: ["S256"],
    ...more,
  },
})

const discover = (site: Site, more: Partial<Parameters<typeof discoverServer>[0]> = {}, path = "") =>
  observed(discoverServer({ issuer: `${site.origin}${path}`, strict: false, ...more }), site.origin)

describe("where the metadata lies", () => {
  for (const [issuer, urls] of [
    ["https://as", [`https://as${oauth}`, `https://as${openid}`]],
    ["https://as/", [`https://as${oauth}`, `https://as${openid}`]],
    ["https://as/t1", [`https://as${oauth}/t1`, `https://as${openid}/t1`, `https://as/t1${openid}`]],
    ["https://as/a/t1/", [`https://as${oauth}/a/t1`, `https://as${openid}/a/t1`, `https://as/a/t1${openid}`]],
  ] as const)
    it(`CR-11 ${issuer}`, () => {
      assert.deepStrictEqual(serverMetadataUrls(issuer), [...urls])
    })
})

describe("choice of the issuer", () => {
  const prm = { authorizationServers: ["https://a", "https://b", "https://c"] }
  it("CR-10 is the user's, else one we know, else the first", () => {
    assert.deepStrictEqual(chooseIssuer(prm, {}), Result.succeed({ issuer: "https://a", reason: "first" }))
    assert.deepStrictEqual(
      chooseIssuer(prm, { known: ["https://x", "https://c"] }),
      Result.succeed({ issuer: "https://c", reason: "known" }),
    )
    assert.deepStrictEqual(
      chooseIssuer(prm, { wanted: "https://b", known: ["https://c"] }),
      Result.succeed({ issuer: "https://b", reason: "chosen" }),
    )
  })
  it("CR-10 is never one that the server does not list", () => {
    const chosen = chooseIssuer(prm, { wanted: "https://b/" })
    assert.strictEqual(Result.isFailure(chosen) && chosen.failure.code, "issuer_not_offered")
  })
})

describe("issuer", () => {
  for (const bad of [
    "https://as/?t=1",
    "https://as?",
    "https://as/#",
    "http://as.example",
    "ftp://as",
    "https://u@as",
    "as",
    "",
  ])
    it(`CR-15 ${JSON.stringify(bad)} is refused before anything is sent`, () => {
      const checked = checkIssuer(bad, false)
      assert.strictEqual(Result.isFailure(checked) && checked.failure.code, "issuer_invalid")
    })
  it("CR-15 http is allowed on this machine, elsewhere only with --allow-insecure", () => {
    assert.isTrue(Result.isSuccess(checkIssuer("http://[::1]:8080/t", false)))
    assert.isTrue(Result.isSuccess(checkIssuer("http://as.example", true)))
  })
})

describe("server metadata", () => {
  it.live("CR-11 an issuer with a path: three places in order, the root never", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set(oauth, metadata(site.origin))
      site.routes.set(`/t1${openid}`, metadata(`${site.origin}/t1`))
      const { value } = yield* discover(site, {}, "/t1")
      assert.deepStrictEqual(site.paths(), [`${oauth}/t1`, `${openid}/t1`, `/t1${openid}`])
      assert.deepInclude(value, {
        issuer: `${site.origin}/t1`,
        tokenEndpoint: `${site.origin}/t1/token`,
        authorizationEndpoint: `${site.origin}/t1/authorize`,
        grantTypesSupported: ["authorization_code", "implicit"],
        issParameterSupported: false,
      })
    }),
  )
  for (const [name, first] of [
    ["a login page", { body: html, type: "text/html" }],
    ["403", { status: 403 }],
    ["somebody else's document", metadata("https://honest.example")],
    ["a redirect elsewhere", { status: 302, headers: { location: "http://localhost:1/login" } }],
  ] as const satisfies ReadonlyArray<readonly [string, Answer]>)
    it.live(`CR-12 goes on to the OpenID document after ${name}`, () =>
      Effect.gen(function* () {
        const site = yield* startSite
        site.routes.set(oauth, first)
        site.routes.set(openid, metadata(site.origin))
        const { value } = yield* discover(site)
        assert.strictEqual(value?.url, `${site.origin}${openid}`)
      }),
    )
  it.live("CR-12 reports the mismatch, not 'not found', when nothing else is there", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set(openid, metadata("https://honest.example"))
      const { failure } = yield* discover(site)
      assert.deepInclude(failure, {
        code: "issuer_mismatch",
        expected: site.origin,
        received: "https://honest.example",
      })
    }),
  )
  it.live("CR-12 names every address when none has a document", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      const { failure } = yield* discover(site)
      assert.strictEqual(failure?.code, "server_metadata_missing")
      assert.include(failure?.detail, `status 404 at ${site.origin}${openid}`)
    }),
  )
  it.live("CR-13 503 stops with a retryable failure; the other address is not asked", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set(oauth, { status: 503 })
      site.routes.set(openid, metadata(site.origin))
      const { failure } = yield* discover(site)
      assert.deepInclude(failure, { code: "discovery_unavailable", exit: 6 })
      assert.notInclude(site.paths(), openid)
    }),
  )
  it.live("CR-13 so does a server that cannot be reached", () =>
    Effect.gen(function* () {
      const { failure, recording } = yield* observed(discoverServer({ issuer: "http://127.0.0.1:1", strict: false }))
      assert.strictEqual(failure?.code, "connection_refused")
      assert.isAtMost(recording.requests.length, 1)
    }),
  )
  for (const claimed of ["https://honest.example", "SITE/other", "SITE//", "site"])
    it.live(`CR-14 never uses a document that claims ${claimed}`, () =>
      Effect.gen(function* () {
        const site = yield* startSite
        const issuer = claimed === "site" ? site.origin.replace("http", "HTTP") : claimed.replace("SITE", site.origin)
        site.routes.set(oauth, metadata(issuer))
        const { failure } = yield* discover(site)
        assert.deepInclude(failure, { code: "issuer_mismatch", expected: site.origin, received: issuer })
      }),
    )
  for (const [asked, claimed] of [
    ["", "/"],
    ["/", ""],
  ] as const)
    it.live(
      `CR-14 X-1 a slash too ${claimed === "/" ? "many" : "few"} has a failure of its own, and passes only when accepted`,
      () =>
        Effect.gen(function* () {
          const site = yield* startSite
          const issuer = `${site.origin}${claimed}`
          site.routes.set(oauth, metadata(issuer))
          const { failure } = yield* discover(site, {}, asked)
          assert.deepInclude(failure, {
            code: "issuer_slash_mismatch",
            expected: `${site.origin}${asked}`,
            received: issuer,
          })
          const accepted = yield* discover(site, { acceptIssuer: issuer }, asked)
          assert.strictEqual(accepted.value?.issuer, issuer)
          const strict = yield* discover(site, { acceptIssuer: issuer, strict: true }, asked)
          assert.strictEqual(strict.failure?.code, "issuer_slash_mismatch")
        }),
    )
  it.live("CR-14 X-1 a slash after a path is a plain mismatch", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set(`${oauth}/t1`, metadata(`${site.origin}/t1/`))
      const { failure } = yield* discover(site, { acceptIssuer: `${site.origin}/t1/` }, "/t1")
      assert.strictEqual(failure?.code, "issuer_mismatch")
    }),
  )
  for (const [more, code, received] of [
    [{ response_types_supported: ["token"] }, "code_flow_unsupported", "[token]"],
    [{ grant_types_supported: ["client_credentials"] }, "code_flow_unsupported", "[client_credentials]"],
    [{ require_pushed_authorization_requests: true }, "pushed_request_required", "true"],
    [{ code_challenge_methods_supported: undefined }, "pkce_unsupported", "missing"],
    [{ code_challenge_methods_supported: [] }, "pkce_unsupported", "array"],
    [{ code_challenge_methods_supported: ["plain"] }, "pkce_unsupported", "[plain]"],
    [{ code_challenge_methods_supported: "S256" }, "pkce_unsupported", "string"],
  ] as const)
    it.live(`CR-21, CR-45 stops before the browser: ${JSON.stringify(more)}`, () =>
      Effect.gen(function* () {
        const site = yield* startSite
        site.routes.set(oauth, metadata(site.origin, more))
        const { failure } = yield* discover(site)
        assert.strictEqual(failure?.code, code)
        assert.include(failure?.received, received)
      }),
    )
  it.live("CR-21 asks for neither code flow nor PKCE when a machine wants a token", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      const lean = {
        authorization_endpoint: undefined,
        code_challenge_methods_supported: undefined,
        response_types_supported: [],
      }
      site.routes.set(oauth, metadata(site.origin, { ...lean, grant_types_supported: ["client_credentials"] }))
      const { value } = yield* discover(site, { grant: "client_credentials" })
      assert.strictEqual(value?.tokenEndpoint, `${site.origin}/token`)
      assert.notProperty(value, "authorizationEndpoint")
    }),
  )
  it.live("CR-22 counts only a literal true, and drops what is unusable with a warning", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set(
        oauth,
        metadata(site.origin, {
          authorization_response_iss_parameter_supported: "true",
          client_id_metadata_document_supported: 1,
          scopes_supported: "a b",
          registration_endpoint: null,
          revocation_endpoint: "http://as.example/revoke",
          jwks_uri: `${site.origin}/jwks`,
        }),
      )
      const { value, texts } = yield* discover(site)
      assert.deepInclude(value, { issParameterSupported: false, clientIdMetadataDocumentSupported: false })
      for (const member of ["scopesSupported", "registrationEndpoint", "revocationEndpoint"])
        assert.notProperty(value, member)
      assert.strictEqual(value?.jwksUri, `${site.origin}/jwks`)
      assert.strictEqual(texts("warning").length, 5)
    }),
  )
  it.live("CR-22 takes true for true", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      const flags = {
        authorization_response_iss_parameter_supported: true,
        client_id_metadata_document_supported: true,
      }
      site.routes.set(oauth, metadata(site.origin, flags))
      const { value } = yield* discover(site)
      assert.deepInclude(value, { issParameterSupported: true, clientIdMetadataDocumentSupported: true })
    }),
  )
  for (const missing of ["token_endpoint", "authorization_endpoint", "issuer"])
    it.live(`CR-22 cannot go on without ${missing}`, () =>
      Effect.gen(function* () {
        const site = yield* startSite
        site.routes.set(oauth, metadata(site.origin, { [missing]: undefined }))
        const { failure } = yield* discover(site)
        assert.strictEqual(failure?.code, "server_metadata_invalid")
        assert.include(failure?.expected, missing)
      }),
    )
  for (const endpoint of [
    "http://as.example/token",
    "https://as.example/token#x",
    "https://u@as.example/token",
    "javascript:alert(1)",
    "http://10.0.0.1/token",
    "https://169.254.169.254/token",
    "https://as.example/to ken",
    "/token",
  ])
    it.live(`CR-35, CR-37 refuses the endpoint ${endpoint}`, () =>
      Effect.gen(function* () {
        const site = yield* startSite
        for (const member of ["token_endpoint", "authorization_endpoint"]) {
          site.routes.set(oauth, metadata(site.origin, { [member]: endpoint }))
          const { failure } = yield* discover(site)
          assert.deepInclude(failure, { code: "endpoint_invalid", expected: member, url: endpoint })
        }
      }),
    )
  it.live("CR-37 keeps the query of an endpoint", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      const authorization_endpoint = `${site.origin}/authorize?tenant=1`
      site.routes.set(oauth, metadata(site.origin, { authorization_endpoint }))
      assert.strictEqual((yield* discover(site)).value?.authorizationEndpoint, authorization_endpoint)
    }),
  )
})

describe("revision 2025-03-26", () => {
  const legacy = (site: Site) => observed(legacyServer({ serverUrl: `${site.origin}/some/mcp` }), site.origin)
  it.live("CR-16 asks at the origin and checks the issuer against it", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set(oauth, metadata(site.origin, { token_endpoint: `${site.origin}/t` }))
      const { value } = yield* legacy(site)
      assert.deepStrictEqual(site.paths(), [oauth])
      assert.strictEqual(value?.tokenEndpoint, `${site.origin}/t`)
      site.routes.set(oauth, metadata("https://honest.example"))
      assert.strictEqual((yield* legacy(site)).failure?.code, "issuer_mismatch")
    }),
  )
  it.live("CR-17, CR-46 uses the default endpoints where there is no metadata, and says that PKCE is unverified", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      const { value, texts } = yield* legacy(site)
      assert.deepInclude(value, {
        issuer: site.origin,
        authorizationEndpoint: `${site.origin}/authorize`,
        tokenEndpoint: `${site.origin}/token`,
        registrationEndpoint: `${site.origin}/register`,
      })
      assert.include(texts("warning").join(), "PKCE support is unverified")
    }),
  )
  it.live("CR-46 metadata without a word on PKCE is enough, metadata without S256 is not", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set(oauth, metadata(site.origin, { code_challenge_methods_supported: undefined }))
      const { value, texts } = yield* legacy(site)
      assert.isDefined(value)
      assert.include(texts("warning").join(), "PKCE support is unverified")
      site.routes.set(oauth, metadata(site.origin, { code_challenge_methods_supported: ["plain"] }))
      assert.strictEqual((yield* legacy(site)).failure?.code, "pkce_unsupported")
    }),
  )
  it.live("CR-17 no default endpoints after a server error or a page that is no metadata", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set(oauth, { status: 500 })
      assert.strictEqual((yield* legacy(site)).failure?.code, "discovery_unavailable")
      site.routes.set(oauth, { body: html, type: "text/html" })
      assert.strictEqual((yield* legacy(site)).failure?.code, "server_metadata_invalid")
    }),
  )
})
