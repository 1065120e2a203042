import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as Schema from "effect/Schema"
import { Journal } from "../flow/journal.ts"
import { isId, isObject, type JsonObject, type RequestId, rpcCodes } from "../mcp/json-rpc.ts"
import { LogLevel } from "../mcp/log-level.ts"
import type { AskedAnswer } from "../mcp/passing.ts"
import { latestLegacy } from "../mcp/revisions.ts"
import { forTheClient, makeBridgeClient } from "./bridge-client.ts"
import { type BridgeRequest, makeForwarding } from "./bridge-forwarding.ts"
import { introduction, versionFor } from "./bridge-messages.ts"
import { bridgeRespondent, type Served } from "./bridge-respondent.ts"
import { type Run, withRun } from "./run.ts"
import { type ServerInput, settingsOf } from "./settings.ts"

const isLogLevel = Schema.is(LogLevel)

/** Both ends joined, until one of them is gone: the exit code. */
const join = Effect.fnUntraced(function* (run: Run, served: Served) {
  const journal = yield* Journal
  const client = yield* makeBridgeClient(run.printer)
  served.client = client
  const { connect, forward, over, afterwards, subscribe, logFrom } = yield* makeForwarding(run, client)
  const working = yield* FiberMap.make<RequestId>()
  let introduced = false

  const stop = journal.subscribe((event) => {
    if (event._tag === "Notified" && introduced)
      client.say({ method: event.method, params: forTheClient(event.params) })
  })
  yield* Effect.addFinalizer(() => Effect.sync(stop))

  const initialize = Effect.fnUntraced(function* (params: JsonObject): Effect.fn.Return<AskedAnswer> {
    served.version = versionFor(params.protocolVersion)
    served.capabilities = isObject(params.capabilities) ? params.capabilities : {}
    const connected = yield* connect
    if (!("session" in connected)) return connected
    introduced = true
    return { result: introduction(connected.session, served.version, connected.listens) }
  })

  /** What the remote server is asked in another way than the client asks: it has no such requests any more. */
  const translated: Readonly<Record<string, (params: JsonObject) => Effect.Effect<AskedAnswer> | undefined>> = {
    "resources/subscribe": ({ uri }) =>
      typeof uri === "string" ? Effect.as(subscribe(uri, true), { result: {} }) : undefined,
    "resources/unsubscribe": ({ uri }) =>
      typeof uri === "string" ? Effect.as(subscribe(uri, false), { result: {} }) : undefined,
    "logging/setLevel": ({ level }) =>
      isLogLevel(level) ? Effect.sync(() => logFrom(level)).pipe(Effect.as({ result: {} })) : undefined,
  }

  const answer = (request: BridgeRequest): Effect.Effect<AskedAnswer> => {
    const { method, params } = request
    if (method === "initialize") return initialize(params)
    // Clients of 2026-07-28 fall back to `initialize`, which is all that the bridge speaks.
    if (method === "server/discover")
      return Effect.succeed({ error: { code: rpcCodes.methodNotFound, message: "begin with initialize" } })
    const modern = journal.state().facts.session?.era === "modern"
    const way = modern && Object.hasOwn(translated, method) ? translated[method] : undefined
    return way?.(params) ?? forward(request)
  }

  const serve = Effect.gen(function* () {
    for (;;) {
      const message = yield* client.next
      if (message === undefined) break
      if (message._tag === "request") {
        const { id } = message
        // A request that is cancelled is given up and not answered any more.
        const work = Effect.map(answer(message), (body) => client.say({ id, ...body }))
        yield* FiberMap.run(working, id, Effect.andThen(work, afterwards))
      } else if (message.method === "notifications/cancelled") {
        const { requestId } = message.params
        // The goodbye to the server is not waited for.
        if (isId(requestId)) yield* Effect.forkChild(FiberMap.remove(working, requestId))
      }
    }
    yield* FiberMap.awaitEmpty(working)
    return 0
  })
  return yield* Effect.raceFirst(Effect.raceFirst(serve, over), Effect.as(run.interruption, 130))
})

/**
 * `bridge URL`: an MCP server on standard input and output, for clients that know nothing else. It forwards to the remote
 * one with our credentials and our recovery, and what that one says or asks to the client; what people should read goes to
 * standard error.
 */
export const bridge = Effect.fn("commands.bridge")(function* (input: ServerInput) {
  const settings = yield* settingsOf(input)
  // Standard output belongs to the protocol.
  const output = { ...settings.output, json: true }
  const served: Served = { client: undefined, capabilities: {}, version: latestLegacy }
  const serves = bridgeRespondent(served)
  return yield* withRun({ ...settings, output }, { goal: "connect", reads: "requests", serves }, (run) =>
    join(run, served),
  )
})
