import { createHash } from "node:crypto"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { authorizationHeaders, authorizationOf } from "../../source/oauth/authorization-headers.ts"
import { startAttempt } from "../../source/oauth/authorization-request.ts"
import { dpopProof, dpopSupport, learnNonce, makeDpopKey, wantsNonce } from "../../source/oauth/dpop.ts"
import { dpopKeyPair, thumbprint } from "../../source/oauth/dpop-key.ts"
import { clientCredentialsGrant } from "../../source/oauth/machine-grants.ts"
import { refreshGrant } from "../../source/oauth/refresh.ts"
import { exchangeCode } from "../../source/oauth/token.ts"
import { Entropy } from "../../source/text/entropy.ts"
import { reveal, type Secret, secret } from "../../source/text/secret.ts"
import {
  attemptAt,
  grantNow,
  issuer,
  json,
  publicClient,
  room,
  type Seen,
  secretClient,
  serve,
} from "./authorization-room.ts"
import { jws, keyPair, provesItself } from "./jws.ts"

const fixed = (byte: number) =>
  Layer.succeed(Entropy, { bytes: (count) => Effect.succeed(new Uint8Array(count).fill(byte)) })

const makeKey = makeDpopKey.pipe(Effect.provide(Entropy.layer))
const proofOf = ({ headers }: Seen) => jws(String(headers.dpop))
const ok = { access_token: "bound-token", token_type: "DPoP" }
const nonceError = { error: "use_dpop_nonce", error_description: "nonce wanted" }

describe("DPoP keys", () => {
  it.effect.prop("RFC 9449 any randomness gives a key that signs", [Schema.Int], ([seed]) =>
    Effect.gen(function* () {
      const key = yield* makeDpopKey.pipe(Effect.provide(fixed(Math.abs(seed) % 256)))
      const proof = jws(
        yield* dpopProof({ key, method: "POST", url: "https://as.example/token" }).pipe(Effect.provide(Entropy.layer)),
      )
      assert.isTrue(provesItself(proof))
    }),
  )

  it.effect("RFC 9449 §4.2 only the public half leaves, and the private half is in no print", () =>
    Effect.gen(function* () {
      const key = yield* makeDpopKey
      const { header } = jws(yield* dpopProof({ key, method: "POST", url: "https://as.example/token" }))
      assert.deepStrictEqual([header.typ, header.alg], ["dpop+jwt", "ES256"])
      const { d, ...half } = JSON.parse(reveal(key) ?? "{}")
      assert.deepStrictEqual(header.jwk, half)
      assert.notInclude(JSON.stringify(key) + inspect(key, { showHidden: true }), d)
    }).pipe(Effect.provide(Entropy.layer)),
  )

  it("RFC 7638 the thumbprint is that of the example in RFC 9449 §6.1", () => {
    const publicJwk = {
      kty: "EC",
      x: "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
      y: "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
      crv: "P-256",
    }
    assert.strictEqual(thumbprint({ publicJwk }), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")
  })

  it.effect("a key that came back from a saved journal, or is none, is said to be gone", () =>
    Effect.gen(function* () {
      const saved = { label: "dpop_key", length: 9, fingerprint: "00000000" }
      for (const key of [saved, secret("dpop_key", "{}"), secret("dpop_key", "no JSON")]) {
        assert.isUndefined(dpopKeyPair(key))
        const failure = yield* Effect.flip(dpopProof({ key, method: "GET", url: "https://a.example/" }))
        assert.strictEqual(failure.code, "dpop_key_missing")
      }
    }).pipe(Effect.provide(Entropy.layer)),
  )

  it("RFC 9449 §5.1 what the metadata announces is told", () => {
    const severity = (document: unknown) => dpopSupport({ document }).severity
    assert.strictEqual(severity({ dpop_signing_alg_values_supported: ["RS256", "ES256"] }), "pass")
    assert.strictEqual(severity({ dpop_signing_alg_values_supported: ["RS256"] }), "warning")
    assert.strictEqual(severity({}), "warning")
  })
})

describe("DPoP proofs", () => {
  it.effect("RFC 9449 §4.2 bound to method, address without query, moment and token; never twice the same", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1000 seconds")
      const key = yield* makeDpopKey
      const request = {
        key,
        method: "GET",
        url: "https://MCP.example:443/mcp?secret=1#top",
        accessToken: "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU",
      }
      const { jti, ...claims } = jws(yield* dpopProof(request)).claims
      assert.deepStrictEqual(claims, {
        htm: "GET",
        htu: "https://mcp.example/mcp",
        iat: 1000,
        // From the example in RFC 9449 §7.1.
        ath: "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo",
      })
      assert.notStrictEqual(jws(yield* dpopProof(request)).claims.jti, jti)
    }).pipe(Effect.provide(Entropy.layer)),
  )

  it.effect("RFC 9449 §8.2 a nonce belongs to the server that gave it, and to the key", () =>
    Effect.gen(function* () {
      const [key, other] = [yield* makeDpopKey, yield* makeDpopKey]
      const learn = (nonce: string) => learnNonce(key, { url: "https://a.example/x", headers: [["DPoP-Nonce", nonce]] })
      const nonceFor = (url: string, by = key) =>
        dpopProof({ key: by, method: "GET", url }).pipe(Effect.map((proof) => jws(proof).claims.nonce))
      assert.isTrue(learn("n-1"))
      assert.isFalse(learn("n-1"))
      assert.isTrue(learn("n-2"))
      assert.isFalse(learn('bad"nonce'))
      assert.strictEqual(yield* nonceFor("https://a.example/y"), "n-2")
      assert.isUndefined(yield* nonceFor("https://b.example/y"))
      assert.isUndefined(yield* nonceFor("https://a.example/y", other))
    }).pipe(Effect.provide(Entropy.layer)),
  )

  it("RFC 9449 §9 only a DPoP challenge with this very error asks for a nonce", () => {
    const wants = (status: number, value: string) => wantsNonce({ status, headers: [["WWW-Authenticate", value]] })
    assert.isTrue(wants(401, 'Bearer realm="x", dpop error="use_dpop_nonce"'))
    assert.isFalse(wants(403, 'DPoP error="use_dpop_nonce"'))
    assert.isFalse(wants(401, 'Bearer error="use_dpop_nonce"'))
    assert.isFalse(wants(401, 'DPoP error="invalid_token", error_description="use_dpop_nonce"'))
  })
})

/** A token request with a proof against a server that gives this answer. */
const exchange = (answer: Parameters<typeof serve>[0], withKey = true) =>
  Effect.gen(function* () {
    const { url, seen } = yield* serve(answer)
    const { layer, findings, recording } = room()
    const key = yield* makeKey
    const result = yield* exchangeCode({
      attempt: attemptAt(`${url}/token?tenant=1`, withKey ? { dpopKey: key } : {}),
      client: publicClient,
      code: secret("code", "the-code"),
    }).pipe(Effect.provide(layer), Effect.result)
    return { result, seen, findings, recording, key, url }
  }).pipe(Effect.scoped)

describe("DPoP at the token endpoint", () => {
  it.effect("RFC 9449 §10 the authorization request binds the code to the key", () =>
    Effect.gen(function* () {
      const key = yield* makeDpopKey
      const request = {
        metadata: {
          issuer,
          authorizationEndpoint: `${issuer}/authorize`,
          tokenEndpoint: `${issuer}/token`,
          issParameterSupported: false,
        },
        client: publicClient,
        redirectUri: "http://127.0.0.1:1/callback",
      }
      const bound = yield* startAttempt({ ...request, dpopKey: key })
      const pair = dpopKeyPair(key)
      assert.ok(pair)
      assert.strictEqual(new URL(bound.url).searchParams.get("dpop_jkt"), thumbprint(pair))
      assert.strictEqual(bound.dpopKey, key)
      assert.isFalse(new URL((yield* startAttempt(request)).url).searchParams.has("dpop_jkt"))
    }).pipe(Effect.provide(Entropy.layer)),
  )

  it.live("CR-80 CR-107 a token of type DPoP is accepted with our proof, and carries its key", () =>
    Effect.gen(function* () {
      const { result, seen, key, url, recording } = yield* exchange((_, response) => json(response, 200, ok))
      assert.ok(result._tag === "Success")
      assert.strictEqual(result.success.tokenType, "DPoP")
      assert.strictEqual(result.success.dpopKey, key)
      const [request] = seen
      assert.ok(request)
      const proof = proofOf(request)
      assert.isTrue(provesItself(proof))
      assert.deepStrictEqual([proof.claims.htm, proof.claims.htu], ["POST", `${url}/token`])
      assert.isUndefined(proof.claims.ath)
      assert.notInclude(JSON.stringify(recording), String(request.headers.dpop))
    }),
  )

  it.live("CR-80 CR-107 without our proof it is not, and no proof is sent", () =>
    Effect.gen(function* () {
      const { result, seen } = yield* exchange((_, response) => json(response, 200, ok), false)
      assert.ok(result._tag === "Failure")
      assert.strictEqual(result.failure.code, "token_type_unsupported")
      assert.include(result.failure.remedy.join(), "--dpop")
      assert.isUndefined(seen[0]?.headers.dpop)
    }),
  )

  it.live("RFC 9449 §5 a bearer token in return for a proof is taken, with a warning", () =>
    Effect.gen(function* () {
      const { result, findings } = yield* exchange((_, response) =>
        json(response, 200, { ...ok, token_type: "bearer" }),
      )
      assert.ok(result._tag === "Success")
      assert.ok(findings.some(({ severity, rule }) => severity === "warning" && rule === "RFC 9449 §5"))
    }),
  )

  it.live("CR-53 RFC 9449 §8 the server's nonce is the one reason to send the code again, once", () =>
    Effect.gen(function* () {
      const { result, seen } = yield* exchange((request, response) => {
        if (proofOf(request).claims.nonce === "as-nonce") return json(response, 200, ok)
        response.setHeader("DPoP-Nonce", "as-nonce")
        json(response, 400, nonceError)
      })
      assert.strictEqual(result._tag, "Success")
      assert.deepStrictEqual(
        seen.map(({ form }) => form.get("code")),
        ["the-code", "the-code"],
      )
      const proofs = seen.map(proofOf)
      assert.deepStrictEqual(
        proofs.map(({ claims }) => claims.nonce),
        [undefined, "as-nonce"],
      )
      assert.strictEqual(new Set(proofs.map(({ claims }) => claims.jti)).size, 2)
      assert.deepStrictEqual(proofs[0]?.header.jwk, proofs[1]?.header.jwk)
    }),
  )

  const stubborn: ReadonlyArray<readonly [name: string, status: number, body: object, nonce: boolean, sent: number]> = [
    ["a nonce that never satisfies", 400, nonceError, true, 2],
    ["the wish for a nonce without one", 400, nonceError, false, 1],
    ["a proof that is refused", 400, { error: "invalid_dpop_proof" }, true, 1],
    ["another refusal that brings a nonce", 400, { error: "invalid_grant" }, true, 1],
    ["a wish that came with status 500", 500, nonceError, true, 1],
  ]
  for (const [name, status, body, nonce, sent] of stubborn)
    it.live(`CR-53 ${name} ends after ${sent}`, () =>
      Effect.gen(function* () {
        let count = 0
        const { result, seen } = yield* exchange((_, response) => {
          count += 1
          if (nonce) response.setHeader("DPoP-Nonce", `nonce-${count}`)
          json(response, status, body)
        })
        assert.ok(result._tag === "Failure")
        assert.strictEqual(seen.length, sent)
        assert.strictEqual(
          result.failure.code,
          "error" in body && body.error === "invalid_grant" ? "code_refused" : "dpop_proof_refused",
        )
      }),
    )

  it.live("CR-53 when the second sending breaks, the code may be spent", () =>
    Effect.gen(function* () {
      let count = 0
      const { result, seen } = yield* exchange((_, response) => {
        count += 1
        if (count > 1) return response.destroy()
        response.setHeader("DPoP-Nonce", "as-nonce")
        return json(response, 400, nonceError)
      })
      assert.ok(result._tag === "Failure")
      assert.deepStrictEqual([result.failure.code, seen.length], ["code_maybe_spent", 2])
    }),
  )

  it.live("CR-77 the assertion of the client is fresh as well when the form goes again", () =>
    Effect.gen(function* () {
      const { url, seen } = yield* serve((request, response) => {
        if (proofOf(request).claims.nonce === "as-nonce") return json(response, 200, ok)
        response.setHeader("DPoP-Nonce", "as-nonce")
        json(response, 400, nonceError)
      })
      const grant = yield* clientCredentialsGrant({
        metadata: { issuer, tokenEndpoint: `${url}/token`, document: {} },
        client: {
          ...secretClient("private_key_jwt"),
          source: "preregistered",
          signingKey: { alg: "ES256", pem: secret("private_key", keyPair("ES256").pem) },
        },
        dpopKey: yield* makeKey,
      }).pipe(Effect.provide(room().layer))
      assert.strictEqual(grant.tokenType, "DPoP")
      const ids = seen.map(({ form }) => jws(form.get("client_assertion") ?? "").claims.jti)
      assert.deepStrictEqual([ids.length, new Set(ids).size], [2, 2])
    }).pipe(Effect.scoped),
  )

  it.live("RFC 9449 §5 a refresh proves the same key, which the new grant keeps", () =>
    Effect.gen(function* () {
      const { url, seen } = yield* serve((_, response) => json(response, 200, ok))
      const { layer } = room()
      const key = yield* makeKey
      const old = grantNow({ tokenType: "DPoP", dpopKey: key })
      const renewed = yield* refreshGrant({ grant: old, client: publicClient, tokenEndpoint: url }).pipe(
        Effect.provide(layer),
      )
      assert.strictEqual(renewed.dpopKey, key)
      assert.deepStrictEqual(seen.map(proofOf)[0]?.header.jwk, dpopKeyPair(key)?.publicJwk)
      const { dpopKey: _, ...orphan } = old
      const failure = yield* Effect.flip(
        refreshGrant({ grant: orphan, client: publicClient, tokenEndpoint: url }).pipe(Effect.provide(layer)),
      )
      assert.deepStrictEqual([failure.code, seen.length], ["dpop_key_missing", 1])
    }).pipe(Effect.scoped),
  )
})

describe("a token at the resource", () => {
  const request = { method: "POST", url: "https://mcp.example.com/mcp" }
  const bound = (dpopKey: Secret) => grantNow({ tokenType: "dpop", dpopKey })

  it.effect("RFC 6750 §2.1 a bearer token goes as such, even where there is a key", () =>
    Effect.gen(function* () {
      const plain = { authorization: "Bearer old-access-token" }
      assert.deepStrictEqual(yield* authorizationHeaders(grantNow({ tokenType: "BEARER" }), request), plain)
      const key = yield* makeDpopKey
      assert.deepStrictEqual(yield* authorizationHeaders(grantNow({ dpopKey: key }), request), plain)
    }).pipe(Effect.provide(Entropy.layer)),
  )

  it.effect("RFC 9449 §7.1 a bound token goes with a fresh proof and its hash, each time", () =>
    Effect.gen(function* () {
      const { headers } = yield* authorizationOf(bound(yield* makeDpopKey))
      const [one, other] = [yield* headers(request), yield* headers({ ...request, method: "GET" })]
      assert.strictEqual(one.authorization, "DPoP old-access-token")
      const [first, second] = [jws(one.dpop ?? ""), jws(other.dpop ?? "")]
      assert.isTrue(provesItself(first))
      assert.strictEqual(first.claims.ath, createHash("sha256").update("old-access-token").digest("base64url"))
      assert.deepStrictEqual([first.claims.htm, second.claims.htm], ["POST", "GET"])
      assert.notStrictEqual(first.claims.jti, second.claims.jti)
    }).pipe(Effect.provide(Entropy.layer)),
  )

  it.effect("a bound token without its key is never sent as a bearer token", () =>
    Effect.gen(function* () {
      const orphan = grantNow({ tokenType: "DPoP" })
      assert.strictEqual((yield* Effect.flip(authorizationHeaders(orphan, request))).code, "dpop_key_missing")
      assert.deepStrictEqual(yield* (yield* authorizationOf(orphan)).headers(request), {})
      const saved = grantNow({ accessToken: { label: "access_token", length: 9, fingerprint: "00000000" } })
      assert.strictEqual((yield* Effect.flip(authorizationHeaders(saved, request))).code, "secret_not_in_memory")
    }).pipe(Effect.provide(Entropy.layer)),
  )

  it.effect("RFC 9449 §9 a 401 that gives a new nonce is worth one more attempt; the same nonce again is not", () =>
    Effect.gen(function* () {
      const { headers, answered } = yield* authorizationOf(bound(yield* makeDpopKey))
      const refused = (nonce: string) => ({
        status: 401,
        url: request.url,
        headers: [
          ["WWW-Authenticate", 'DPoP error="use_dpop_nonce"'],
          ["DPoP-Nonce", nonce],
        ] as const,
      })
      assert.isTrue(yield* answered(refused("rs-1")))
      assert.strictEqual(jws((yield* headers(request)).dpop ?? "").claims.nonce, "rs-1")
      assert.isFalse(yield* answered(refused("rs-1")))
      // The nonce of a success is for the next request.
      assert.isFalse(yield* answered({ status: 200, url: request.url, headers: [["dpop-nonce", "rs-2"]] }))
      assert.strictEqual(jws((yield* headers(request)).dpop ?? "").claims.nonce, "rs-2")
      const bearer = yield* authorizationOf(grantNow())
      assert.isFalse(yield* bearer.answered(refused("rs-3")))
    }).pipe(Effect.provide(Entropy.layer)),
  )
})
