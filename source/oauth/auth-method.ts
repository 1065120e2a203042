import * as Schema from "effect/Schema"

/** How a client proves itself at the token endpoint (RFC 7591 §2). */
export const TokenEndpointAuthMethod = Schema.Literals([
  "none",
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
])
export type TokenEndpointAuthMethod = typeof TokenEndpointAuthMethod.Type

export const isAuthMethod = Schema.is(TokenEndpointAuthMethod)

export const usesSecret = (method: TokenEndpointAuthMethod): boolean =>
  method === "client_secret_basic" || method === "client_secret_post"

/**
 * The method of a client whose registration names none (CR-74). Without a list the server takes client_secret_basic
 * (RFC 8414 §2); a client that holds nothing can only use `none`.
 */
export const chooseAuthMethod = (known: {
  readonly supported: ReadonlyArray<string> | undefined
  readonly hasSecret: boolean
  readonly hasKey: boolean
}): TokenEndpointAuthMethod => {
  const offers = (method: TokenEndpointAuthMethod): boolean => known.supported?.includes(method) ?? false
  if (known.hasKey && (offers("private_key_jwt") || !known.hasSecret)) return "private_key_jwt"
  if (!known.hasSecret) return "none"
  if (known.supported === undefined || offers("client_secret_basic")) return "client_secret_basic"
  if (offers("client_secret_post")) return "client_secret_post"
  return offers("none") ? "none" : "client_secret_basic"
}

/**
 * The method to ask for when registering: `none` suits a program on somebody's machine, unless the list leaves it out.
 * Then the secret goes into the body rather than into a Basic header, whose encoding and whose `client_id` beside it are
 * understood in different ways: the Python SDK's servers demand what others refuse.
 */
export const registrationAuthMethod = (supported: ReadonlyArray<string> | undefined): TokenEndpointAuthMethod => {
  if (supported === undefined || supported.length === 0 || supported.includes("none")) return "none"
  const offered = (["client_secret_post", "client_secret_basic"] as const).find((method) => supported.includes(method))
  return offered ?? "none"
}
