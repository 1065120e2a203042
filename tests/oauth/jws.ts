import { createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject, verify } from "node:crypto"

type Part = Readonly<Record<string, unknown>>

export interface Jws {
  readonly header: Part
  readonly claims: Part
  readonly valid: (key: KeyObject) => boolean
}

const part = (text: string | undefined): Part => JSON.parse(Buffer.from(text ?? "", "base64url").toString()) as Part

/** Takes a compact JWS apart as a server does; `valid` checks the signature with the hash that ES256 and its like need. */
export const jws = (text: string): Jws => {
  const [header, claims, signature] = text.split(".")
  const hash = { ES256: "sha256", ES384: "sha384", RS256: "sha256", PS256: "sha256" }
  const parsed = part(header)
  const alg = parsed.alg as keyof typeof hash | "EdDSA"
  return {
    header: parsed,
    claims: part(claims),
    valid: (key) =>
      verify(
        alg === "EdDSA" ? null : hash[alg],
        Buffer.from(`${header}.${claims}`),
        {
          key,
          ...(alg.startsWith("ES") ? { dsaEncoding: "ieee-p1363" } : {}),
          ...(alg === "PS256" ? { padding: 6, saltLength: 32 } : {}),
        },
        Buffer.from(signature ?? "", "base64url"),
      ),
  }
}

/** The signature fits the key that the proof itself carries (RFC 9449 §4.3). */
export const provesItself = (proof: Jws): boolean =>
  proof.valid(createPublicKey({ key: proof.header.jwk as JsonWebKey, format: "jwk" }))

const pair = {
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ES384: () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
  RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  PS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  EdDSA: () => generateKeyPairSync("ed25519"),
}

export const keyPair = (alg: keyof typeof pair) => {
  const { privateKey, publicKey } = pair[alg]()
  return {
    pem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey,
    jwk: { ...publicKey.export({ format: "jwk" }) },
  }
}
