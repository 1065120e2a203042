import readline from "node:readline"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import { isObject, type JsonObject, type Message, type RequestId, readMessages, rpcCodes } from "../mcp/json-rpc.ts"
import type { AskedAnswer } from "../mcp/passing.ts"
import type { Printer } from "./print.ts"

type Incoming = Extract<Message, { readonly _tag: "request" | "notification" }>

/** The program on the other end of standard input and output. */
export interface BridgeClient {
  /** Its next request or notification; `undefined` when it has closed its end. */
  readonly next: Effect.Effect<Incoming | undefined>
  readonly say: (message: object) => void
  /** Asks it something; withdrawn with `notifications/cancelled` when nobody waits for the answer any more. */
  readonly ask: (method: string, params: JsonObject) => Effect.Effect<AskedAnswer>
}

/** Reads and writes JSON-RPC, one message per line (MR-62). */
export const makeBridgeClient = Effect.fnUntraced(function* (printer: Printer) {
  const incoming = yield* Queue.unbounded<Incoming | undefined>()
  const asked = new Map<RequestId, Deferred.Deferred<AskedAnswer>>()
  let count = 0
  const say = (message: object) => printer.json({ jsonrpc: "2.0", ...message })

  const answered = (id: RequestId | undefined, answer: AskedAnswer): void => {
    const waiting = id === undefined ? undefined : asked.get(id)
    if (waiting !== undefined) Deferred.doneUnsafe(waiting, Effect.succeed(answer))
  }
  const hearMessage = (message: Message): void => {
    if (message._tag === "response") answered(message.id, { result: message.result })
    else if (message._tag === "error") answered(message.id, { error: message.error })
    else if (message._tag === "request" && message.method === "ping") say({ id: message.id, result: {} })
    else Queue.offerUnsafe(incoming, message)
  }
  const hear = (line: string): void => {
    if (line.trim() === "") return
    const messages = readMessages(line, false)
    if (Result.isSuccess(messages)) {
      for (const message of messages.success) hearMessage(message)
      return
    }
    const { code, detail } = messages.failure
    say({
      id: null,
      error: { code: code === "not_json" ? rpcCodes.parseError : rpcCodes.invalidRequest, message: detail },
    })
  }

  const input = yield* Effect.acquireRelease(
    Effect.sync(() => readline.createInterface({ input: process.stdin })),
    (open) => Effect.sync(() => open.close()),
  )
  input.on("line", hear)
  input.once("close", () => {
    Queue.offerUnsafe(incoming, undefined)
    const gone: AskedAnswer = { error: { code: rpcCodes.internalError, message: "the client is gone" } }
    for (const id of asked.keys()) answered(id, gone)
  })

  const ask = Effect.fnUntraced(function* (method: string, params: JsonObject) {
    count += 1
    const id = `bridge-${count}`
    const waiting = yield* Deferred.make<AskedAnswer>()
    asked.set(id, waiting)
    say({ id, method, params })
    return yield* Deferred.await(waiting).pipe(
      Effect.onInterrupt(() =>
        Effect.sync(() => say({ method: "notifications/cancelled", params: { requestId: id } })),
      ),
      Effect.ensuring(Effect.sync(() => asked.delete(id))),
    )
  })

  return { next: Queue.take(incoming), say, ask } satisfies BridgeClient
})

/** A notification as the client may hear it: what ties it to a request or a subscription of ours is not for it. */
export const forTheClient = (params: JsonObject): JsonObject => {
  if (!isObject(params._meta)) return params
  const { _meta, ...rest } = params
  const kept = Object.entries(params._meta).filter(([name]) => !name.startsWith("io.modelcontextprotocol/"))
  return kept.length === 0 ? rest : { ...rest, _meta: Object.fromEntries(kept) }
}
