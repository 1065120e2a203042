import { authorize, consent, login } from "./authorization/authorize.ts"
import { introspect } from "./authorization/introspect.ts"
import { deleteClient, readClient, updateClient } from "./authorization/management.ts"
import { ENDPOINTS, metadataPaths, published, serverMetadata } from "./authorization/metadata.ts"
import { register } from "./authorization/registration.ts"
import { revoke } from "./authorization/revoke.ts"
import { token } from "./authorization/token.ts"
import { bend } from "./behaviour.ts"
import { errandsPath, finishErrand, showErrand } from "./errands.ts"
import { home } from "./home.ts"
import { type Answer, json } from "./http/answer.ts"
import type { Exchange } from "./http/exchange.ts"
import type { RouteName } from "./log.ts"
import { ALIASES, alias } from "./mcp/aliases.ts"
import { deleteMcp, getMcp, postMcp } from "./mcp/endpoint.ts"
import { messagesPath, openLine, takeMessage } from "./mcp/http-sse.ts"
import { resourceMetadata, resourceMetadataPaths } from "./resource/metadata.ts"
import type { World } from "./world.ts"

/** Answers a request, or throws a refusal. */
export type Handler = (world: World, exchange: Exchange) => Answer | Promise<Answer>

/** One path: its handlers by method, and which pages of other origins may read its answers. */
export interface Route {
  readonly name: RouteName
  /** `any`: every page, without credentials. `own`: pages that pass the origin check. `none`: no page. */
  readonly cors: "any" | "own" | "none"
  readonly methods: Readonly<Record<string, Handler>>
}

const route = (name: RouteName, cors: Route["cors"], methods: Route["methods"]): Route => ({ name, cors, methods })

const health: Handler = (world) => json(200, { status: "ok", issuer: world.issuer, resource: world.resource })

/** Every path of this mock. Metadata is made from the same constants, so what is advertised is what is there. */
export function createRoutes(world: World): (path: string) => Route | undefined {
  const { settings } = world
  const mcp = settings.mcpPath || "/"
  const table = new Map<string, Route>([
    ["/", route("home", "none", { GET: home })],
    [
      "/health",
      route("health", "any", {
        GET: health,
      }),
    ],
  ])
  for (const path of resourceMetadataPaths(world)) {
    table.set(path, route("prm", "any", { GET: (_, exchange) => published(resourceMetadata(world, exchange)) }))
  }
  for (const name of ALIASES) table.set(`${settings.mcpPath}/${name}`, route("mcp-alias", "own", { POST: alias(name) }))
  if (ownAuthority(world)) addAuthorizationServer(world, table)
  if (settings.transport === "sse") {
    table.set(mcp, route("mcp", "own", { GET: openLine }))
    table.set(messagesPath(world), route("mcp", "own", { POST: takeMessage }))
  } else table.set(mcp, route("mcp", "own", { POST: postMcp, GET: getMcp, DELETE: deleteMcp }))
  const clients = `${settings.issuerPath}${ENDPOINTS.register}/`
  const client = route("client", "any", { GET: readClient, PUT: updateClient, DELETE: deleteClient })
  const errands = errandsPath(world)
  const errand = route("errand", "none", { GET: showErrand, POST: finishErrand })
  return (path) =>
    table.get(path) ??
    (path.startsWith(errands) ? errand : ownAuthority(world) && path.startsWith(clients) ? client : undefined)
}

/** Whether this mock is an authorization server, and not only a resource server for somebody else's tokens. */
const ownAuthority = (world: World): boolean => world.settings.authorizationServers.includes("self")

function addAuthorizationServer(world: World, table: Map<string, Route>): void {
  const { settings } = world
  for (const path of metadataPaths(world)) {
    table.set(path, route("metadata", "any", { GET: (_, exchange) => published(serverMetadata(world, exchange)) }))
  }
  const at = (endpoint: keyof typeof ENDPOINTS) => `${settings.issuerPath}${ENDPOINTS[endpoint]}`
  const jwks: Handler = (_, exchange) =>
    published(bend(world.behaviours, "jwks", { keys: world.keys.published() }, exchange))
  // RFC 9700 §2.6: no page may call the authorization endpoint by script.
  table.set(at("authorize"), route("authorize", "none", { GET: authorize }))
  table.set(at("login"), route("login", "none", { POST: login }))
  table.set(at("consent"), route("consent", "none", { POST: consent }))
  table.set(at("token"), route("token", "any", { POST: token }))
  table.set(at("revoke"), route("revoke", "any", { POST: revoke }))
  table.set(at("introspect"), route("introspect", "none", { POST: introspect }))
  table.set(at("jwks"), route("jwks", "any", { GET: jwks }))
  if (settings.registration.enabled) table.set(at("register"), route("register", "any", { POST: register }))
}
