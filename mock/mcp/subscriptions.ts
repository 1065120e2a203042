import { isObject, isStrings, type JsonObject } from "../json.ts"
import type { World } from "../world.ts"
import type { Call, MethodHandler } from "./call.ts"
import type { Change, Subscription } from "./changes.ts"
import { CODES, RpcError } from "./message.ts"

const SUBSCRIPTION_ID = "io.modelcontextprotocol/subscriptionId"
const KEEP_ALIVE = 15_000

// MCP 2026-07-28 subscriptions: the switches of a filter and the lists they mean.
const SWITCHES = {
  toolsListChanged: "tools",
  promptsListChanged: "prompts",
  resourcesListChanged: "resources",
} as const

interface Filter {
  readonly lists: readonly string[]
  readonly uris: readonly string[]
  /** The part of the client's wish that is granted, as it is acknowledged. */
  readonly granted: JsonObject
}

function filterOf({ world, message }: Call): Filter {
  const { notifications } = message.params
  if (!isObject(notifications)) throw new RpcError(CODES.invalidParams, "params.notifications must be an object", 400)
  const { resourceSubscriptions: wanted = [] } = notifications
  if (!isStrings(wanted)) throw new RpcError(CODES.invalidParams, "resourceSubscriptions must be a list of URIs", 400)
  const switches = Object.entries(SWITCHES).filter(([name]) => notifications[name] === true)
  const uris = wanted.filter((uri) => world.catalogue.resource(uri) !== undefined)
  return {
    lists: switches.map(([, list]) => list),
    uris,
    granted: {
      ...Object.fromEntries(switches.map(([name]) => [name, true])),
      ...(uris.length > 0 ? { resourceSubscriptions: uris } : {}),
    },
  }
}

const wants = ({ lists, uris }: Filter, change: Change) =>
  "uri" in change ? uris.includes(change.uri) : lists.includes(change.list)

/** `subscriptions/listen`: acknowledged first, then what was asked for and nothing else, until one side ends it. */
export const listen: MethodHandler = async (call, outlet) => {
  const { world, signal } = call
  const filter = filterOf(call)
  const _meta = { [SUBSCRIPTION_ID]: call.id }
  outlet.notify("notifications/subscriptions/acknowledged", { _meta, notifications: filter.granted })
  const { promise: over, resolve: end } = Promise.withResolvers<undefined>()
  const subscription: Subscription = {
    hear(change, method, params) {
      if (wants(filter, change)) outlet.notify(method, { ...params, _meta })
    },
    end: () => end(undefined),
  }
  world.subscriptions.add(subscription)
  signal.addEventListener("abort", () => end(undefined), { once: true })
  try {
    await Promise.race([over, breathe(world, signal, outlet.breathe)])
  } finally {
    world.subscriptions.delete(subscription)
    end(undefined)
  }
  return { _meta }
}

/** Signs of life, so that nothing on the way takes a quiet stream for a dead one. */
async function breathe(world: World, signal: AbortSignal, comment: (text: string) => void): Promise<void> {
  while (!signal.aborted) {
    await world.clock.sleep(KEEP_ALIVE, signal).catch(() => {})
    comment("keep-alive")
  }
}

/** `resources/subscribe` and `resources/unsubscribe`, before 2026-07-28. */
export const subscribe =
  (wanted: boolean): MethodHandler =>
  ({ world, session, message }) => {
    const { uri } = message.params
    if (typeof uri !== "string") throw new RpcError(CODES.invalidParams, "params.uri is missing")
    if (wanted && !world.catalogue.resource(uri))
      throw new RpcError(CODES.resourceNotFound, "there is no such resource", 200, { uri })
    if (wanted) session?.subscriptions.add(uri)
    else session?.subscriptions.delete(uri)
    return {}
  }
