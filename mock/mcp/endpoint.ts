import { type Answer, json, Refusal } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { originAllowed } from "../http/origin.ts"
import { isObject, type JsonObject } from "../json.ts"
import { type Principal, principalOf } from "../resource/access.ts"
import { scopeMissing, tokenMissing } from "../resource/challenge.ts"
import { BASE_SCOPE } from "../scopes.ts"
import type { World } from "../world.ts"
import { answerLegacy } from "./legacy.ts"
import { endSession, methodNotAllowed, openStream } from "./legacy-session.ts"
import { readJson } from "./message.ts"
import { answerModern, claimedVersion } from "./modern.ts"
import { ownerOf } from "./owner.ts"
import { MODERN } from "./revisions.ts"
import { calledTool } from "./tool-methods.ts"

/** A body whose sender was allowed in. */
export interface Admitted {
  readonly body: unknown
  readonly principal: Principal | undefined
  /** A call of a tool that is open to all, by somebody without a token. */
  readonly open: boolean
}

/** POST to the MCP endpoint. */
export async function postMcp(world: World, exchange: Exchange): Promise<Answer> {
  const { body, principal, open } = await admit(world, exchange, () => readJson(exchange))
  return isModern(world, exchange, body)
    ? answerModern(world, exchange, principal, body)
    : answerLegacy(world, exchange, principal, body, open)
}

/** GET to the MCP endpoint. */
export function getMcp(world: World, exchange: Exchange): Answer {
  const principal = admitWithoutBody(world, exchange)
  return streamsAndSessions(world, exchange)
    ? openStream(world, exchange, ownerOf(principal))
    : methodNotAllowed("POST")
}

/** DELETE to the MCP endpoint. */
export function deleteMcp(world: World, exchange: Exchange): Answer {
  const principal = admitWithoutBody(world, exchange)
  return streamsAndSessions(world, exchange)
    ? endSession(world, exchange, ownerOf(principal))
    : methodNotAllowed("POST")
}

/** Who is asking, before anything else is answered: every request stands for itself (MCP, Token Requirements). */
export async function admit(world: World, exchange: Exchange, read: () => Promise<unknown>): Promise<Admitted> {
  checkOrigin(world, exchange)
  if (world.settings.noAuth) return { body: await read(), principal: undefined, open: false }
  const principal = principalOf(world, exchange)
  if (principal) {
    const body = await read()
    checkScope(world, exchange, principal, body)
    return { body, principal, open: false }
  }
  // Without a token the body decides whether one is needed; a body that makes no sense gets the same 401.
  const body = await read().catch((error: unknown) => {
    if (error instanceof Refusal && error.answer.status === 413) throw error
    return undefined
  })
  if (!isOpenCall(world, body)) throw tokenMissing(world, exchange)
  return { body, principal: undefined, open: true }
}

/** The same for a request that has no body. */
export function admitWithoutBody(world: World, exchange: Exchange): Principal | undefined {
  checkOrigin(world, exchange)
  if (world.settings.noAuth) return undefined
  const principal = principalOf(world, exchange)
  if (!principal) throw tokenMissing(world, exchange)
  checkScope(world, exchange, principal, undefined)
  return principal
}

/** DNS rebinding and pages of other sites (MCP streamable HTTP, Security Warning). */
function checkOrigin(world: World, exchange: Exchange): void {
  const origin = exchange.header("origin")
  exchange.enforce(
    "origin-allowed",
    origin === undefined || originAllowed(world.settings.allowedOrigins, origin),
    () => new Refusal(json(403, { error: "forbidden", error_description: "this origin is not allowed" })),
    origin,
  )
}

/** Every scope that the messages need is named at once, so that one step-up is enough. */
function checkScope(world: World, exchange: Exchange, principal: Principal, body: unknown): void {
  const needed = new Set([BASE_SCOPE])
  for (const message of Array.isArray(body) ? body : [body]) {
    for (const scope of toolOf(world, message)?.scopes ?? []) needed.add(scope)
  }
  const missing = [...needed].filter((scope) => !principal.scope.includes(scope))
  exchange.enforce(
    "scope-sufficient",
    missing.length === 0,
    () => scopeMissing(world, exchange, [...needed]),
    missing.join(" "),
  )
}

const toolOf = (world: World, message: unknown) =>
  isObject(message) && message.method === "tools/call" && isObject(message.params)
    ? calledTool(world.catalogue.tools, message.params)
    : undefined

const isOpenCall = (world: World, body: unknown): body is JsonObject => toolOf(world, body)?.open === true

/** Which era a body belongs to: what it claims in `_meta` counts first, then the header, then the method. */
function isModern(world: World, exchange: Exchange, body: unknown): boolean {
  const { revisions } = world.settings
  if (!revisions.includes(MODERN)) return false
  const method = isObject(body) ? body.method : undefined
  if (revisions.length === 1) return method !== "initialize" || claimedVersion(body) !== undefined
  if (claimedVersion(body) !== undefined) return true
  return exchange.header("mcp-protocol-version") === MODERN || method === "server/discover"
}

/** GET and DELETE exist for sessions only; 2026-07-28 has none. */
const streamsAndSessions = (world: World, exchange: Exchange): boolean =>
  world.settings.sessions &&
  world.settings.revisions.some((revision) => revision !== MODERN) &&
  exchange.header("mcp-protocol-version") !== MODERN
