import * as Schema from "effect/Schema"

/** What a protected resource says about itself, checked (RFC 9728 §2). */
export const ResourceMetadata = Schema.Struct({
  /** Where the document was found; absent when there is none and the values were assumed. */
  url: Schema.optionalKey(Schema.String),
  /** Byte for byte as published; sent like that as the `resource` parameter (CR-31). */
  resource: Schema.String,
  authorizationServers: Schema.Array(Schema.String),
  scopesSupported: Schema.optionalKey(Schema.Array(Schema.String)),
  document: Schema.Unknown,
})
export type ResourceMetadata = typeof ResourceMetadata.Type
