import { createHash, createHmac } from "node:crypto"
import { isObject, type JsonObject } from "../json.ts"
import { sameText } from "../randomness.ts"
import type { Call } from "./call.ts"
import { CODES, RpcError } from "./message.ts"
import { ownerOf } from "./owner.ts"

/** How long a client may take to come back with answers, in milliseconds. */
const LIFETIME = 10 * 60 * 1000

/** JSON with members in a fixed order, so that a client may build its request anew. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (!isObject(value)) return value
  const names = Object.keys(value).sort()
  return Object.fromEntries(names.map((name) => [name, canonical(value[name])]))
}

/** What the state is bound to: the request without what changes from round to round. */
function digestOf({ message }: Call): string {
  const { _meta, inputResponses, requestState, ...params } = message.params
  const text = JSON.stringify(canonical({ method: message.method, params }))
  return createHash("sha256").update(text).digest("base64url")
}

const mac = ({ world }: Call, text: string) => createHmac("sha256", world.stateKey).update(text).digest("base64url")

/**
 * What the server wants to know in the next round, for the client to carry (MCP 2026-07-28 multi-round-trip requests:
 * whatever comes back is input of an attacker). Good for this user, this request and ten minutes.
 */
export function sealState(call: Call, answers: JsonObject): string {
  const payload = {
    owner: ownerOf(call.principal),
    until: call.world.clock.now() + LIFETIME,
    request: digestOf(call),
    answers,
  }
  const text = Buffer.from(JSON.stringify(payload)).toString("base64url")
  return `${text}.${mac(call, text)}`
}

/** The answers of earlier rounds. Throws -32602 for a state that is not ours, not for this request, or too old. */
export function openState(call: Call): JsonObject {
  const { requestState, inputResponses } = call.message.params
  if (requestState === undefined) {
    if (inputResponses !== undefined) call.exchange.note("request-state", false, "none")
    return {}
  }
  const answers = read(call, requestState)
  const refuse = () => new RpcError(CODES.invalidParams, `requestState: ${String(answers)}`)
  call.exchange.enforce("request-state", isObject(answers), refuse, isObject(answers) ? undefined : answers)
  return answers
}

function read(call: Call, state: unknown): JsonObject | string {
  if (typeof state !== "string") return "not a string"
  const [text = "", seal = "", ...rest] = state.split(".")
  if (rest.length > 0 || !sameText(seal, mac(call, text))) return "not made by this server"
  const payload: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"))
  if (!isObject(payload) || !isObject(payload.answers)) return "not made by this server"
  if (payload.owner !== ownerOf(call.principal)) return "made for somebody else"
  if (payload.request !== digestOf(call)) return "made for another request"
  return typeof payload.until === "number" && call.world.clock.now() < payload.until ? payload.answers : "too old"
}
