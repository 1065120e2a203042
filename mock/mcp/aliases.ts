import { type Answer, json, Refusal } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { isObject } from "../json.ts"
import type { World } from "../world.ts"
import { type Call, type MethodHandler, responseOf } from "./call.ts"
import { admit } from "./endpoint.ts"
import { negotiate } from "./legacy-session.ts"
import { CODES, errorAnswer, type Message, RpcError, readJson, readMessage } from "./message.ts"
import { CAPABILITIES, INSTRUCTIONS, LEGACY_METHODS, SERVER_INFO } from "./methods.ts"
import type { Revision } from "./revisions.ts"

const REVISION: Revision = "2025-11-25"

const initialize: MethodHandler = ({ world, message }) => ({
  protocolVersion: "protocolVersion" in message.params ? negotiate(world, message.params) : REVISION,
  capabilities: CAPABILITIES,
  serverInfo: SERVER_INFO,
  instructions: INSTRUCTIONS,
})

/** Methods that can be reached by path, as the first demo servers had it. */
export const ALIASES: readonly string[] = ["initialize", "tools/list", "tools/call"]

/**
 * One method at a path of its own, for clients of the first demo servers: no handshake, no session, a plain JSON
 * answer. A JSON-RPC request is answered with a JSON-RPC response, bare parameters with the bare result.
 */
export const alias =
  (method: string) =>
  async (world: World, exchange: Exchange): Promise<Answer> => {
    const { body, principal } = await admit(world, exchange, async () =>
      asMessage(method, await readOptional(exchange)),
    )
    const message = readMessage(body)
    const { bare } = isObject(body) ? body : { bare: false }
    if (message === undefined || message === "response" || message.id === undefined || message.method !== method) {
      exchange.note("json-rpc", false)
      throw new Refusal(errorAnswer(null, new RpcError(CODES.invalidRequest, `this path is for ${method}`, 400)))
    }
    exchange.event.rpc = method
    exchange.event.revision = REVISION
    const handler = method === "initialize" ? initialize : LEGACY_METHODS[method]
    if (!handler) throw new Refusal(json(404, { error: "not_found" }))
    const call: Call = {
      world,
      exchange,
      principal,
      revision: REVISION,
      id: message.id,
      message,
      signal: exchange.signal,
      capabilities: {},
    }
    const response = await responseOf(call, handler)
    if (bare !== true) return json(200, response)
    return "result" in response ? json(200, response.result) : json(400, { error: response.error })
  }

async function readOptional(exchange: Exchange): Promise<unknown> {
  const length = exchange.header("content-length") ?? "0"
  return length === "0" && exchange.header("transfer-encoding") === undefined ? {} : await readJson(exchange)
}

/** A JSON-RPC request as it is; anything else becomes the parameters of one, marked as bare. */
function asMessage(method: string, body: unknown): (Message & { jsonrpc: string; bare: boolean }) | unknown {
  if (!isObject(body) || "jsonrpc" in body) return body
  const params = method === "tools/call" && isObject(body.params) ? body.params : body
  return { jsonrpc: "2.0", id: 0, method, params, bare: true }
}
