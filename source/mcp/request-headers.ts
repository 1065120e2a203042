import type { JsonObject } from "./json-rpc.ts"
import { type ProtocolVersion, revisions } from "./revisions.ts"

const sentinel = /^=\?base64\?.*\?=$/s
const plain = /^[\x20-\x7e]*$/

/**
 * A value as a header field may carry it (2026-07-28 Streamable HTTP, Value Encoding): as it is when it is printable
 * ASCII without blanks at its ends and does not look encoded itself, else base64 of its UTF-8 between markers.
 */
export const encodeFieldValue = (value: string): string =>
  plain.test(value) && value.trim() === value && !sentinel.test(value)
    ? value
    : `=?base64?${Buffer.from(value, "utf8").toString("base64")}?=`

/** Which member of the params `Mcp-Name` repeats. */
const nameMember: Readonly<Record<string, string>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
}

/** What a request is about beside its method: the tool, the prompt or the resource it names. */
const nameIn = (method: string, params: JsonObject | undefined): string | undefined => {
  const member = nameMember[method]
  const name = member === undefined ? undefined : params?.[member]
  return typeof name === "string" ? name : undefined
}

/** A request in a few words, for the log: `tools/call add`. */
export const requestLabel = ({ method, params }: Pick<HeaderSource, "method" | "params">): string =>
  [method, nameIn(method, params)].filter((word) => word !== undefined).join(" ")

export interface HeaderSource {
  readonly protocolVersion: ProtocolVersion
  readonly method: string
  readonly params?: JsonObject | undefined
  readonly sessionId?: string | undefined
  readonly bearer?: string | undefined
  /** `Mcp-Param-*` fields of a tool call (mirrored-headers.ts). */
  readonly mirrored?: Readonly<Record<string, string>> | undefined
}

/** What every request of a revision carries whatever its HTTP method: version, session and token. */
const connectionHeaders = ({
  protocolVersion,
  method,
  sessionId,
  bearer,
}: Omit<HeaderSource, "params" | "mirrored">): Readonly<Record<string, string>> => {
  const revision = revisions[protocolVersion]
  return {
    // The version is known to both sides only after `initialize` (MR-30).
    ...(revision.versionHeader && method !== "initialize" ? { "mcp-protocol-version": protocolVersion } : {}),
    ...(revision.sessions && sessionId !== undefined ? { "mcp-session-id": sessionId } : {}),
    ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
  }
}

/** All header fields of one POST (MR-20, MR-30, MR-36). */
export const requestHeaders = (source: HeaderSource): Readonly<Record<string, string>> => {
  const name = nameIn(source.method, source.params)
  return {
    accept: "application/json, text/event-stream",
    "content-type": "application/json",
    ...connectionHeaders(source),
    ...(revisions[source.protocolVersion].metadataHeaders
      ? {
          "mcp-method": source.method,
          ...(name === undefined ? {} : { "mcp-name": encodeFieldValue(name) }),
          ...source.mirrored,
        }
      : {}),
  }
}

/** Header fields of a GET, which waits for events and for nothing else (MR-31), and of a DELETE (MR-29). */
export const standingHeaders = (source: HeaderSource): Readonly<Record<string, string>> => ({
  ...(source.method === "GET" ? { accept: "text/event-stream" } : {}),
  ...connectionHeaders(source),
})
