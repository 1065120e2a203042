import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { chooseAuthMethod, registrationAuthMethod } from "../../source/oauth/auth-method.ts"
import { type Client, type IdentityRequest, identityWays, type WayName } from "../../source/oauth/client-identity.ts"
import { secret } from "../../source/text/secret.ts"

const issuer = "https://as.example"
const documentUrl = "https://app.example/client.json"
const now = 1_800_000_000_000

const stored = (more: Partial<Client> = {}): Client => ({
  source: "dcr",
  issuer,
  clientId: "stored-1",
  tokenEndpointAuthMethod: "none",
  redirectUris: ["http://127.0.0.1:4567/callback"],
  ...more,
})

const request = (more: Partial<IdentityRequest> = {}): IdentityRequest => ({
  registration: "auto",
  metadata: { issuer, clientIdMetadataDocumentSupported: false },
  now,
  ...more,
})

const chosen = (more: Partial<IdentityRequest>): string => {
  const result = identityWays(request(more))
  return Result.isSuccess(result) ? result.success.chosen.way : result.failure.code
}

const open = {
  metadata: { issuer, clientIdMetadataDocumentSupported: true, registrationEndpoint: `${issuer}/register` },
  preregistered: { clientId: "given" },
  stored: stored(),
  clientMetadataUrl: documentUrl,
} satisfies Partial<IdentityRequest>

describe("ways to a client identity", () => {
  const flags = [false, true]
  /** By rule CR-57, written down again: the first of these that is there. */
  const order: ReadonlyArray<WayName> = ["preregistered", "stored", "cimd", "dcr"]
  for (const preregistered of flags)
    for (const known of flags)
      for (const cimd of flags)
        for (const dcr of flags) {
          const there: Record<WayName, boolean> = { preregistered, stored: known, cimd, dcr }
          const available = order.filter((way) => there[way])
          it(`CR-57 of ${available.join(", ") || "nothing"} takes the first`, () => {
            const from = request({
              ...(preregistered ? { preregistered: open.preregistered } : {}),
              ...(known ? { stored: open.stored } : {}),
              clientMetadataUrl: documentUrl,
              metadata: {
                issuer,
                clientIdMetadataDocumentSupported: cimd,
                ...(dcr ? { registrationEndpoint: `${issuer}/register` } : {}),
              },
            })
            const result = identityWays(from)
            if (available.length === 0) {
              assert.isTrue(Result.isFailure(result) && result.failure.code === "no_way_to_register")
              return
            }
            assert.isTrue(Result.isSuccess(result))
            if (!Result.isSuccess(result)) return
            const { chosen: first, others, closed } = result.success
            assert.deepStrictEqual([first.way, ...others.map(({ way }) => way)], [...available])
            assert.sameMembers([...available, ...closed.map(({ way }) => way)], [...order])
          })
        }

  const forced: ReadonlyArray<readonly [IdentityRequest["registration"], Partial<IdentityRequest>, string]> = [
    ["dcr", { stored: undefined }, "dcr"],
    ["dcr", {}, "stored"],
    ["dcr", { stored: stored({ source: "cimd" }) }, "dcr"],
    ["dcr", { stored: undefined, metadata: { issuer, clientIdMetadataDocumentSupported: true } }, "no_way_to_register"],
    ["cimd", {}, "cimd"],
    ["cimd", { clientMetadataUrl: undefined }, "no_way_to_register"],
    ["cimd", { clientMetadataUrl: "http://app.example/c" }, "client_id_url_invalid"],
    ["cimd", { metadata: { issuer, clientIdMetadataDocumentSupported: false } }, "no_way_to_register"],
    ["preregistered", {}, "preregistered"],
    ["preregistered", { preregistered: undefined }, "no_way_to_register"],
    ["preregistered", { preregistered: undefined, stored: stored({ source: "preregistered" }) }, "stored"],
  ]
  for (const [registration, more, expected] of forced)
    it(`CR-57 --registration ${registration} with ${inspect(more, { breakLength: Infinity })} gives ${expected}`, () => {
      assert.strictEqual(chosen({ ...open, ...more, registration }), expected)
    })

  it("CR-57 says way by way why none is open, and which flags help", () => {
    const result = identityWays(request())
    assert.isTrue(Result.isFailure(result))
    if (!Result.isFailure(result)) return
    for (const word of [
      "preregistered:",
      "stored:",
      "cimd:",
      "dcr: the authorization server has no registration_endpoint",
    ])
      assert.include(result.failure.detail, word)
    for (const flag of ["--client-id", "--client-metadata-url"]) assert.include(result.failure.remedy.join(), flag)
  })
  it("CR-63 leaves a stored client aside whose secret has expired or is about to", () => {
    const ends = (seconds: number) =>
      stored({ tokenEndpointAuthMethod: "client_secret_basic", clientSecretExpiresAt: seconds })
    const at = now / 1000
    for (const [seconds, way] of [
      [at - 1, "dcr"],
      [at + 59, "dcr"],
      [at + 61, "stored"],
      [0, "stored"],
    ] as const)
      assert.strictEqual(
        chosen({ ...open, preregistered: undefined, clientMetadataUrl: undefined, stored: ends(seconds) }),
        way,
      )
  })
  it("CR-66 never takes a stored client to another issuer, not even one that differs by a slash", () => {
    const result = identityWays(
      request({ ...open, preregistered: undefined, stored: stored({ issuer: `${issuer}/` }) }),
    )
    assert.isTrue(Result.isSuccess(result) && result.success.chosen.way === "cimd")
    assert.include(Result.isSuccess(result) && result.success.closed.map(({ reason }) => reason).join(), `${issuer}/`)
  })
  it("CR-67 a client registered with another issuer is an error that names both, not a silent registration", () => {
    const preregistered = { clientId: "given", issuer: "https://other.example" }
    const result = identityWays(request({ ...open, preregistered }))
    assert.isTrue(Result.isFailure(result))
    if (Result.isFailure(result))
      assert.deepInclude(result.failure, {
        code: "preregistered_issuer_mismatch",
        expected: "https://other.example",
        received: issuer,
      })
    assert.strictEqual(chosen({ ...open, preregistered, registration: "dcr", stored: undefined }), "dcr")
  })
  it("CR-69 the metadata document's address is the client id at every issuer", () => {
    for (const other of [issuer, "https://b.example"]) {
      const metadata = { issuer: other, clientIdMetadataDocumentSupported: true }
      const result = identityWays(request({ clientMetadataUrl: documentUrl, metadata }))
      const way = Result.isSuccess(result) ? result.success.chosen : undefined
      assert.deepInclude(way?.way === "cimd" ? way.client : {}, {
        clientId: documentUrl,
        issuer: other,
        tokenEndpointAuthMethod: "none",
      })
    }
  })
})

describe("method of authentication", () => {
  const cases: ReadonlyArray<readonly [ReadonlyArray<string> | undefined, boolean, boolean, string]> = [
    [undefined, false, false, "none"],
    [undefined, true, false, "client_secret_basic"],
    [["client_secret_basic", "client_secret_post"], true, false, "client_secret_basic"],
    [["client_secret_post"], true, false, "client_secret_post"],
    [["none"], true, false, "none"],
    [["private_key_jwt", "client_secret_basic"], true, true, "private_key_jwt"],
    [["client_secret_basic"], true, true, "client_secret_basic"],
    [["client_secret_basic"], false, true, "private_key_jwt"],
    [["client_secret_basic"], false, false, "none"],
  ]
  for (const [supported, hasSecret, hasKey, expected] of cases)
    it(`CR-74 ${supported?.join(" ") ?? "no list"}${hasSecret ? ", a secret" : ""}${hasKey ? ", a key" : ""}: ${expected}`, () => {
      assert.strictEqual(chooseAuthMethod({ supported, hasSecret, hasKey }), expected)
    })
  it("CR-59 a registration asks for none unless the server's list leaves it out", () => {
    assert.strictEqual(registrationAuthMethod(undefined), "none")
    assert.strictEqual(registrationAuthMethod(["client_secret_basic", "none"]), "none")
    assert.strictEqual(registrationAuthMethod(["client_secret_basic", "client_secret_post"]), "client_secret_post")
    assert.strictEqual(registrationAuthMethod(["client_secret_basic"]), "client_secret_basic")
    assert.strictEqual(registrationAuthMethod(["client_secret_post"]), "client_secret_post")
    assert.strictEqual(registrationAuthMethod(["tls_client_auth"]), "none")
  })
  it("CR-74 is chosen for a client given with a secret", () => {
    const result = identityWays(
      request({ preregistered: { clientId: "c", clientSecret: secret("client_secret", "canary-9") } }),
    )
    const way = Result.isSuccess(result) ? result.success.chosen : undefined
    assert.strictEqual(way?.way === "preregistered" && way.client.tokenEndpointAuthMethod, "client_secret_basic")
    assert.notInclude(inspect(result, { depth: 9 }) + JSON.stringify(result), "canary-9")
  })
})
