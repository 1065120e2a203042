import { createHash } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type Entropy, randomText } from "../text/entropy.ts"
import type { Finding } from "../text/finding.ts"
import { isObject } from "../text/json.ts"
import type { Secret } from "../text/secret.ts"
import { header, type IncomingHead } from "../wire/wire.ts"
import { parseChallenges } from "./challenge-grammar.ts"
import { dpopKeyPair } from "./dpop-key.ts"
import { type OAuthFailure, oauthFailure } from "./failure.ts"
import { isStringList } from "./json-document.ts"
import type { ServerMetadata } from "./server-metadata.ts"
import { signJws } from "./signing-key.ts"

export { makeDpopKey } from "./dpop-key.ts"

/** What a proof is made for. */
export interface DpopRequest {
  readonly key: Secret
  readonly method: string
  readonly url: string
  /** Sent along in the same request to a resource; its hash goes into the proof. */
  readonly accessToken?: string | undefined
}

/** The newest nonce each server gave out, for as long as the key lives (RFC 9449 §8.2, §9). Losing one costs a request. */
const nonces = new WeakMap<Secret, Map<string, string>>()

/** NQCHAR, the characters of a nonce (RFC 9449 §8.1). */
const nonceText = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Notes the nonce of an answer, if it brings one; gives whether it is a new one. */
export const learnNonce = (key: Secret, answer: Pick<IncomingHead, "url" | "headers">): boolean => {
  const nonce = header(answer, "dpop-nonce")
  if (nonce === undefined || !nonceText.test(nonce)) return false
  const { origin } = new URL(answer.url)
  const known = nonces.get(key) ?? new Map<string, string>()
  nonces.set(key, known)
  const isNew = known.get(origin) !== nonce
  known.set(origin, nonce)
  return isNew
}

/** Whether a resource refused a request only because the proof held no nonce, or an old one (RFC 9449 §9). */
export const wantsNonce = (answer: Pick<IncomingHead, "status" | "headers">): boolean =>
  answer.status === 401 &&
  parseChallenges(
    answer.headers.filter(([name]) => name.toLowerCase() === "www-authenticate").map(([, value]) => value),
  ).challenges.some(
    ({ scheme, parameters }) =>
      scheme.toLowerCase() === "dpop" &&
      parameters.some(([name, value]) => name === "error" && value === "use_dpop_nonce"),
  )

/**
 * A proof that whoever sends this request holds the key (RFC 9449 §4.2): bound to method and address without query and
 * fragment, to the moment, to the server's nonce where it gave one, and to nothing twice. Fails with `dpop_key_missing`.
 */
export const dpopProof = Effect.fn("oauth.dpopProof")(function* (
  request: DpopRequest,
): Effect.fn.Return<string, OAuthFailure, Entropy> {
  const pair = dpopKeyPair(request.key)
  if (pair === undefined) return yield* oauthFailure("dpop_key_missing", { url: request.url })
  const { origin, pathname } = new URL(request.url)
  const nonce = nonces.get(request.key)?.get(origin)
  const claims = {
    jti: yield* randomText(16),
    htm: request.method,
    htu: `${origin}${pathname}`,
    iat: Math.floor((yield* Clock.currentTimeMillis) / 1000),
    ...(nonce === undefined ? {} : { nonce }),
    ...(request.accessToken === undefined
      ? {}
      : { ath: createHash("sha256").update(request.accessToken, "ascii").digest("base64url") }),
  }
  return signJws("ES256", { typ: "dpop+jwt", jwk: pair.publicJwk }, claims, pair.privateKey)
})

/** What the server's metadata says about DPoP with ES256 (RFC 9449 §5.1); silence is worth a try. */
export const dpopSupport = ({ document }: Pick<ServerMetadata, "document">): Finding => {
  const rule = "RFC 9449 §5.1"
  const algs = isObject(document) ? document.dpop_signing_alg_values_supported : undefined
  if (isStringList(algs) && algs.includes("ES256"))
    return { severity: "pass", rule, text: "DPoP with ES256 is announced." }
  return {
    severity: "warning",
    rule,
    text: isStringList(algs)
      ? `DPoP is announced, but not with ES256: dpop_signing_alg_values_supported is [${algs.join(", ")}].`
      : "Nothing says that this server knows DPoP (dpop_signing_alg_values_supported is missing); it may ignore the proofs.",
  }
}
