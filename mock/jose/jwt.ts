import { constants, type KeyObject, sign, verify } from "node:crypto"

/** Header or claims of a JWT. */
export type JwtPart = Readonly<Record<string, unknown>>

/** A JWT that was taken apart, not yet verified. */
export interface Jwt {
  readonly header: JwtPart
  readonly claims: JwtPart
  readonly signed: string
  readonly signature: Buffer
}

interface Algorithm {
  readonly hash: string | null
  readonly type: string
  readonly options: { dsaEncoding?: "ieee-p1363"; padding?: number; saltLength?: number }
}

// Asymmetric ones only: with a shared key anybody who can verify could also sign (RFC 8725 §3.2).
// RFC 7518 §3.4 wants r and s side by side, which Node calls ieee-p1363.
const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  ES256: { hash: "sha256", type: "ec", options: { dsaEncoding: "ieee-p1363" } },
  ES384: { hash: "sha384", type: "ec", options: { dsaEncoding: "ieee-p1363" } },
  RS256: { hash: "sha256", type: "rsa", options: {} },
  PS256: { hash: "sha256", type: "rsa", options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } },
  EdDSA: { hash: null, type: "ed25519", options: {} },
}

/** Names of the signature algorithms understood in client assertions. */
export const SIGNING_ALGORITHMS: readonly string[] = Object.keys(ALGORITHMS)

const encode = (part: JwtPart) => Buffer.from(JSON.stringify(part)).toString("base64url")

/** Signs with ES256. */
export function signJwt(header: JwtPart, claims: JwtPart, key: KeyObject): string {
  const signed = `${encode({ alg: "ES256", ...header })}.${encode(claims)}`
  return `${signed}.${sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`
}

/** Takes a compact JWT apart; `undefined` when it is none. Nothing is verified here. */
export function readJwt(token: string): Jwt | undefined {
  const [header, claims, signature, ...rest] = token.split(".")
  if (header === undefined || claims === undefined || signature === undefined || rest.length > 0) return undefined
  const read = { header: part(header), claims: part(claims), signature: bytes(signature) }
  if (!read.header || !read.claims || !read.signature) return undefined
  return { header: read.header, claims: read.claims, signature: read.signature, signed: `${header}.${claims}` }
}

/** Whether the signature is right under the algorithm that the header names and the key's own type. */
export function verifyJwt(jwt: Jwt, key: KeyObject): boolean {
  const algorithm = typeof jwt.header.alg === "string" ? ALGORITHMS[jwt.header.alg] : undefined
  // The key decides, not the header: otherwise the sender picks the check (RFC 8725 §3.1).
  if (!algorithm || key.asymmetricKeyType !== algorithm.type) return false
  return verify(algorithm.hash, Buffer.from(jwt.signed), { key, ...algorithm.options }, jwt.signature)
}

function bytes(text: string): Buffer | undefined {
  const decoded = Buffer.from(text, "base64url")
  // Buffer forgives padding and stray characters; a token must have one spelling only.
  return decoded.toString("base64url") === text ? decoded : undefined
}

function part(text: string): JwtPart | undefined {
  const decoded = bytes(text)
  if (!decoded) return undefined
  try {
    const value: unknown = JSON.parse(decoded.toString("utf8"))
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JwtPart) : undefined
  } catch {
    return undefined
  }
}
