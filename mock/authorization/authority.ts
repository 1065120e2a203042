import type { Jwk } from "../jose/keys.ts"
import type { JsonObject } from "../json.ts"

/** Somebody who issues access tokens that a resource server may trust. A running `Mock` is one. */
export interface Authority {
  readonly issuer: string
  /** Public keys of the access tokens. */
  jwks(): readonly Jwk[]
  /** The claims of a token that is active now; for opaque tokens and to notice revocation. */
  inspect?(token: string): JsonObject | undefined
  /** Tells the authority that tokens may be asked for this resource. */
  addResource?(resource: string): void
}
