import * as Schema from "effect/Schema"

const Names = Schema.Array(Schema.String)

/** What an authorization server says about itself, checked (RFC 8414 §2, OpenID Connect Discovery §3). */
export const ServerMetadata = Schema.Struct({
  /** Byte for byte as published; the key under which clients and tokens are kept. */
  issuer: Schema.String,
  /** Where the document was found; absent for the default endpoints of revision 2025-03-26. */
  url: Schema.optionalKey(Schema.String),
  /** Present whenever the authorization code flow was asked for; a machines-only server has none. */
  authorizationEndpoint: Schema.optionalKey(Schema.String),
  tokenEndpoint: Schema.String,
  registrationEndpoint: Schema.optionalKey(Schema.String),
  revocationEndpoint: Schema.optionalKey(Schema.String),
  introspectionEndpoint: Schema.optionalKey(Schema.String),
  jwksUri: Schema.optionalKey(Schema.String),
  scopesSupported: Schema.optionalKey(Names),
  /** `authorization_code` and `implicit` where the document is silent (RFC 8414 §2). */
  grantTypesSupported: Names,
  responseTypesSupported: Schema.optionalKey(Names),
  /** Empty where the document is silent. */
  codeChallengeMethodsSupported: Names,
  tokenEndpointAuthMethodsSupported: Schema.optionalKey(Names),
  tokenEndpointAuthSigningAlgValuesSupported: Schema.optionalKey(Names),
  /** True only for a literal `true` (CR-22). */
  issParameterSupported: Schema.Boolean,
  clientIdMetadataDocumentSupported: Schema.Boolean,
  document: Schema.Unknown,
})
export type ServerMetadata = typeof ServerMetadata.Type

/**
 * Where to ask for the metadata of an issuer, in order (CR-11): with a path the OAuth form, the OpenID form with the
 * path after and before it; without one the two at the root. The root is never asked for an issuer with a path.
 */
export const serverMetadataUrls = (issuer: string): ReadonlyArray<string> => {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, "")
  const oauth = `${origin}/.well-known/oauth-authorization-server${path}`
  const openid = `${origin}/.well-known/openid-configuration${path}`
  return path === "" ? [oauth, openid] : [oauth, openid, `${origin}${path}/.well-known/openid-configuration`]
}
