import { generateKeyPairSync } from "node:crypto"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import { startMock } from "../../mock/index.ts"
import { clientAssertion } from "../../source/oauth/client-assertion.ts"
import type { Client } from "../../source/oauth/client-identity.ts"
import { identityWays } from "../../source/oauth/client-identity.ts"
import { clientCredentialsGrant } from "../../source/oauth/machine-grants.ts"
import { revokeGrant } from "../../source/oauth/revocation.ts"
import { type SigningKey, signingKey } from "../../source/oauth/signing-key.ts"
import { Entropy } from "../../source/text/entropy.ts"
import { reveal } from "../../source/text/secret.ts"
import { issuer, json, publicClient, room, serve } from "./authorization-room.ts"
import { jws, keyPair } from "./jws.ts"

const keyOf = (pem: string, alg?: string, kid?: string): SigningKey => {
  const key = signingKey(pem, alg, kid)
  assert.ok(Result.isSuccess(key), inspect(key))
  return key.success
}

const faultOf = (pem: string, alg?: string) => {
  const key = signingKey(pem, alg)
  assert.ok(Result.isFailure(key))
  return key.failure
}

const keyClient = (key: SigningKey): Client => ({
  ...publicClient,
  source: "preregistered",
  tokenEndpointAuthMethod: "private_key_jwt",
  signingKey: key,
})

describe("signing keys", () => {
  for (const alg of ["ES256", "ES384", "RS256", "PS256", "EdDSA"] as const)
    it.effect(`CR-77 ${alg} signs what its public key verifies`, () =>
      Effect.gen(function* () {
        const { pem, publicKey } = keyPair(alg)
        const assertion = yield* clientAssertion(keyClient(keyOf(pem, alg)))
        const token = jws(reveal(assertion) ?? "")
        assert.strictEqual(token.header.alg, alg)
        assert.isTrue(token.valid(publicKey))
        assert.isFalse(token.valid(keyPair(alg).publicKey))
      }).pipe(Effect.provide(Entropy.layer)),
    )

  it("CR-77 without --signing-alg the kind of key decides", () => {
    const kinds = ["ES256", "ES384", "RS256", "EdDSA"] as const
    assert.deepStrictEqual(
      kinds.map((alg) => keyOf(keyPair(alg).pem).alg),
      [...kinds],
    )
  })

  it("CR-77 a key that does not fit is refused before anything is sent, and never quoted", () => {
    const { pem } = keyPair("ES256")
    const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey
    const locked = generateKeyPairSync("ed25519").privateKey.export({
      type: "pkcs8",
      format: "pem",
      cipher: "aes-256-cbc",
      passphrase: "x",
    })
    const table = [
      [pem, "RS256", "ec prime256v1"],
      [pem, "ES384", "ec prime256v1"],
      [pem, "HS256", "HS256"],
      [pem, "none", "none"],
      [short.export({ type: "pkcs8", format: "pem" }).toString(), "RS256", "rsa 1024 bits"],
      [locked.toString(), undefined, "an encrypted key"],
      ["canary-not-a-key", undefined, "something else"],
    ] as const
    for (const [text, alg, received] of table) {
      const failure = faultOf(text, alg)
      assert.deepStrictEqual([failure.code, failure.received], ["signing_key_unusable", received])
      assert.notInclude(inspect(failure, { depth: 9 }), text.slice(40, 80) || "canary")
    }
  })

  it("CR-124 the key is in no print of the client that holds it", () => {
    const { pem } = keyPair("ES256")
    const client = keyClient(keyOf(pem))
    const line = pem.split("\n")[1] ?? ""
    assert.notInclude(JSON.stringify(client) + inspect(client, { depth: 9, showHidden: true }), line)
    assert.strictEqual(reveal(client.signingKey?.pem ?? { label: "", length: 0, fingerprint: "" }), pem)
  })

  const way = (supported: ReadonlyArray<string> | undefined) =>
    identityWays({
      registration: "auto",
      preregistered: { clientId: "client-1", signingKey: keyOf(keyPair("ES256").pem) },
      metadata: {
        issuer,
        clientIdMetadataDocumentSupported: false,
        tokenEndpointAuthMethodsSupported: ["private_key_jwt"],
        ...(supported ? { tokenEndpointAuthSigningAlgValuesSupported: supported } : {}),
      },
      now: 0,
    })

  it("CR-77 the algorithm must be one that the server lists, where it lists any", () => {
    for (const list of [undefined, ["RS256", "ES256"]]) {
      const chosen = way(list)
      assert.ok(Result.isSuccess(chosen) && "client" in chosen.success.chosen)
      assert.strictEqual(chosen.success.chosen.client.tokenEndpointAuthMethod, "private_key_jwt")
      assert.isDefined(chosen.success.chosen.client.signingKey)
    }
    const refused = way(["RS256", "PS256"])
    assert.ok(Result.isFailure(refused))
    assert.deepStrictEqual(
      [refused.failure.code, refused.failure.expected, refused.failure.received],
      ["signing_alg_unsupported", "RS256, PS256", "ES256"],
    )
  })
})

describe("client assertion", () => {
  it.effect("CR-77 X-7 names client and issuer, lives a minute, and is never the same", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1000 seconds")
      const client = keyClient(keyOf(keyPair("ES256").pem, "ES256", "key-7"))
      const one = jws(reveal(yield* clientAssertion(client)) ?? "")
      const other = jws(reveal(yield* clientAssertion(client)) ?? "")
      const { jti, ...claims } = one.claims
      assert.deepStrictEqual(one.header, { alg: "ES256", typ: "JWT", kid: "key-7" })
      assert.deepStrictEqual(claims, {
        iss: "client-1",
        sub: "client-1",
        aud: issuer,
        iat: 1000,
        nbf: 1000,
        exp: 1060,
      })
      assert.match(String(jti), /^[\w-]{22}$/)
      assert.notStrictEqual(jti, other.claims.jti)
      const named = keyClient({ ...keyOf(keyPair("ES256").pem), audience: "https://as.example/token" })
      assert.strictEqual(jws(reveal(yield* clientAssertion(named)) ?? "").claims.aud, "https://as.example/token")
    }).pipe(Effect.provide(Entropy.layer)),
  )

  it.effect("a client that came from the store without its key says which flag gives it", () =>
    Effect.gen(function* () {
      const { signingKey: _, ...stored } = keyClient(keyOf(keyPair("ES256").pem))
      const saved = keyClient({ alg: "ES256", pem: { label: "private_key", length: 9, fingerprint: "00000000" } })
      for (const client of [stored, saved]) {
        const failure = yield* Effect.flip(clientAssertion(client))
        assert.strictEqual(failure.code, "signing_key_missing")
        assert.include(failure.remedy.join(), "--private-key")
      }
    }).pipe(Effect.provide(Entropy.layer)),
  )

  it.live("CR-76 CR-77 X-8 the assertion is the only authentication, without client_id, fresh in each request", () =>
    Effect.gen(function* () {
      const { pem, publicKey } = keyPair("ES256")
      const { url, seen } = yield* serve((_, response) => json(response, 200, {}))
      const { layer, recording } = room()
      const grant = {
        issuer,
        clientId: "client-1",
        accessToken: yield* clientAssertion(keyClient(keyOf(pem))).pipe(Effect.provide(Entropy.layer)),
        refreshToken: yield* clientAssertion(keyClient(keyOf(pem))).pipe(Effect.provide(Entropy.layer)),
      }
      yield* revokeGrant({ endpoint: `${url}/revoke`, client: keyClient(keyOf(pem)), grant }).pipe(
        Effect.provide(layer),
      )
      const assertions = seen.map(({ form, headers }) => {
        assert.isUndefined(headers.authorization)
        assert.deepStrictEqual([...form.keys()].sort(), [
          "client_assertion",
          "client_assertion_type",
          "token",
          "token_type_hint",
        ])
        assert.strictEqual(form.get("client_assertion_type"), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        return form.get("client_assertion") ?? ""
      })
      assert.strictEqual(new Set(assertions.map((text) => jws(text).claims.jti)).size, 2)
      assert.isTrue(assertions.every((text) => jws(text).valid(publicKey)))
      for (const text of assertions) assert.notInclude(JSON.stringify(recording), text)
    }).pipe(Effect.scoped),
  )

  for (const alg of ["ES256", "RS256", "EdDSA"] as const)
    it.live(`CR-77 CR-105 the mock accepts it, signed with ${alg}, and would note a replay`, () =>
      Effect.gen(function* () {
        const { pem, jwk } = keyPair(alg)
        const mock = yield* Effect.acquireRelease(
          Effect.promise(() =>
            startMock({
              clients: [{ client_id: "robot", jwks: { keys: [jwk] }, grant_types: ["client_credentials"] }],
            }),
          ),
          (running) => Effect.promise(() => running.close()),
        )
        const { layer } = room()
        const ask = clientCredentialsGrant({
          metadata: { issuer: mock.issuer, tokenEndpoint: `${mock.issuer}/token`, document: {} },
          client: { ...keyClient(keyOf(pem)), issuer: mock.issuer, clientId: "robot" },
          resource: mock.url,
        }).pipe(Effect.provide(layer))
        const grants = [yield* ask, yield* ask]
        assert.notStrictEqual(grants[0]?.accessToken.fingerprint, grants[1]?.accessToken.fingerprint)
        assert.deepStrictEqual(mock.log.failures(), [])
      }).pipe(Effect.scoped),
    )
})
