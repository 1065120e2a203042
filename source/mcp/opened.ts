import type * as Effect from "effect/Effect"
import type { Findings } from "../text/finding.ts"
import type { Wire } from "../wire/wire.ts"
import type { Answer, Credentials, ExchangeFailure } from "./connection.ts"
import { type McpFailure, mcpFailure } from "./failure.ts"
import { isObject, type JsonObject, rpcCodes } from "./json-rpc.ts"
import type { ProtocolVersion } from "./revisions.ts"
import type { Session } from "./session.ts"

export type VersionChoice = ProtocolVersion | "auto"

export interface Target extends Credentials {
  readonly url: string
  readonly version: VersionChoice
}

/** A session and the answer that opened it. */
export interface Opened {
  readonly session: Session
  readonly status: number
  readonly exchange: number
}

export type Negotiated = Effect.Effect<Opened, ExchangeFailure, Wire | Findings>

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined)

/** What the server says of itself, as members of a session. */
export const introduction = (
  server: unknown,
  result: JsonObject,
): Pick<Session, "serverName" | "serverVersion" | "instructions" | "capabilities"> => {
  const { name, version } = isObject(server) ? server : {}
  const instructions = text(result.instructions)
  return {
    ...(text(name) === undefined ? {} : { serverName: String(name) }),
    ...(text(version) === undefined ? {} : { serverVersion: String(version) }),
    ...(instructions === undefined ? {} : { instructions }),
    capabilities: isObject(result.capabilities) ? result.capabilities : {},
  }
}

export const openedBy = ({ status, exchange }: Answer, session: Session): Opened => ({ session, status, exchange })

export const noCommonVersion = (
  named: unknown,
  evidence: { readonly exchange?: number; readonly url: string },
): McpFailure =>
  mcpFailure("unsupported_version", {
    ...evidence,
    received: Array.isArray(named) ? named.map(String).join(", ") : String(named),
  })

/** The versions that a -32022 error names. */
export const versionsNamed = (failure: McpFailure): ReadonlyArray<unknown> | undefined => {
  if (failure.rpc?.code !== rpcCodes.unsupportedVersion) return undefined
  const supported = isObject(failure.rpc.data) ? failure.rpc.data.supported : undefined
  return Array.isArray(supported) ? supported : []
}
