import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto"

/** A JSON Web Key, RFC 7517 §4. A type of our own: those of Node have moved about. */
export interface Jwk {
  readonly [member: string]: unknown
}

/** A public key as published in a JWK set. */
export interface PublicJwk extends Jwk {
  readonly kid: string
  readonly alg: string
  readonly use: string
}

/** One signing key. */
export interface SigningKey {
  readonly kid: string
  readonly secret: KeyObject
  readonly jwk: PublicJwk
}

/** The server's signing keys, newest first. */
export interface KeyRing {
  current(): SigningKey
  published(): readonly PublicJwk[]
  /** Starts to sign with a new key. The old one stays published unless `forget` is set. */
  rotate(forget?: boolean): void
}

/** Keys are made on first use, so a mock that signs nothing pays nothing. */
export function createKeyRing(): KeyRing {
  let keys: SigningKey[] = []
  const current = () => {
    const newest = keys[0] ?? generate()
    if (keys.length === 0) keys = [newest]
    return newest
  }
  return {
    current,
    published() {
      current()
      return keys.map((key) => key.jwk)
    },
    rotate(forget = false) {
      keys = [generate(), ...(forget ? [] : keys)]
    },
  }
}

function generate(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const { kty, crv, x, y } = publicKey.export({ format: "jwk" })
  // RFC 7638 §3: members in alphabetical order, no white space.
  const kid = createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url")
  return {
    kid,
    secret: privateKey,
    jwk: { kty: kty ?? "EC", crv: crv ?? "P-256", x: x ?? "", y: y ?? "", kid, alg: "ES256", use: "sig" },
  }
}

/** The key with that id; without an id only if there is exactly one. `undefined` when it is missing or unusable. */
export function findKey(keys: readonly Jwk[], kid: unknown): KeyObject | undefined {
  const jwk = typeof kid === "string" ? keys.find((key) => key.kid === kid) : keys.length === 1 ? keys[0] : undefined
  if (!jwk) return undefined
  try {
    return createPublicKey({ key: jwk, format: "jwk" })
  } catch {
    return undefined
  }
}
