import type { ProblemRecord } from "../flow/event.ts"
import { isObject, type JsonObject, type RpcError, rpcCodes } from "../mcp/json-rpc.ts"
import { isProtocolVersion, latestLegacy, revisions } from "../mcp/revisions.ts"
import type { Session } from "../mcp/session.ts"
import { errorDocument } from "./error-frame.ts"

/** What can be forwarded as a request and its answer. What a server says unasked (logs, changed lists) has no way through. */
const forwarded = ["tools", "resources", "prompts", "completions"] as const

const capabilitiesOf = (capabilities: unknown): JsonObject =>
  Object.fromEntries(
    forwarded.flatMap((name) => {
      const capability = isObject(capabilities) ? capabilities[name] : undefined
      if (!isObject(capability)) return []
      const { listChanged: _, subscribe: __, ...rest } = capability
      return [[name, rest]]
    }),
  )

/** Over stdio a session is opened with `initialize`, whatever the remote server speaks: the newest revision of that kind. */
const versionFor = (asked: unknown): string =>
  isProtocolVersion(asked) && revisions[asked].era === "legacy" ? asked : latestLegacy

/** The answer to `initialize`: the remote server introduces itself, without what the bridge cannot carry. */
export const introduction = (session: Session, params: JsonObject): JsonObject => ({
  protocolVersion: versionFor(params.protocolVersion),
  capabilities: capabilitiesOf(session.capabilities),
  serverInfo: { name: session.serverName ?? new URL(session.url).host, version: session.serverVersion ?? "unknown" },
  ...(session.instructions === undefined ? {} : { instructions: session.instructions }),
})

/** The server's own error where it was one; else ours, with what to do in its message and the whole story as data. */
export const refusal = (problem: ProblemRecord, step: string): RpcError => {
  const [, code] = /^error (-?\d+)$/.exec(problem.received ?? "") ?? []
  return code === undefined
    ? {
        code: rpcCodes.internalError,
        message: [problem.what, ...problem.remedy.slice(0, 1)].join(" "),
        data: errorDocument(problem, step),
      }
    : { code: Number(code), message: problem.detail ?? problem.what, data: errorDocument(problem, step) }
}

/** The token under which the client wants to hear of progress, if it wants to. */
export const progressTokenOf = (params: JsonObject): string | number | undefined => {
  const token = isObject(params._meta) ? params._meta.progressToken : undefined
  return typeof token === "string" || typeof token === "number" ? token : undefined
}
