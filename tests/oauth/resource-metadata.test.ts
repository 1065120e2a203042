import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { matchResource } from "../../source/oauth/resource-identifier.ts"
import {
  assumedResource,
  canonicalResource,
  discoverResource,
  resourceMetadataUrls,
} from "../../source/oauth/resource-metadata.ts"
import { type Answer, html, observed, type Site, startSite } from "./site.ts"

const wellKnown = "/.well-known/oauth-protected-resource"

describe("where the metadata lies", () => {
  const places: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
    ["https://h", [wellKnown]],
    ["https://h/", [wellKnown]],
    ["https://h/mcp", [`${wellKnown}/mcp`, wellKnown]],
    ["https://h/mcp/", [`${wellKnown}/mcp/`, `${wellKnown}/mcp`, wellKnown]],
    ["https://h/a/b?t=1", [`${wellKnown}/a/b?t=1`, wellKnown]],
    ["https://h/?t=1", [`${wellKnown}?t=1`, wellKnown]],
    ["https://h/mcp#x", [`${wellKnown}/mcp`, wellKnown]],
  ]
  for (const [url, paths] of places)
    it(`CR-4, CR-5 ${url}`, () => {
      assert.deepStrictEqual(
        resourceMetadataUrls(url).map((candidate) => candidate.url),
        paths.map((path) => `https://h${path}`),
      )
    })
  it("CR-29 the canonical name has no fragment, no capitals in scheme and host, no slash after a bare host", () => {
    assert.strictEqual(canonicalResource("HTTPS://Host.Example/"), "https://host.example")
    assert.strictEqual(canonicalResource("https://h/Mcp/?Q=1#frag"), "https://h/Mcp/?Q=1")
    assert.strictEqual(assumedResource("https://H/mcp#x", "https://as").resource, "https://h/mcp")
  })
})

describe("what counts as the same resource", () => {
  const cases: ReadonlyArray<readonly [string, string, "exact" | "parent" | "foreign"]> = [
    ["https://h/mcp", "https://h/mcp", "exact"],
    ["HTTPS://H/mcp", "https://h/mcp", "exact"],
    ["https://h", "https://h/", "exact"],
    ["https://h", "https://h/mcp", "parent"],
    ["https://h/a", "https://h/a/b", "parent"],
    ["https://h/mcp/", "https://h/mcp", "parent"],
    ["https://h:443/mcp", "https://h/mcp", "parent"],
    ["https://h/a", "https://h/ab", "foreign"],
    ["https://h/a/b", "https://h/a", "foreign"],
    ["https://h/MCP", "https://h/mcp", "foreign"],
    ["https://h/mcp?x=1", "https://h/mcp", "foreign"],
    ["https://h/./", "https://h/mcp", "foreign"],
    ["https://h/caf\u00e9", "https://h/cafe\u0301", "foreign"],
    ["https://\u04bb/mcp", "https://h/mcp", "foreign"],
    ["https://h.evil/mcp", "https://h/mcp", "foreign"],
    ["https://u@h/", "https://h/mcp", "foreign"],
    ["http://h/mcp", "https://h/mcp", "foreign"],
    ["https://h:8443/mcp", "https://h/mcp", "foreign"],
    ["h", "https://h/mcp", "foreign"],
    ["", "https://h/mcp", "foreign"],
  ]
  for (const [resource, server, expected] of cases)
    it(`CR-8, CR-9 ${JSON.stringify(resource)} for ${server} is ${expected}`, () => {
      assert.strictEqual(matchResource(resource, server, server), expected)
    })
})

const good = (resource: string, more: object = {}): Answer => ({
  body: { resource, authorization_servers: ["https://as.example"], ...more },
})

const discover = (site: Site, more: Partial<Parameters<typeof discoverResource>[0]> = {}, path = "/mcp") =>
  observed(discoverResource({ serverUrl: `${site.origin}${path}`, strict: false, ...more }), site.origin)

describe("resource metadata", () => {
  it.live("CR-3 asks the advertised address and no other", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set("/custom/location.json", good(`${site.origin}/mcp`, { scopes_supported: ["a"], unknown: 1 }))
      site.routes.set(wellKnown, good(site.origin))
      const { value } = yield* discover(site, {
        challenge: { resourceMetadata: `${site.origin}/custom/location.json` },
      })
      assert.deepStrictEqual(site.paths(), ["/custom/location.json"])
      assert.deepInclude(value, {
        resource: `${site.origin}/mcp`,
        authorizationServers: ["https://as.example"],
        scopesSupported: ["a"],
      })
      assert.strictEqual(value?.url, `${site.origin}/custom/location.json`)
    }),
  )
  it.live("CR-3 reads a relative address against the server's, and says so", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set("/prm", good(`${site.origin}/mcp`))
      const { value, texts } = yield* discover(site, { challenge: { resourceMetadata: "/prm" } })
      assert.strictEqual(value?.url, `${site.origin}/prm`)
      assert.include(texts("warning").join(), "relative")
    }),
  )
  it.live("CR-4 asks for the path first and then the root; CR-31 keeps a bare origin without slash", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set(wellKnown, good(site.origin))
      const { value } = yield* discover(site)
      assert.deepStrictEqual(site.paths(), [`${wellKnown}/mcp`, wellKnown])
      assert.strictEqual(value?.resource, site.origin)
    }),
  )
  it.live("CR-5 asks without the slash when nothing is there with it", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set(`${wellKnown}/mcp`, good(`${site.origin}/mcp`))
      const { value, texts } = yield* discover(site, {}, "/mcp/")
      assert.deepStrictEqual(site.paths(), [`${wellKnown}/mcp/`, `${wellKnown}/mcp`])
      assert.strictEqual(value?.resource, `${site.origin}/mcp`)
      assert.include(texts("warning").join(), "without the slash")
    }),
  )
  for (const [name, answer] of [
    ["404", { status: 404 }],
    ["HTML", { body: html, type: "text/html" }],
    [
      "another resource",
      { body: { resource: "https://evil.example/mcp", authorization_servers: ["https://evil.example"] } },
    ],
    ["a redirect elsewhere", { status: 302, headers: { location: "http://localhost:1/" } }],
  ] as const satisfies ReadonlyArray<readonly [string, Answer]>)
    it.live(`CR-6 an advertised address that gives ${name} is reported, and the well-known ones are asked once`, () =>
      Effect.gen(function* () {
        const site = yield* startSite
        site.routes.set("/prm", answer)
        site.routes.set(`${wellKnown}/mcp`, good(`${site.origin}/mcp`))
        const { value, texts } = yield* discover(site, { challenge: { resourceMetadata: `${site.origin}/prm` } })
        assert.deepStrictEqual(site.paths(), ["/prm", `${wellKnown}/mcp`])
        assert.strictEqual(value?.resource, `${site.origin}/mcp`)
        assert.include(texts("error").join(), "/prm gave no usable metadata")
      }),
    )
  for (const address of ["http://10.0.0.1/prm", "ftp://h/prm", "http://as.example/prm", "https://u:p@h/prm"])
    it.live(`CR-6 an advertised address that must not be asked (${address}) is not`, () =>
      Effect.gen(function* () {
        const site = yield* startSite
        site.routes.set(`${wellKnown}/mcp`, good(`${site.origin}/mcp`))
        const { value, recording } = yield* discover(site, { challenge: { resourceMetadata: address } })
        assert.isDefined(value)
        assert.deepStrictEqual(
          recording.requests.map(({ url }) => url),
          [`${site.origin}${wellKnown}/mcp`],
        )
      }),
    )
  it.live("CR-6 does not ask the same address twice", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      const { failure } = yield* discover(site, { challenge: { resourceMetadata: `${site.origin}${wellKnown}/mcp` } })
      assert.deepStrictEqual(site.paths(), [`${wellKnown}/mcp`, wellKnown])
      assert.strictEqual(failure?.code, "resource_metadata_missing")
    }),
  )
  for (const [members, code, received] of [
    [{ resource: undefined, authorization_servers: ["https://as"] }, "resource_metadata_invalid", "missing"],
    [{ resource: 1, authorization_servers: ["https://as"] }, "resource_metadata_invalid", "number"],
    [{}, "no_authorization_server", "missing"],
    [{ authorization_servers: null }, "no_authorization_server", "null"],
    [{ authorization_servers: [] }, "no_authorization_server", "[]"],
    [{ authorization_servers: "https://as" }, "resource_metadata_invalid", "string"],
    [{ authorization_servers: [1] }, "resource_metadata_invalid", "a list with other values"],
  ] as const)
    it.live(`CR-7 refuses ${inspect(members)} with a reason of its own`, () =>
      Effect.gen(function* () {
        const site = yield* startSite
        site.routes.set(`${wellKnown}/mcp`, { body: { resource: `${site.origin}/mcp`, ...members } })
        const { failure } = yield* discover(site)
        assert.strictEqual(failure?.code, code)
        assert.include(failure?.received, received)
      }),
    )
  for (const [name, answer, received] of [
    ["an array", { body: [] }, "a JSON array"],
    ["truncated JSON", { body: '{"resource":', type: "application/json" }, "not JSON"],
    ["a login page", { body: html, type: "text/html" }, "an HTML page"],
    ["nothing", { body: "" }, "an empty body"],
    ["204", { status: 204 }, "status 204"],
    ["deep nesting", { body: `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`, type: "application/json" }, "64 levels"],
  ] as const satisfies ReadonlyArray<readonly [string, Answer, string]>)
    it.live(`CR-7 refuses ${name}`, () =>
      Effect.gen(function* () {
        const site = yield* startSite
        site.routes.set(`${wellKnown}/mcp`, answer)
        const { failure } = yield* discover(site)
        assert.strictEqual(failure?.code, "resource_metadata_invalid")
        assert.include(failure?.received, received)
        assert.deepStrictEqual(site.paths(), [`${wellKnown}/mcp`, wellKnown])
      }),
    )
  for (const resource of ["https://evil.example/mcp", "SITE/other", "SITE/mcp/deeper"])
    it.live(`CR-8 does not use metadata for ${resource}`, () =>
      Effect.gen(function* () {
        const site = yield* startSite
        const claimed = resource.replace("SITE", site.origin)
        site.routes.set(`${wellKnown}/mcp`, good(claimed))
        const { failure } = yield* discover(site)
        assert.deepInclude(failure, { code: "resource_mismatch", expected: `${site.origin}/mcp`, received: claimed })
      }),
    )
  it.live("CR-8 X-2 accepts a parent path with a warning, and not under --strict", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set(`${wellKnown}/team/mcp`, good(`${site.origin}/team`))
      const relaxed = yield* discover(site, {}, "/team/mcp")
      assert.strictEqual(relaxed.value?.resource, `${site.origin}/team`)
      assert.include(relaxed.texts("warning").join(), "--strict refuses it")
      const strict = yield* discover(site, { strict: true }, "/team/mcp")
      assert.strictEqual(strict.failure?.code, "resource_mismatch")
    }),
  )
  it.live("CR-8 says so when the server's own metadata lies at the root, where that of the host belongs", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set(wellKnown, good(`${site.origin}/mcp`))
      const { value, texts } = yield* discover(site)
      assert.strictEqual(value?.resource, `${site.origin}/mcp`)
      assert.include(texts("note").join(), `found where that of ${site.origin} belongs`)
      site.routes.set(wellKnown, good(site.origin))
      assert.notInclude((yield* discover(site)).texts("note").join(), "belongs")
    }),
  )
  for (const status of [401, 403, 405, 410])
    it.live(`CR-12 status ${status} only means: ask the next address`, () =>
      Effect.gen(function* () {
        const site = yield* startSite
        site.routes.set(`${wellKnown}/mcp`, { status, body: "no" })
        site.routes.set(wellKnown, good(`${site.origin}/mcp`))
        assert.strictEqual((yield* discover(site)).value?.resource, `${site.origin}/mcp`)
      }),
    )
  it.live("CR-13 a server error stops discovery; no other address is asked", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set(`${wellKnown}/mcp`, { status: 500, body: "<h1>oops</h1>" })
      site.routes.set(wellKnown, good(site.origin))
      const { failure } = yield* discover(site)
      assert.deepInclude(failure, { code: "discovery_unavailable", exit: 6, received: "status 500" })
      assert.deepStrictEqual(site.paths(), [`${wellKnown}/mcp`])
    }),
  )
  it.live("CR-18 without metadata anywhere it fails and names every address that was asked", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      const { failure } = yield* discover(site)
      assert.strictEqual(failure?.code, "resource_metadata_missing")
      assert.include(failure?.remedy.join(), "--legacy-auth")
      assert.include(failure?.detail, `404 at ${site.origin}${wellKnown}/mcp; status 404 at ${site.origin}${wellKnown}`)
    }),
  )
  it.live("CR-19 says which protocol version it speaks", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      yield* discover(site, { protocolVersion: "2025-11-25" })
      assert.deepStrictEqual(
        site.seen.map(({ headers }) => headers["mcp-protocol-version"]),
        ["2025-11-25", "2025-11-25"],
      )
    }),
  )
  it.live("CR-21 refuses early what it could not use: tokens bound to a key, tokens outside the header", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      site.routes.set(`${wellKnown}/mcp`, good(`${site.origin}/mcp`, { dpop_bound_access_tokens_required: true }))
      assert.strictEqual((yield* discover(site)).failure?.code, "dpop_required")
      assert.isDefined((yield* discover(site, { dpop: true })).value)
      site.routes.set(`${wellKnown}/mcp`, good(`${site.origin}/mcp`, { bearer_methods_supported: ["body"] }))
      assert.strictEqual((yield* discover(site)).failure?.code, "bearer_header_unsupported")
      site.routes.set(`${wellKnown}/mcp`, good(`${site.origin}/mcp`, { dpop_bound_access_tokens_required: "true" }))
      assert.isDefined((yield* discover(site)).value)
    }),
  )
  it.live("CR-22 leaves an optional member of the wrong type aside, and a wrong media type is only a warning", () =>
    Effect.gen(function* () {
      const site = yield* startSite
      const answer = good(`${site.origin}/mcp`, { scopes_supported: "a b" })
      site.routes.set(`${wellKnown}/mcp`, { ...answer, type: "text/plain" })
      const { value, texts } = yield* discover(site)
      assert.isDefined(value)
      assert.notProperty(value, "scopesSupported")
      assert.include(texts("warning").join(), "scopes_supported")
      assert.include(texts("warning").join(), "text/plain")
    }),
  )
})
