import { createHash, randomBytes, timingSafeEqual } from "node:crypto"

/** Source of random bytes; injectable, so that a run can be repeated exactly. */
export type Randomness = (size: number) => Uint8Array

/** The machine's own randomness. */
export const systemRandomness: Randomness = (size) => randomBytes(size)

/** 256 random bits as text that is safe in URLs, headers and forms. */
export const opaque = (random: Randomness): string => Buffer.from(random(32)).toString("base64url")

/** What is kept of a secret: enough to recognize it, not enough to use it. */
export const digest = (secret: string): string => createHash("sha256").update(secret).digest("base64url")

/** Compares two texts in a time that does not depend on where they differ. */
export const sameText = (a: string, b: string): boolean =>
  timingSafeEqual(createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest())

/** Deterministic bytes from a seed: for tests and recordings only, never for secrets. */
export function seededRandomness(seed: string): Randomness {
  let counter = 0
  return (size) => {
    const blocks: Buffer[] = []
    for (let have = 0; have < size; have += 32)
      blocks.push(createHash("sha256").update(`${seed}:${counter++}`).digest())
    return Buffer.concat(blocks).subarray(0, size)
  }
}
