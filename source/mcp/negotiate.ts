import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Findings } from "../text/finding.ts"
import type { Wire } from "../wire/wire.ts"
import { type Answer, type ExchangeFailure, exchange } from "./exchange.ts"
import { type McpFailure, mcpFailure } from "./failure.ts"
import { initialize } from "./initialize.ts"
import { isObject, type JsonObject, rpcCodes } from "./json-rpc.ts"
import { knownLegacy, rememberLegacy } from "./known-eras.ts"
import { Patience } from "./limits.ts"
import { oldTransportAt } from "./old-transport.ts"
import {
  introduction,
  type Negotiated,
  noCommonVersion,
  type Opened,
  openedBy,
  type Target,
  versionsNamed,
} from "./opened.ts"
import { latest, latestLegacy, mutualVersion, type ProtocolVersion, revisions } from "./revisions.ts"
import type { Session } from "./session.ts"
import { Transport } from "./transport.ts"

export type { Target, VersionChoice } from "./opened.ts"

/** Revision 2026-07-28 puts the server's name into `_meta`; earlier drafts of it beside the capabilities. */
const discoveredServer = (result: JsonObject): unknown =>
  (isObject(result._meta) ? result._meta["io.modelcontextprotocol/serverInfo"] : undefined) ?? result.serverInfo

const modernSession = (url: string, protocolVersion: ProtocolVersion, answer: Answer): Session => ({
  url,
  era: "modern",
  protocolVersion,
  ...introduction(discoveredServer(answer.result), answer.result),
})

/** Failures that say nothing about the era of a server: policy, overload and faults (MR-6). */
const neutral: ReadonlySet<McpFailure["code"]> = new Set([
  "forbidden",
  "busy",
  "server_error",
  "request_timed_out",
  "answer_too_large",
])
/** Errors that only a modern server can give (MR-8, X-10). */
const modernErrors: ReadonlySet<number> = new Set([rpcCodes.headerMismatch, rpcCodes.missingCapability])

/** A web page that was served with success is a website, whichever way it is asked. */
const isWebsite = ({ code, status }: McpFailure): boolean => code === "web_page" && status === 200

/** Whether the answer to a modern request looks like that of a server which knows only `initialize` (MR-4). */
const looksLegacy = (failure: McpFailure): boolean =>
  !neutral.has(failure.code) && !isWebsite(failure) && !modernErrors.has(failure.rpc?.code ?? 0)

/** On a pipe nothing stands between: silence, an end and every error but the modern ones mean a legacy server (MR-7). */
const looksLegacyOnPipe = ({ code, rpc }: McpFailure): boolean =>
  code !== "server_not_started" && !modernErrors.has(rpc?.code ?? 0)

/** Milliseconds that a local server may be silent to a request it does not know; it may have to be fetched first. */
const pipeProbeMillis = 15_000

/** Some servers fall over at a request they do not know, and end only when the next line comes: begun anew, once (MR-7). */
const initializeAfterSilence = (target: Target): Negotiated =>
  Effect.catchIf(
    initialize(target, latestLegacy),
    (failure) => failure._tag === "McpFailure" && failure.code === "server_exited",
    () => initialize(target, latestLegacy),
  )

/** Asks a server in the modern way, and falls to `initialize` only on a recognisably legacy answer (MR-4, X-10). */
const discover = Effect.fn("mcp.discover")(function* (
  target: Target,
  version: ProtocolVersion,
  /** Whether the server has refused a version before: then it is modern (MR-10), and does not get a third try (MR-5). */
  again: boolean,
): Effect.fn.Return<Opened, ExchangeFailure, Wire | Findings> {
  const { url, token, authorize } = target
  const auto = target.version === "auto"
  const { kind } = yield* Transport
  const patience = yield* Patience
  const onPipe = kind === "stdio"
  const legacyLike = onPipe ? looksLegacyOnPipe : looksLegacy
  const answer = yield* Effect.result(
    exchange({ session: { url, protocolVersion: version }, token, authorize, method: "server/discover" }).pipe(
      Effect.provideService(
        Patience,
        onPipe && auto ? { ...patience, soft: Math.min(patience.soft, pipeProbeMillis) } : patience,
      ),
    ),
  )
  if (Result.isFailure(answer)) {
    const failure = answer.failure
    if (failure._tag !== "McpFailure") return yield* failure
    const named = versionsNamed(failure)
    if (named !== undefined) return yield* afterRefusal(target, named, again, failure)
    if (auto && !again && legacyLike(failure))
      return yield* onPipe && failure.code === "request_timed_out"
        ? initializeAfterSilence(target)
        : initialize(target, latestLegacy)
    if (!auto && failure.rpc?.code === rpcCodes.methodNotFound && failure.exchange !== undefined)
      return yield* undiscovered(url, version, failure.exchange, failure.status ?? 200)
    return yield* failure
  }
  const named = answer.success.result.supportedVersions
  const evidence = { exchange: answer.success.exchange, url }
  if (Array.isArray(named)) {
    const modern = mutualVersion(named, "modern")
    if (modern !== undefined) return openedBy(answer.success, modernSession(url, modern, answer.success))
    const legacy = auto ? mutualVersion(named, "legacy") : undefined
    return yield* legacy === undefined ? noCommonVersion(named, evidence) : initialize(target, legacy)
  }
  // Some legacy servers answer any method with an empty result.
  if (auto && !again) return yield* initialize(target, latestLegacy)
  return yield* mcpFailure("bad_result", { ...evidence, expected: "supportedVersions", received: "no such list" })
})

/** After -32022: one more try with a version that both know (MR-5). */
const afterRefusal = (
  target: Target,
  named: ReadonlyArray<unknown>,
  again: boolean,
  { exchange }: McpFailure,
): Negotiated => {
  const evidence = { url: target.url, ...(exchange === undefined ? {} : { exchange }) }
  const modern = mutualVersion(named, "modern")
  if (modern !== undefined)
    return again
      ? Effect.fail(mcpFailure("version_refused", { ...evidence, received: modern }))
      : discover(target, modern, true)
  const legacy = target.version === "auto" ? mutualVersion(named, "legacy") : undefined
  return legacy === undefined ? Effect.fail(noCommonVersion(named, evidence)) : initialize(target, legacy)
}

/** A server for which the user asked for a modern revision, and which lacks only `server/discover`. */
const undiscovered = Effect.fnUntraced(function* (
  url: string,
  protocolVersion: ProtocolVersion,
  exchange: number,
  status: number,
) {
  const findings = yield* Findings
  yield* findings.raise({
    severity: "error",
    rule: "MCP 2026-07-28 server/discover",
    text: "The server does not offer server/discover; what it can do is not known.",
    exchange,
  })
  return { session: { url, era: "modern", protocolVersion, capabilities: {} }, status, exchange } satisfies Opened
})

/** The same, but a server that was found to be legacy in this run is asked as such; if that fails, anew (MR-9). */
const discoverOrRecall = Effect.fnUntraced(function* (
  target: Target,
  version: ProtocolVersion,
): Effect.fn.Return<Opened, ExchangeFailure, Wire | Findings> {
  const { url } = target
  const known = target.version === "auto" ? yield* knownLegacy(url) : undefined
  if (known !== undefined) {
    const recalled = yield* Effect.result(initialize(target, known))
    if (Result.isSuccess(recalled)) return recalled.success
    const { failure } = recalled
    if (failure._tag !== "McpFailure" || neutral.has(failure.code)) return yield* Effect.fail(failure)
    yield* rememberLegacy(url, undefined)
  }
  const opened = yield* discover(target, version, false)
  const { era, protocolVersion } = opened.session
  if (era === "legacy" && target.version === "auto") yield* rememberLegacy(url, protocolVersion)
  return opened
})

/** Statuses of a POST after which a server may be one of the old transport (Streamable HTTP, Backwards Compatibility). */
const mayBeOld: ReadonlySet<number> = new Set([400, 404, 405])

/** A server that turned every POST down may be one that speaks HTTP+SSE only: then the failure says so. */
const nameOldTransport = Effect.fnUntraced(function* (target: Target, failure: ExchangeFailure) {
  if (failure._tag !== "McpFailure" || failure.rpc !== undefined || !mayBeOld.has(failure.status ?? 0))
    return yield* Effect.fail(failure)
  const exchange = yield* oldTransportAt(target, failure.status)
  return yield* exchange === undefined
    ? Effect.fail(failure)
    : mcpFailure("old_transport", { url: target.url, exchange, received: failure.received ?? failure.what })
})

/**
 * Finds out how to speak with a server, beginning with the revision asked for. Gives a session that, in the legacy era,
 * still lacks `notifications/initialized`: {@link connect} sends it.
 */
export const negotiate = Effect.fn("mcp.negotiate")(function* (
  target: Target,
): Effect.fn.Return<Opened, ExchangeFailure, Wire | Findings> {
  const { kind } = yield* Transport
  const wanted = target.version === "auto" ? latest : target.version
  // The old transport was gone long before the modern era.
  if (kind === "http+sse") return yield* initialize(target, revisions[wanted].era === "modern" ? latestLegacy : wanted)
  const opening = revisions[wanted].era === "modern" ? discoverOrRecall(target, wanted) : initialize(target, wanted)
  return yield* kind === "http" ? Effect.catch(opening, (failure) => nameOldTransport(target, failure)) : opening
})
