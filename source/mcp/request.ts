import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Findings } from "../text/finding.ts"
import type { Wire } from "../wire/wire.ts"
import type { Answer, Credentials } from "./connection.ts"
import { type ExchangeFailure, type Notification, notify, type Progress } from "./exchange.ts"
import { mcpFailure } from "./failure.ts"
import { isObject, type JsonObject, rpcCodes } from "./json-rpc.ts"
import { mostTools } from "./limits.ts"
import { mirroredHeaders } from "./mirrored-headers.ts"
import { listAll } from "./paging.ts"
import { exchangePatiently, inSession } from "./recovery.ts"
import type { Session } from "./session.ts"
import { checkToolResult } from "./tool-result.ts"
import { type KnownTools, mirroring, noTools, sortTools, type Tool } from "./tools.ts"

export interface SessionRequest extends Credentials {
  readonly session: Session
  /** Any method of the revision; `notifications/…` is sent without waiting for an answer. */
  readonly method: string
  readonly params?: JsonObject | undefined
  readonly onProgress?: ((progress: Progress) => Effect.Effect<void>) | undefined
  readonly onNotification?: ((notification: Notification) => Effect.Effect<void>) | undefined
  /** What earlier requests of this session learned: give back the `tools` of the last answer. */
  readonly tools?: KnownTools | undefined
}

export interface SessionAnswer {
  /** As received, but for unusable tools, which are taken out of a list (MR-39). `{}` for a notification. */
  readonly result: JsonObject
  readonly exchange: number
  /** The session from now on: a new one if the server had forgotten the old one (MR-28). */
  readonly session: Session
  readonly tools: KnownTools
}

/** An answer, and what is known of the tools from then on. */
export type Told = Omit<SessionAnswer, "session">
type Outcome = Effect.Effect<Told, ExchangeFailure, Wire | Findings>

const sent = ({ result, exchange }: Answer, tools: KnownTools): Told => ({ result, exchange, tools })

/** One page of tools. The first page begins a new list, a later one adds to it. */
const listOnce = Effect.fnUntraced(function* (request: SessionRequest) {
  const answer = yield* exchangePatiently(request)
  const { tools: listed } = answer.result
  const first = request.params?.cursor === undefined
  const before = first ? noTools : (request.tools ?? noTools)
  if (!Array.isArray(listed)) return sent(answer, before)
  const { kept, ...tools } = yield* sortTools(
    request,
    listed.map((item: unknown) => ({ item, exchange: answer.exchange })),
    before,
  )
  return sent(kept.length === listed.length ? answer : { ...answer, result: { ...answer.result, tools: kept } }, tools)
})

const callWith = Effect.fnUntraced(function* (request: SessionRequest, tool: Tool | undefined) {
  const mirrored = tool === undefined ? Result.succeed([]) : mirroring(request, tool)
  if (Result.isFailure(mirrored))
    return yield* mcpFailure("tool_unusable", { url: request.session.url, detail: mirrored.failure })
  const values = request.params?.arguments
  return yield* exchangePatiently({
    ...request,
    mirrored: mirroredHeaders(mirrored.success, isObject(values) ? values : {}),
  })
})

/**
 * Calls a tool with the header fields that its listed description asks for. One that was not listed is called without;
 * where the server refuses that (-32020, so it did not run), the tools are listed and the call is made once more (MR-40).
 */
const call = Effect.fnUntraced(function* (request: SessionRequest) {
  const known = request.tools ?? noTools
  const name = request.params?.name
  const reason = typeof name === "string" ? known.unusable.get(name) : undefined
  if (reason !== undefined) return yield* mcpFailure("tool_unusable", { url: request.session.url, detail: reason })
  const named = (tools: KnownTools) => tools.usable.find((tool) => tool.name === name)
  const finish = Effect.fnUntraced(function* (answer: Answer, tools: KnownTools) {
    const tool = named(tools)
    if (tool !== undefined) yield* checkToolResult(request.session, tool, answer)
    return sent(answer, tools)
  })
  const first = yield* Effect.result(callWith(request, named(known)))
  if (Result.isSuccess(first)) return yield* finish(first.success, known)
  const { failure } = first
  if (failure._tag !== "McpFailure" || failure.rpc?.code !== rpcCodes.headerMismatch) return yield* Effect.fail(failure)
  const { kept: _, ...tools } = yield* sortTools(request, yield* listAll(request, "tools/list", "tools", mostTools))
  return yield* finish(yield* callWith({ ...request, tools }, named(tools)), tools)
})

const methods: Readonly<Record<string, (request: SessionRequest) => Outcome>> = {
  "tools/list": listOnce,
  "tools/call": call,
}

const other = (request: SessionRequest): Outcome => {
  const tools = request.tools ?? noTools
  if (request.method.startsWith("notifications/"))
    return Effect.map(notify(request, request.method, request.params), ({ exchange }) => ({
      result: {},
      exchange,
      tools,
    }))
  return Effect.map(exchangePatiently(request), (answer) => sent(answer, tools))
}

/** {@link request} in this very session: where the server has lost it, that is the failure. */
export const requestOnce = (asked: SessionRequest): Outcome =>
  (Object.hasOwn(methods, asked.method) ? (methods[asked.method] ?? other) : other)(asked)

/**
 * Any request within a session, with everything around it: header mirroring, questions of the server (rounds of them in
 * 2026-07-28), a session that was lost, reads that came too early. What may have run is never sent again by itself.
 */
export const request = Effect.fn("mcp.request")(function* (
  asked: SessionRequest,
): Effect.fn.Return<SessionAnswer, ExchangeFailure, Wire | Findings> {
  const { value, session } = yield* inSession(asked.session, asked, (current) =>
    requestOnce({ ...asked, session: current }),
  )
  return { ...value, session }
})
