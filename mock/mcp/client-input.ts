import { isObject, type JsonObject } from "../json.ts"
import { answers, type ClientAnswers, type ClientRequest, capabilityOf, declares } from "../tools/client-request.ts"
import type { Call, Outlet } from "./call.ts"
import { CODES, RpcError } from "./message.ts"
import { openState, sealState } from "./request-state.ts"
import { MODERN } from "./revisions.ts"

/** Asks the client, in the way of the revision. May end the call before it returns: then the call comes again. */
export type Ask = <Name extends string>(requests: Readonly<Record<Name, ClientRequest>>) => Promise<ClientAnswers<Name>>

/** Thrown to end a call of 2026-07-28 with questions; the next round begins from the start, with the answers. */
class InputRequired extends Error {
  readonly result: JsonObject

  constructor(result: JsonObject) {
    super("input required")
    this.name = "InputRequired"
    this.result = result
  }
}

/** The way to ask during this call. */
export const askingOf = (call: Call, outlet: Outlet): Ask =>
  call.revision === MODERN ? askByRounds(call) : askByStream(call, outlet)

/** The result of a handler that may ask, also when it has to wait for the next round. */
export async function withInput(work: () => Promise<JsonObject> | JsonObject): Promise<JsonObject> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof InputRequired) return error.result
    throw error
  }
}

/** MCP 2026-07-28 multi-round-trip requests: the result is a list of questions, the answers come with the next call. */
function askByRounds(call: Call): Ask {
  const { inputResponses = {} } = call.message.params
  if (!isObject(inputResponses) || !Object.values(inputResponses).every(isObject))
    throw new RpcError(CODES.invalidParams, "inputResponses must be an object of objects")
  const known: JsonObject = { ...openState(call), ...inputResponses }
  const used: Record<string, unknown> = {}
  return async (requests) => {
    const entries = Object.entries<ClientRequest>(requests)
    checkDeclared(
      call,
      entries.map(([, request]) => request),
    )
    const open: [string, ClientRequest][] = []
    for (const [name, request] of entries) {
      if (answers(request, known[name])) used[name] = known[name]
      else open.push([name, request])
    }
    if (open.length > 0) {
      throw new InputRequired({
        resultType: "input_required",
        inputRequests: Object.fromEntries(open.map(([name, request]) => [name, withoutId(request)])),
        requestState: sealState(call, used),
      })
    }
    return pick(requests, used)
  }
}

/** Elicitation ids are of 2025-11-25; since then the client comes back with the state. */
function withoutId({ method, params }: ClientRequest): JsonObject {
  const { elicitationId, ...rest } = params
  return { method, params: rest }
}

/** Choices with titles as 2025-06-18 spelled them; `oneOf` came with 2025-11-25 (MCP elicitation, Requested Schema). */
function withEnumNames(request: ClientRequest): ClientRequest {
  const { requestedSchema: schema } = request.params
  if (!isObject(schema) || !isObject(schema.properties)) return request
  const properties = Object.entries(schema.properties).map(([name, property]) => {
    if (!isObject(property) || !Array.isArray(property.oneOf)) return [name, property]
    const { oneOf, ...rest } = property
    const choices = property.oneOf.filter(isObject)
    return [
      name,
      { ...rest, enum: choices.map((choice) => choice.const), enumNames: choices.map((choice) => choice.title) },
    ]
  })
  const requestedSchema = { ...schema, properties: Object.fromEntries(properties) }
  return { ...request, params: { ...request.params, requestedSchema } }
}

/** Before 2026-07-28: requests of the server on the event stream of the call, answered by POSTs of the client. */
function askByStream(call: Call, { request: send }: Outlet): Ask {
  return async (requests) => {
    const entries = Object.entries<ClientRequest>(requests)
    checkDeclared(
      call,
      entries.map(([, request]) => request),
    )
    if (!send) throw new RpcError(CODES.invalidRequest, "there is no stream on which to ask")
    const found = await Promise.all(
      entries.map(async ([name, request]) => {
        const { method, params } = call.revision === "2025-06-18" ? withEnumNames(request) : request
        const answer = await send(method, params)
        if (!answers(request, answer))
          throw new RpcError(CODES.invalidRequest, `the answer to ${request.method} is malformed`)
        return [name, answer] as const
      }),
    )
    return pick(requests, Object.fromEntries(found))
  }
}

/** MCP basic: nothing may be asked of a client that it did not declare. */
function checkDeclared({ capabilities, revision }: Call, requests: readonly ClientRequest[]): void {
  const missing = requests.filter((request) => !declares(capabilities, request)).map(capabilityOf)
  if (missing.length === 0) return
  const requiredCapabilities = Object.fromEntries(missing.flatMap((capability) => Object.entries(capability)))
  const text = `the client did not declare ${Object.keys(requiredCapabilities).join(", ")}`
  throw revision === MODERN
    ? new RpcError(CODES.missingCapability, text, 400, { requiredCapabilities })
    : new RpcError(CODES.invalidRequest, text)
}

function pick<Name extends string>(
  requests: Readonly<Record<Name, ClientRequest>>,
  found: JsonObject,
): ClientAnswers<Name> {
  const names = Object.keys(requests) as Name[]
  const picked: Partial<Record<Name, JsonObject>> = {}
  for (const name of names) {
    const answer = found[name]
    if (isObject(answer)) picked[name] = answer
  }
  return picked as ClientAnswers<Name>
}
