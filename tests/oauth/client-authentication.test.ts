import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { authenticate } from "../../source/oauth/client-authentication.ts"
import { publicClient, secretClient } from "./authorization-room.ts"

const form = { grant_type: "refresh_token" }

/** Decodes as a server does: Base64, split at the first colon, then each part as a form value (RFC 6749 appendix B). */
const decodeBasic = (authorization: string): readonly [string, string] => {
  const pair = Buffer.from(authorization.replace(/^Basic /, ""), "base64").toString("ascii")
  const cut = pair.indexOf(":")
  const value = (text: string) => new URLSearchParams(`v=${text}`).get("v") ?? ""
  return [value(pair.slice(0, cut)), value(pair.slice(cut + 1))]
}

const basicOf = (clientId: string, clientSecret: string): string => {
  const result = authenticate({ ...secretClient("client_secret_basic", clientSecret), clientId }, form)
  assert.ok(Result.isSuccess(result))
  return result.success.headers.authorization ?? ""
}

describe("client authentication", () => {
  it("CR-75 encodes id and secret before joining them", () => {
    assert.strictEqual(
      basicOf("a:b c", "p%+/é&="),
      `Basic ${Buffer.from("a%3Ab+c:p%25%2B%2F%C3%A9%26%3D").toString("base64")}`,
    )
  })

  it.prop("CR-75 any id and secret come back from Basic", [Schema.String, Schema.String], ([id, hidden]) => {
    // Half of a surrogate pair has no UTF-8 and so cannot be sent at all.
    const [clientId, clientSecret] = [id.toWellFormed(), hidden.toWellFormed()]
    const header = basicOf(clientId, clientSecret)
    assert.match(header, /^Basic [A-Za-z0-9+/]+=*$/)
    assert.deepStrictEqual(decodeBasic(header), [clientId, clientSecret])
  })

  it("CR-76 one method at a time", () => {
    assert.deepStrictEqual(
      authenticate(publicClient, form),
      Result.succeed({ headers: {}, form: { ...form, client_id: "client-1" } }),
    )
    assert.deepStrictEqual(
      authenticate(secretClient("client_secret_post"), form),
      Result.succeed({ headers: {}, form: { ...form, client_id: "client-1", client_secret: "hush-hush" } }),
    )
    const basic = authenticate(secretClient("client_secret_basic"), form)
    assert.ok(Result.isSuccess(basic))
    assert.deepStrictEqual(basic.success.form, form)
    // A public client with a secret that it was given unasked keeps it to itself.
    assert.notInclude(JSON.stringify(authenticate(secretClient("none"), form)), "hush")
  })

  it("what cannot be done is refused before anything is sent", () => {
    const codeOf = (client: Parameters<typeof authenticate>[0]) =>
      Result.match(authenticate(client, form), { onSuccess: () => "done", onFailure: (failure) => failure.code })
    assert.strictEqual(
      codeOf({ ...publicClient, tokenEndpointAuthMethod: "client_secret_basic" }),
      "auth_method_unsupported",
    )
    assert.strictEqual(codeOf(secretClient("private_key_jwt")), "auth_method_unsupported")
    const forgotten = { label: "client_secret", length: 9, fingerprint: "00000000" }
    assert.strictEqual(
      codeOf({ ...secretClient("client_secret_post"), clientSecret: forgotten }),
      "secret_not_in_memory",
    )
  })
})
