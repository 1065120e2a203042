import { randomBytes } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** The one seam for random bytes (invariant I-4): tests give fixed ones, so that a flow can be replayed exactly. */
export class Entropy extends Context.Service<
  Entropy,
  { readonly bytes: (count: number) => Effect.Effect<Uint8Array> }
>()("mcp-dcr-tui/text/Entropy") {
  static readonly layer = Layer.succeed(Entropy, {
    bytes: (count) => Effect.sync(() => new Uint8Array(randomBytes(count))),
  })
}

/** `count` random bytes as base64url without padding: 32 bytes give the 43 characters that RFC 7636 §4.1 asks for. */
export const randomText = Effect.fn("text.randomText")(function* (count: number) {
  const entropy = yield* Entropy
  return Buffer.from(yield* entropy.bytes(count)).toString("base64url")
})
