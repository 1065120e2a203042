import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Answer, html, startSite } from "../oauth/site.ts"
import { mocked, requests, run } from "./room.ts"

const path = "/client.json"

/** A sign-in with the document that this answer publishes, which is given its own address. */
const signIn = (publish: (url: string) => Answer) =>
  Effect.gen(function* () {
    const site = yield* startSite
    const clientMetadataUrl = `${site.origin}${path}`
    site.routes.set(path, publish(clientMetadataUrl))
    const mock = yield* mocked()
    const state = yield* run(mock.url, { target: { clientMetadataUrl } }, ({ flow }) => flow.runTo("tools"))
    const said = (severity: string) =>
      state.steps.client.findings.filter((finding) => finding.severity === severity).map(({ text }) => text)
    return { mock, state, said, site }
  })

const good = (url: string, more: object = {}): Answer => ({
  body: {
    client_id: url,
    client_name: "mcp-dcr-tui",
    redirect_uris: ["https://app.example/callback", "http://127.0.0.1/own"],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
    ...more,
  },
})

describe("our client metadata document", () => {
  it.live("CR-68 CR-71 is looked at before the browser opens; its redirect URI on this machine is used", () =>
    Effect.gen(function* () {
      const { mock, state, said } = yield* signIn(good)
      assert.strictEqual(state.steps.tools.status, "done", JSON.stringify(state.steps.consent.problem))
      assert.deepStrictEqual(said("error"), [])
      // Only because this test has no https.
      assert.deepStrictEqual(
        said("warning").map((text) => /development server/.test(text)),
        [true],
      )
      assert.match(String(mock.log.all("authorize")[0]?.query.redirect_uri), /^http:\/\/127\.0\.0\.1:\d+\/own$/)
      assert.strictEqual(requests(mock, "register"), 0)
    }).pipe(Effect.scoped),
  )

  for (const [fault, publish, expected] of [
    [
      "is for another id",
      (url: string) => good(url, { client_id: `${url}/` }),
      "which is not the address of the document",
    ],
    ["holds a secret", (url: string) => good(url, { client_secret: "canary-secret" }), "must not be in the document"],
    [
      "wants a shared secret",
      (url: string) => good(url, { token_endpoint_auth_method: "client_secret_post" }),
      "shared",
    ],
    ["is a web page", () => ({ body: html, type: "text/html" }), "an HTML page, not JSON"],
    ["is not there", () => ({ status: 404 }), "status 404"],
    ["is larger than 5 kB", (url: string) => good(url, { padding: "x".repeat(6_000) }), "will be refused"],
    ["redirects", () => ({ status: 302, headers: { location: "/other.json" } }), "will be refused"],
  ] as const satisfies ReadonlyArray<readonly [string, (url: string) => Answer, string]>)
    it.live(`CR-68 one that ${fault} is told of, and the server has the last word`, () =>
      Effect.gen(function* () {
        const { state, said, site } = yield* signIn(publish)
        assert.include(said("error").join(), expected)
        assert.strictEqual(state.steps.consent.problem?.code, "authorization_page_failed")
        assert.notInclude(JSON.stringify(state), "canary-secret")
        assert.notInclude(site.paths(), "/other.json")
      }).pipe(Effect.scoped),
    )

  it.live("CR-68 one that cannot be seen from here is no failure of ours", () =>
    Effect.gen(function* () {
      const mock = yield* mocked()
      const clientMetadataUrl = "http://127.0.0.1:1/client.json"
      const state = yield* run(mock.url, { target: { clientMetadataUrl } }, ({ flow }) => flow.runTo("client"))
      assert.strictEqual(state.steps.client.status, "done")
      assert.include(
        state.steps.client.findings.map(({ severity, text }) => `${severity}: ${text}`).join(),
        "note: The client metadata document cannot be seen from here",
      )
    }).pipe(Effect.scoped),
  )
})
