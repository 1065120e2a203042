import type { ProblemRecord } from "../flow/event.ts"
import { isObject, type JsonObject, type RpcError, rpcCodes } from "../mcp/json-rpc.ts"
import { isProtocolVersion, latestLegacy, type ProtocolVersion, revisions } from "../mcp/revisions.ts"
import type { Session } from "../mcp/session.ts"
import type { SubscriptionFilter } from "../mcp/subscription.ts"
import { errorDocument } from "./error-frame.ts"

/** What can be forwarded. */
const forwarded = ["tools", "resources", "prompts", "completions", "logging"] as const

/** The remote server's capabilities; where nothing can be listened to, no news are promised. */
const capabilitiesOf = (capabilities: unknown, listens: boolean): JsonObject =>
  Object.fromEntries(
    forwarded.flatMap((name) => {
      const capability = isObject(capabilities) ? capabilities[name] : undefined
      if (!isObject(capability)) return []
      const { listChanged: _, subscribe: __, ...rest } = capability
      return [[name, listens ? capability : rest]]
    }),
  )

/** Over stdio a session is opened with `initialize`, whatever the remote server speaks: the newest revision of that kind. */
export const versionFor = (asked: unknown): ProtocolVersion =>
  isProtocolVersion(asked) && revisions[asked].era === "legacy" ? asked : latestLegacy

/** The answer to `initialize`: the remote server introduces itself, without what the bridge cannot carry. */
export const introduction = (session: Session, version: ProtocolVersion, listens: boolean): JsonObject => ({
  protocolVersion: version,
  capabilities: capabilitiesOf(session.capabilities, listens),
  serverInfo: { name: session.serverName ?? new URL(session.url).host, version: session.serverVersion ?? "unknown" },
  ...(session.instructions === undefined ? {} : { instructions: session.instructions }),
})

/** A result without the members that only 2026-07-28 knows: some older clients refuse what they do not know. */
export const olderResult = ({ resultType, ttlMs: _, cacheScope: __, _meta, ...result }: JsonObject): JsonObject => {
  const meta = Object.entries(isObject(_meta) ? _meta : {}).filter(
    ([name]) => name !== "io.modelcontextprotocol/serverInfo",
  )
  return {
    ...result,
    ...(resultType === undefined || resultType === "complete" ? {} : { resultType }),
    ...(meta.length === 0 ? {} : { _meta: Object.fromEntries(meta) }),
  }
}

/** What is listened to on behalf of the client: every list that can change, and the resources it has subscribed to. */
export const filterFor = ({ era, capabilities }: Session, uris: ReadonlySet<string>): SubscriptionFilter => {
  const changes = (name: string): boolean => {
    const capability = isObject(capabilities) ? capabilities[name] : undefined
    return isObject(capability) && capability.listChanged === true
  }
  return {
    // Before 2026-07-28 one stream carries everything that belongs to no request, questions too: it is always opened.
    toolsListChanged: era === "legacy" || changes("tools"),
    promptsListChanged: changes("prompts"),
    resourcesListChanged: changes("resources"),
    // There the client's own `resources/subscribe` is forwarded.
    ...(era === "legacy" || uris.size === 0 ? {} : { resourceSubscriptions: [...uris] }),
  }
}

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
