import type { IncomingMessage, Server, ServerResponse } from "node:http"
import { bend } from "../behaviour.ts"
import { isObject } from "../json.ts"
import type { EventLog, MockEvent } from "../log.ts"
import type { Route } from "../routes.ts"
import type { World } from "../world.ts"
import { type Answer, empty, json, Refusal } from "./answer.ts"
import { corsHeaders, preflight } from "./cors.ts"
import { Exchange } from "./exchange.ts"
import { listed } from "./form.ts"
import { createServer } from "./node-http.ts"
import { ownHosts } from "./origin.ts"
import { send } from "./send.ts"

/** What the listener needs once the address is known. */
export interface Service {
  readonly world: World
  readonly route: (path: string) => Route | undefined
  readonly log: EventLog & { add(event: MockEvent): void }
}

const LIMITS = { maxHeaderSize: 32 * 1024, headersTimeout: 10_000, requestTimeout: 60_000 }

/** A server that passes every request through the service's routes. */
export function createListener(service: () => Service): Server {
  let count = 0
  const server = createServer(LIMITS, (request, response) => {
    count += 1
    handle(service(), count, request, response).catch(() => response.destroy())
  })
  // Bytes that are no HTTP: say so once and hang up.
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
  })
  return server
}

async function handle(
  { world, route, log }: Service,
  id: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  response.once("close", () => gone.abort())
  const exchange = begin(world, id, request, AbortSignal.any([gone.signal, world.closing]))
  const { event } = exchange
  for (const behaviour of world.behaviours) {
    if (await behaviour.intercept?.(exchange, response)) {
      log.add(event)
      return
    }
  }
  const target = route(event.path)
  if (target) event.route = target.name
  const plain = await answer(world, exchange, target)
  const { headers, ...rest } = bend(world.behaviours, "answer", plain, exchange)
  const complete = { ...rest, headers: { ...headers, ...corsHeaders(world, exchange, target) } }
  event.status = complete.status
  const error = event.error ?? errorOf(complete)
  if (error !== undefined) event.error = error
  // Before the first byte: who has seen the answer finds it in the log.
  log.add(event)
  await send(response, complete, request.method === "HEAD")
}

function begin(world: World, id: number, request: IncomingMessage, signal: AbortSignal): Exchange {
  const [path = "/", query = ""] = splitTarget(request.url ?? "/")
  const parameters = new URLSearchParams(query)
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(", ") : (value ?? ""),
  ])
  const event: MockEvent = {
    id,
    at: world.clock.now(),
    route: "none",
    method: request.method ?? "GET",
    // The path is compared as it came: no decoding, no dot segments, one spelling for each place.
    path,
    headers: Object.fromEntries(headers),
    query: listed(parameters),
    checks: [],
    status: 0,
  }
  return new Exchange(request, event, parameters, world.settings.strict, signal)
}

const splitTarget = (target: string): readonly [string, string] => {
  const mark = target.indexOf("?")
  return mark < 0 ? [target, ""] : [target.slice(0, mark), target.slice(mark + 1)]
}

async function answer(world: World, exchange: Exchange, route: Route | undefined): Promise<Answer> {
  try {
    checkHost(world, exchange)
    world.limits.spend(exchange, "requests", world.settings.rateLimits.requests)
    if (!route) return json(404, { error: "not_found", error_description: "there is nothing at this path" })
    const { method } = exchange.event
    if (method === "OPTIONS") return preflight(route) ?? empty(204, { allow: allowed(route) })
    const handler = Object.hasOwn(route.methods, method)
      ? route.methods[method]
      : method === "HEAD"
        ? route.methods.GET
        : undefined
    return handler
      ? await handler(world, exchange)
      : json(405, { error: "method_not_allowed" }, { allow: allowed(route) })
  } catch (error) {
    if (error instanceof Refusal) return error.answer
    // Nothing about the inside: the number finds the entry in the log.
    exchange.event.error = error instanceof Error ? error.message : String(error)
    return json(500, { error: "server_error", error_description: `see event ${exchange.event.id}` })
  }
}

const allowed = (route: Route) => Object.keys(route.methods).join(", ")

/** DNS rebinding: the name a browser used has to be ours (MCP streamable HTTP, Security Warning). */
function checkHost(world: World, exchange: Exchange): void {
  const host = exchange.header("host")?.toLowerCase() ?? ""
  const own = [...ownHosts(new URL(world.origin).port || "80"), ...world.settings.allowedHosts]
  const refuse = () =>
    new Refusal(json(403, { error: "forbidden", error_description: "this is not the host you are looking for" }))
  exchange.enforce("host-own", exchange.count("host") === 1 && own.includes(host), refuse, host)
}

/** The error code of a JSON answer, OAuth or JSON-RPC. */
function errorOf(answer: Answer): string | undefined {
  const error = isObject(answer.json) ? answer.json.error : undefined
  if (isObject(error)) return String(error.code)
  return typeof error === "string" ? error : undefined
}
