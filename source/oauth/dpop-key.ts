import { createECDH, createHash, createPrivateKey, type KeyObject } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Entropy } from "../text/entropy.ts"
import { reveal, type Secret, secret } from "../text/secret.ts"

/** The key pair that tokens are bound to, as a private JWK (RFC 7518 §6.2.2): what a `dpop_key` secret holds. */
const PrivateJwk = Schema.fromJsonString(
  Schema.Struct({
    kty: Schema.Literal("EC"),
    crv: Schema.Literal("P-256"),
    x: Schema.String,
    y: Schema.String,
    d: Schema.String,
  }),
)
type PrivateJwk = typeof PrivateJwk.Type

const decode = Schema.decodeUnknownOption(PrivateJwk)

/** Order of the group of P-256 (SP 800-186 §3.2.1.3). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/**
 * Makes a key pair for one client at one issuer. 64 bits more than the order has leave no bias to speak of (FIPS 186-5
 * A.2.1), and the one seam for randomness leaves the key reproducible.
 */
export const makeDpopKey: Effect.Effect<Secret, never, Entropy> = Effect.gen(function* () {
  const entropy = yield* Entropy
  const drawn = BigInt(`0x${Buffer.from(yield* entropy.bytes(40)).toString("hex")}`)
  const scalar = ((drawn % (order - 1n)) + 1n).toString(16).padStart(64, "0")
  const pair = createECDH("prime256v1")
  pair.setPrivateKey(scalar, "hex")
  const point = pair.getPublicKey()
  const jwk: PrivateJwk = {
    kty: "EC",
    crv: "P-256",
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
    d: Buffer.from(scalar, "hex").toString("base64url"),
  }
  return secret("dpop_key", JSON.stringify(jwk))
})

/** A key ready to sign, with the half of it that everybody may see. */
export interface DpopKeyPair {
  readonly publicJwk: { readonly kty: string; readonly crv: string; readonly x: string; readonly y: string }
  readonly privateKey: KeyObject
}

/** `undefined` when the key came back from a saved journal, or is none. */
export const dpopKeyPair = (key: Secret): DpopKeyPair | undefined => {
  const jwk = Option.getOrUndefined(decode(reveal(key)))
  if (jwk === undefined) return undefined
  const { kty, crv, x, y } = jwk
  try {
    return { publicJwk: { kty, crv, x, y }, privateKey: createPrivateKey({ key: { ...jwk }, format: "jwk" }) }
  } catch {
    return undefined
  }
}

/** JWK thumbprint of the public key (RFC 7638 §3): members in alphabetical order, no white space. */
export const thumbprint = ({ publicJwk: { crv, kty, x, y } }: Pick<DpopKeyPair, "publicJwk">): string =>
  createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url")
