import { createPrivateKey, type KeyObject, constants as mode, sign } from "node:crypto"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { reveal, Secret, secret } from "../text/secret.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"

/** Signature algorithms (RFC 7518 §3.1, RFC 8037 §3.1): asymmetric ones only, so that a server can never sign as us. */
export const SigningAlg = Schema.Literals(["ES256", "ES384", "RS256", "PS256", "EdDSA"])
export type SigningAlg = typeof SigningAlg.Type

const isSigningAlg = Schema.is(SigningAlg)

/** A client's private key for `private_key_jwt`. The key itself is a secret; a saved journal holds its fingerprint. */
export const SigningKey = Schema.Struct({
  alg: SigningAlg,
  /** As the public key is registered, where the server knows several. */
  kid: Schema.optionalKey(Schema.String),
  /** For servers that want another audience than their issuer, such as their token endpoint (`--assertion-aud`). */
  audience: Schema.optionalKey(Schema.String),
  /** PKCS #8 in PEM. */
  pem: Secret,
})
export type SigningKey = typeof SigningKey.Type

/** RFC 7518 §3.3: shorter RSA keys must not be used. */
const shortestModulus = 2048

interface Algorithm {
  readonly hash: string | null
  readonly options: { readonly dsaEncoding?: "ieee-p1363"; readonly padding?: number; readonly saltLength?: number }
  readonly fits: (key: KeyObject) => boolean
}

const onCurve =
  (curve: string) =>
  (key: KeyObject): boolean =>
    key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === curve

const longEnough = (key: KeyObject): boolean => (key.asymmetricKeyDetails?.modulusLength ?? 0) >= shortestModulus

// RFC 7518 §3.4 wants r and s side by side, which Node calls ieee-p1363.
const algorithms: Readonly<Record<SigningAlg, Algorithm>> = {
  ES256: { hash: "sha256", options: { dsaEncoding: "ieee-p1363" }, fits: onCurve("prime256v1") },
  ES384: { hash: "sha384", options: { dsaEncoding: "ieee-p1363" }, fits: onCurve("secp384r1") },
  RS256: { hash: "sha256", options: {}, fits: (key) => key.asymmetricKeyType === "rsa" && longEnough(key) },
  PS256: {
    hash: "sha256",
    options: { padding: mode.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
    fits: (key) => (key.asymmetricKeyType === "rsa" || key.asymmetricKeyType === "rsa-pss") && longEnough(key),
  },
  EdDSA: { hash: null, options: {}, fits: (key) => key.asymmetricKeyType === "ed25519" },
}

const unusable = (expected: string, received: string): Result.Result<never, OAuthFailure> =>
  Result.fail(oauthFailure("signing_key_unusable", { expected, received }))

const keyIn = (pem: string): KeyObject | undefined => {
  try {
    return createPrivateKey(pem)
  } catch {
    // The system's message may quote the input, and the input is a key.
    return undefined
  }
}

/**
 * Reads a private key (`--private-key`, `--signing-alg`). Without `alg` the kind of key decides. Fails with
 * `signing_key_unusable`.
 */
export const signingKey = (pem: string, alg?: string, kid?: string): Result.Result<SigningKey, OAuthFailure> => {
  const names = SigningAlg.literals.join(", ")
  if (alg !== undefined && !isSigningAlg(alg)) return unusable(`--signing-alg: one of ${names}`, alg.slice(0, 40))
  const key = keyIn(pem)
  if (key === undefined)
    return unusable(
      "a private key in PEM (PKCS #8), not encrypted",
      pem.includes("ENCRYPTED") ? "an encrypted key" : "something else",
    )
  const fitting = SigningAlg.literals.find((name) => algorithms[name].fits(key))
  const chosen = alg ?? fitting
  if (chosen === undefined || !algorithms[chosen].fits(key)) {
    const { asymmetricKeyType, asymmetricKeyDetails: { namedCurve, modulusLength } = {} } = key
    const kind = [asymmetricKeyType, namedCurve, modulusLength && `${modulusLength} bits`].filter(Boolean).join(" ")
    return unusable(`a key for ${chosen ?? `one of ${names}`}`, kind)
  }
  return Result.succeed({ alg: chosen, ...(kid === undefined ? {} : { kid }), pem: secret("private_key", pem) })
}

/** Fails with `signing_alg_unsupported` where the server lists its algorithms and ours is not among them (CR-77). */
export const checkSigningAlg = (
  key: Pick<SigningKey, "alg">,
  server: { readonly issuer: string; readonly tokenEndpointAuthSigningAlgValuesSupported?: ReadonlyArray<string> },
): Result.Result<void, OAuthFailure> => {
  const { tokenEndpointAuthSigningAlgValuesSupported: supported } = server
  return supported === undefined || supported.includes(key.alg)
    ? Result.succeed(undefined)
    : Result.fail(
        oauthFailure("signing_alg_unsupported", {
          url: server.issuer,
          expected: supported.join(", "),
          received: key.alg,
        }),
      )
}

type Part = Readonly<Record<string, unknown>>

const encode = (part: Part): string => Buffer.from(JSON.stringify(part)).toString("base64url")

/** A JWS in compact serialization (RFC 7515 §7.1). */
export const signJws = (alg: SigningAlg, header: Part, claims: Part, key: KeyObject): string => {
  const { hash, options } = algorithms[alg]
  const signed = `${encode({ alg, ...header })}.${encode(claims)}`
  return `${signed}.${sign(hash, Buffer.from(signed), { key, ...options }).toString("base64url")}`
}

/** The key as the system signs with it; `undefined` when it came back from a saved journal. */
export const keyObjectOf = (key: SigningKey): KeyObject | undefined => {
  const pem = reveal(key.pem)
  return pem === undefined ? undefined : keyIn(pem)
}
