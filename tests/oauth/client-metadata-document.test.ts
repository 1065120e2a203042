import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { checkClientIdUrl, lintClientMetadata } from "../../source/oauth/client-metadata-document.ts"

const url = "https://app.example/client.json"
const good = {
  client_id: url,
  client_name: "App",
  redirect_uris: ["http://127.0.0.1/callback", "http://localhost:3118/callback", "https://app.example/cb"],
  token_endpoint_auth_method: "none",
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
}

const worst = (findings: ReturnType<typeof checkClientIdUrl>) =>
  (["error", "warning", "pass"] as const).find((severity) => findings.some((finding) => finding.severity === severity))

describe("client id URL", () => {
  for (const [id, expected] of [
    [url, "pass"],
    ["https://app.example:8443/a/b", "pass"],
    ["https://app.example/a?x=1", "warning"],
    ["http://127.0.0.1:3000/client.json", "warning"],
    ["http://app.example/client.json", "error"],
    ["https://app.example", "error"],
    ["https://app.example/", "error"],
    ["https://app.example/a/../b", "error"],
    ["https://app.example/./b", "error"],
    ["https://app.example/a/%2E%2e/b", "error"],
    ["https://app.example/a#f", "error"],
    ["https://app.example/a#", "error"],
    ["https://user@app.example/a", "error"],
    ["https://user:pw@app.example/a", "error"],
    ["javascript:alert(1)", "error"],
    ["client-1", "error"],
    ["https:///a b", "error"],
    ["", "error"],
  ] as const)
    it(`CR-68 ${JSON.stringify(id)}: ${expected}`, () => {
      assert.strictEqual(worst(checkClientIdUrl(id)), expected)
    })
  it.prop("CR-68 never throws", { text: Schema.String }, ({ text }) => checkClientIdUrl(text).length > 0)
})

describe("client metadata document", () => {
  it("CR-68 a document that keeps the rules has one finding, a pass", () => {
    assert.deepStrictEqual(
      lintClientMetadata(good, url).map(({ severity }) => severity),
      ["pass"],
    )
  })
  const bad: ReadonlyArray<readonly [unknown, string]> = [
    [null, "JSON null"],
    [[good], "JSON array"],
    [{ ...good, client_id: undefined }, "client_id must be a string"],
    [{ ...good, client_id: `${url}/` }, "not the address of the document"],
    [{ ...good, client_id: url.toUpperCase() }, "not the address of the document"],
    [{ ...good, client_name: " " }, "client_name"],
    [{ ...good, redirect_uris: [] }, "redirect_uris must be"],
    [{ ...good, redirect_uris: "https://app.example/cb" }, "redirect_uris must be"],
    [{ ...good, redirect_uris: ["/cb"] }, "not an absolute URL"],
    [{ ...good, redirect_uris: ["http://app.example/cb"] }, "plain http"],
    [{ ...good, redirect_uris: ["https://app.example/cb#x"] }, "fragment"],
    [{ ...good, redirect_uris: ["javascript:alert(1)"] }, "scheme"],
    [{ ...good, redirect_uris: ["https://*.app.example/cb"] }, "wildcard"],
    [{ ...good, token_endpoint_auth_method: "client_secret_basic" }, "shared secret"],
    [{ ...good, token_endpoint_auth_method: 1 }, "must be a string"],
    [{ ...good, client_secret: "x" }, "must not be in the document"],
    [{ ...good, client_secret_expires_at: 0 }, "must not be in the document"],
    [{ ...good, token_endpoint_auth_method: "private_key_jwt" }, "needs jwks"],
    [{ ...good, jwks: { keys: [{ kty: "EC", d: "x" }] } }, "private or symmetric key"],
    [{ ...good, grant_types: ["client_credentials"] }, "authorization_code"],
    [{ ...good, response_types: "code" }, "list of strings"],
  ]
  for (const [document, text] of bad)
    it(`CR-68 finds: ${text} (${JSON.stringify(document).slice(0, 60)}…)`, () => {
      const errors = lintClientMetadata(document, url).filter(({ severity }) => severity === "error")
      assert.strictEqual(errors.length, 1)
      assert.include(errors[0]?.text, text)
    })
  it("CR-68 warns of a missing method, a missing refresh_token and nulls", () => {
    const { token_endpoint_auth_method: _, ...rest } = good
    const texts = lintClientMetadata({ ...rest, grant_types: ["authorization_code"], logo_uri: null }, url)
    assert.deepStrictEqual(
      texts.map(({ severity }) => severity),
      ["warning", "warning", "warning"],
    )
  })
  it("CR-68 also reports what is wrong with its address", () => {
    const http = "http://app.example/client.json"
    assert.strictEqual(worst(lintClientMetadata({ ...good, client_id: http }, http)), "error")
  })
})
