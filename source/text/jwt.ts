import { isObject, type JsonObject } from "./json.ts"

/**
 * A look inside a JSON Web Token, for a person who wants to see what the server put there (RFC 7519). Nothing is verified,
 * and nothing may be decided by it: an access token is opaque to a client (RFC 9068 §6, rulebook CR-83).
 */
export interface UnverifiedJwt {
  readonly verified: false
  readonly header: JsonObject
  readonly claims: JsonObject
}

/** Longer texts are no token that a header could carry. */
const longest = 64_000

const base64url = /^[A-Za-z0-9_-]+$/

const decodePart = (part: string | undefined): JsonObject | undefined => {
  if (part === undefined || !base64url.test(part)) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Header and claims of a signed JWT, or `undefined` when the token is anything else. Never throws. */
export const decodeJwt = (token: string): UnverifiedJwt | undefined => {
  if (token.length > longest) return undefined
  const parts = token.split(".")
  if (parts.length !== 3) return undefined
  const header = decodePart(parts[0])
  const claims = decodePart(parts[1])
  return header && claims && { verified: false, header, claims }
}
