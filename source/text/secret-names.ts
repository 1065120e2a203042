/** Which names make a value a secret (rulebook CR-124). Compared in lower case. */

const everywhere = [
  "access_token",
  "refresh_token",
  "id_token",
  "id_token_hint",
  "registration_access_token",
  "client_secret",
  "client_assertion",
  "assertion",
  "subject_token",
  "actor_token",
  "code_verifier",
  "device_code",
  "token",
  "password",
  "api_key",
  "apikey",
]

/** Parameters of URLs, fragments and form bodies. */
export const secretParameters: ReadonlySet<string> = new Set([...everywhere, "code"])

/** Members of JSON documents. `code` is missing: there it is the number or name of an error. */
export const secretMembers: ReadonlySet<string> = new Set([...everywhere, "requeststate"])

const secretHeaders = new Set(["cookie", "set-cookie", "mcp-session-id", "dpop"])

/** Fields that users add with `--header` carry keys under many names; too much hidden is better than too little. */
const suspicious = /auth|cookie|key|passw|secret|session|token/

const harmless = /^(www-authenticate|proxy-authenticate|authentication-info|access-control-|sec-websocket-)/

/** Whether the whole value of a header field is a secret; `authorization` is looked into by its reader. */
export const isSecretHeader = (lowerName: string): boolean =>
  secretHeaders.has(lowerName) || (suspicious.test(lowerName) && !harmless.test(lowerName))
