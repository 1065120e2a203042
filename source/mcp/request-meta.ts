import { type ClientIdentity, clientInfo } from "./client.ts"
import { isObject, type JsonObject, type RequestId } from "./json-rpc.ts"
import type { LogLevel } from "./log-level.ts"
import { type ProtocolVersion, revisions } from "./revisions.ts"

/** Params with the `_meta` that the revision demands (MR-3) and the progress token, if progress is wanted (MR-59). */
export const withMeta = (
  params: JsonObject,
  options: {
    readonly protocolVersion: ProtocolVersion
    readonly identity: ClientIdentity
    readonly progressToken?: RequestId | undefined
    readonly logLevel?: LogLevel | undefined
  },
): JsonObject => {
  const given = isObject(params._meta) ? params._meta : {}
  const meta: JsonObject = {
    ...(options.logLevel === undefined || !revisions[options.protocolVersion].requestMeta
      ? {}
      : { "io.modelcontextprotocol/logLevel": options.logLevel }),
    // Whoever writes a request may ask for another level.
    ...given,
    ...(options.progressToken === undefined ? {} : { progressToken: options.progressToken }),
    ...(revisions[options.protocolVersion].requestMeta
      ? {
          "io.modelcontextprotocol/protocolVersion": options.protocolVersion,
          "io.modelcontextprotocol/clientInfo": clientInfo(options.identity),
          "io.modelcontextprotocol/clientCapabilities": options.identity.capabilities,
        }
      : {}),
  }
  return Object.keys(meta).length === 0 ? params : { ...params, _meta: meta }
}
