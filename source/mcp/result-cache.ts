import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Secret } from "../text/secret.ts"
import type { Answer, Connection } from "./connection.ts"
import type { Notification } from "./conversation.ts"
import type { JsonObject } from "./json-rpc.ts"

interface Kept {
  readonly answer: Answer
  /** Milliseconds since the epoch. */
  readonly until: number
  /** Whose answer it is; none means everybody's. */
  readonly owner: { readonly token: Secret | undefined } | undefined
  readonly method: string
  readonly uri: unknown
}

/** Answers that their server called fresh for a while (MR-58). */
export type ResultCache = Map<string, Kept>

/**
 * Where answers are kept. Nowhere, unless provided: a person who asks for a list wants it to be asked for. `bridge` serves
 * programs, which ask again and again.
 */
export const ResultCache = Context.Reference<ResultCache | undefined>("mcp-dcr-tui/mcp/ResultCache", {
  defaultValue: () => undefined,
})

/** Methods whose results may say how long they hold (2026-07-28, Caching). */
const cacheable: ReadonlySet<string> = new Set([
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "resources/read",
])

/** Answers kept at once, and the longest time that any is kept. */
const mostKept = 1000
const longestMillis = 24 * 3_600_000

interface Asked extends Connection {
  readonly method: string
  readonly params?: JsonObject | undefined
}

/** What the answer depends on. What belongs to one request only, such as a progress token, is not part of it. */
const keyOf = ({ session, method, params = {} }: Asked): string => {
  const { _meta, ...rest } = params
  return JSON.stringify([session.url, session.protocolVersion, method, rest])
}

/** An answer to the very same request that still holds. One that is private belongs to the token it was got with. */
export const cachedAnswer = Effect.fnUntraced(function* (request: Asked) {
  const cache = yield* ResultCache
  const kept = cache?.get(keyOf(request))
  if (kept === undefined || (yield* Clock.currentTimeMillis) >= kept.until) return undefined
  return kept.owner === undefined || kept.owner.token === request.token ? kept.answer : undefined
})

/**
 * Keeps an answer for as long as its server says. Without `ttlMs` nothing is kept, and without `cacheScope` it is private.
 * Only for the first answer to a request: what came after questions depends on what was answered.
 */
export const keepAnswer = Effect.fnUntraced(function* (request: Asked, answer: Answer) {
  const cache = yield* ResultCache
  const { ttlMs, cacheScope, resultType = "complete" } = answer.result
  if (cache === undefined || !cacheable.has(request.method) || resultType !== "complete") return
  const key = keyOf(request)
  cache.delete(key)
  if (typeof ttlMs !== "number" || !(ttlMs > 0)) return
  // The eldest goes first.
  const [eldest] = cache.keys()
  if (cache.size >= mostKept && eldest !== undefined) cache.delete(eldest)
  cache.set(key, {
    answer,
    until: (yield* Clock.currentTimeMillis) + Math.min(ttlMs, longestMillis),
    owner: cacheScope === "public" ? undefined : { token: request.token },
    method: request.method,
    uri: request.params?.uri,
  })
})

/** Which answers a notification makes stale. */
const stale: Readonly<Record<string, (kept: Kept, params: JsonObject) => boolean>> = {
  "notifications/tools/list_changed": ({ method }) => method === "tools/list",
  "notifications/prompts/list_changed": ({ method }) => method === "prompts/list",
  "notifications/resources/list_changed": ({ method }) => /^resources\/(templates\/)?list$/.test(method),
  "notifications/resources/updated": ({ method, uri }, params) => method === "resources/read" && uri === params.uri,
}

/** Forgets what the server says has changed. */
export const dropStale = (cache: ResultCache | undefined, { method, params }: Notification): void => {
  const isStale = Object.hasOwn(stale, method) ? stale[method] : undefined
  if (cache === undefined || isStale === undefined) return
  for (const [key, kept] of cache) if (isStale(kept, params)) cache.delete(key)
}
