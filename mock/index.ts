import { once } from "node:events"
import type { AddressInfo } from "node:net"
import type { Authority } from "./authorization/authority.ts"
import { createBrowserSessions } from "./authorization/browser.ts"
import { createClientStore } from "./authorization/client.ts"
import { createGrantStore } from "./authorization/grants.ts"
import { activeToken } from "./authorization/introspect.ts"
import { issueAccessToken } from "./authorization/issue.ts"
import { preregisteredClient } from "./authorization/preregistered.ts"
import { createCatalogue, type Offer } from "./catalogue.ts"
import { withControl } from "./control.ts"
import { createErrands } from "./errands.ts"
import { createListener, type Service } from "./http/listener.ts"
import { createRateLimiter } from "./http/rate-limit.ts"
import { createKeyRing } from "./jose/keys.ts"
import { createLog } from "./log.ts"
import { announce } from "./mcp/changes.ts"
import { createMcpSessions } from "./mcp/sessions.ts"
import type { Mock, TokenRequest } from "./mock.ts"
import { type MockOptions, type Settings, settle } from "./options.ts"
import { opaque } from "./randomness.ts"
import { createRoutes } from "./routes.ts"
import { parseScope, RESOURCE_SCOPES } from "./scopes.ts"
import type { World } from "./world.ts"

export type { Authority } from "./authorization/authority.ts"
export type { Behaviour, Bends } from "./behaviour.ts"
export { CHECKS, type Check, type CheckName } from "./checks.ts"
export { type Clock, type ManualClock, manualClock, systemClock } from "./clock.ts"
export type { Answer } from "./http/answer.ts"
export type { Exchange } from "./http/exchange.ts"
export type { Jwk } from "./jose/keys.ts"
export { type EventLog, logLine, type MockEvent, type RouteName } from "./log.ts"
export type { Change } from "./mcp/changes.ts"
export { REVISIONS, type Revision } from "./mcp/revisions.ts"
export type { KnownClient, Mock, TokenRequest } from "./mock.ts"
export type { MetadataForm, MockOptions, PreregisteredClient, RateLimits } from "./options.ts"
export { DEMO_PROMPTS } from "./prompts/demo.ts"
export { type Randomness, seededRandomness } from "./randomness.ts"
export { DEMO_RESOURCES, DEMO_TEMPLATES } from "./resources/demo.ts"
export { accepted, type ClientRequest, form, link, question, roots } from "./tools/client-request.ts"
export { DEMO_TOOLS } from "./tools/demo.ts"
export type { Tool, ToolContext, ToolResult } from "./tools/tool.ts"
export { DEMO_USERS, type User } from "./users.ts"

/** The fault catalogue, loaded for those who ask for it. */
export const faultCatalogue = () => import("./scenarios/index.ts")

// Events are kept for tests to look at; a server that runs for days must not grow.
const LOG_LIMIT = 5000

/**
 * Starts a strict authorization server and MCP server on one loopback port.
 *
 * ```ts
 * await using mock = await startMock({ autoApprove: true })
 * await signIn(mock.url)
 * expect(mock.log.failures()).toEqual([])
 * ```
 *
 * @throws RangeError for options that make no sense; the system's own error when the port is taken.
 */
export async function startMock(options: MockOptions = {}): Promise<Mock> {
  const faulty = (options.scenarios?.length ?? 0) > 0
  const settings = settle(faulty ? (await import("./scenarios/index.ts")).withScenarios(options) : options)
  // Loaded for those who ask for it.
  const more = settings.diagnostics ? [(await import("./diagnostics/index.ts")).DIAGNOSTICS] : []
  const closing = new AbortController()
  const log = createLog(LOG_LIMIT, settings.onEvent)
  let service: Service | undefined
  const server = createListener(() => {
    if (!service) throw new Error("a request came before the server was ready")
    return service
  })
  server.listen(settings.port, settings.host)
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  const world = createWorld(settings, port, closing.signal, more)
  const mock: Mock = {
    url: world.resource,
    issuer: world.issuer,
    origin: world.origin,
    port,
    log,
    controlToken: opaque(world.random),
    jwks: () => world.keys.published(),
    inspect: (token) => activeToken(world, token),
    addResource: (resource) => void world.resources.add(resource),
    clients: () =>
      [...world.clients.all(), ...[...world.documents.values()].map((entry) => entry.client)].map(
        ({ id, kind, metadata }) => ({
          client_id: id,
          kind,
          metadata,
        }),
      ),
    issueToken: (request = {}) => issueToken(world, request),
    revokeToken(token) {
      const grant = (world.grants.access.get(token) ?? world.grants.refresh.get(token))?.grant
      if (grant) grant.revoked = true
    },
    forgetClient(id) {
      world.clients.remove(id)
      world.grants.revokeClient(id)
    },
    dropSessions: () => world.sessions.clear(),
    announce: (change) => announce(world, change),
    endSubscriptions() {
      for (const subscription of world.subscriptions) subscription.end()
    },
    rotateKeys: (forget) => world.keys.rotate(forget),
    behave(...behaviours) {
      world.behaviours = behaviours
    },
    trust(...authorities) {
      world.authorities = resolveAuthorities(world, mock, authorities)
    },
    reset() {
      for (const store of [world.clients, world.documents, world.grants, world.browsers, world.sessions, world.limits])
        store.clear()
      mock.endSubscriptions()
      world.catalogue.clear()
      world.errands.clear()
      world.assertions.clear()
      log.clear()
      addPreregistered(world)
    },
    async close() {
      closing.abort()
      if (!server.listening) return
      const closed = once(server, "close")
      server.close()
      server.closeAllConnections()
      await closed
    },
    [Symbol.asyncDispose]: () => mock.close(),
  }
  mock.trust(...settings.authorizationServers)
  service = { world, route: withControl(mock, settings, createRoutes(world)), log }
  return mock
}

function createWorld(settings: Settings, port: number, closing: AbortSignal, more: readonly Offer[]): World {
  const { clock, random } = settings
  const origin = `http://${settings.host === "::1" ? "[::1]" : settings.host}${port === 80 ? "" : `:${port}`}`
  const resource = `${origin}${settings.mcpPath}`
  const world: World = {
    settings,
    origin,
    issuer: `${origin}${settings.issuerPath}`,
    resource,
    clock,
    random,
    keys: createKeyRing(),
    clients: createClientStore(),
    documents: new Map(),
    grants: createGrantStore(),
    browsers: createBrowserSessions(random),
    sessions: createMcpSessions(random),
    lines: new Map(),
    tasks: new Map(),
    limits: createRateLimiter(clock),
    catalogue: createCatalogue([...more, { tools: settings.tools }]),
    subscriptions: new Set(),
    errands: createErrands(random, `${origin}${settings.issuerPath}`),
    stateKey: random(32),
    resources: new Set(settings.originResource ? [resource, origin, `${origin}/`] : [resource]),
    assertions: new Map(),
    closing,
    authorities: [],
    behaviours: settings.behaviours,
  }
  addPreregistered(world)
  return world
}

function addPreregistered(world: World): void {
  for (const client of world.settings.clients) world.clients.add(preregisteredClient(client, world.clock.now()))
}

/** The issuers a resource server trusts; each is told that tokens will be asked for this resource. */
function resolveAuthorities(
  world: World,
  mock: Mock,
  authorities: readonly ("self" | Authority)[],
): readonly Authority[] {
  const resolved = authorities.map((authority) => (authority === "self" ? mock : authority))
  for (const authority of resolved) authority.addResource?.(world.resource)
  return resolved
}

function issueToken(world: World, request: TokenRequest): string {
  const { users } = world.settings
  const user = request.user === undefined ? users[0] : users.find(({ sub }) => sub === request.user)
  const grant = {
    id: opaque(world.random),
    clientId: request.clientId ?? "test-client",
    ...(user ? { user } : {}),
    scope: parseScope(request.scope ?? RESOURCE_SCOPES.join(" ")),
    resource: request.resource ?? world.resource,
    createdAt: world.clock.now(),
    revoked: false,
  }
  world.grants.add(grant)
  return issueAccessToken(world, undefined, grant, grant.scope)
}
