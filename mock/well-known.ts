/** Where a resource says who issues tokens for it (RFC 9728 §3.1). */
export const RESOURCE_METADATA = "/.well-known/oauth-protected-resource"

/** Where an authorization server describes itself (RFC 8414 §3.1). */
export const SERVER_METADATA = "/.well-known/oauth-authorization-server"
