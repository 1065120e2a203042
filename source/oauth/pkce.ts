import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import { type Entropy, randomText } from "../text/entropy.ts"
import { type Secret, secret } from "../text/secret.ts"

/** A code verifier and its S256 challenge, fresh for every attempt (CR-44). */
export interface Pkce {
  readonly verifier: Secret
  readonly challenge: string
}

/** `BASE64URL(SHA256(ASCII(verifier)))`, RFC 7636 §4.2. */
export const challengeOf = (verifier: string): string =>
  createHash("sha256").update(verifier, "ascii").digest("base64url")

/** 32 random bytes give the 43 characters that RFC 7636 §4.1 recommends. */
export const makePkce: Effect.Effect<Pkce, never, Entropy> = Effect.map(randomText(32), (verifier) => ({
  verifier: secret("code_verifier", verifier),
  challenge: challengeOf(verifier),
}))
