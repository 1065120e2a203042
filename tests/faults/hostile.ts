import type { Answer, Behaviour, Exchange } from "../../mock/index.ts"
import { addresses, contentTypes, headers, keys, PROTO, statuses, texts, values, wires } from "./hostile-values.ts"

/** The requests of a sign-in and one call, in order. */
export const legs = [
  "probe",
  "resource metadata",
  "server metadata",
  "registration",
  "authorization",
  "token",
  "discover",
  "list",
  "call",
] as const
type Leg = (typeof legs)[number]

const routes: Readonly<Record<string, Leg>> = {
  prm: "resource metadata",
  metadata: "server metadata",
  register: "registration",
  authorize: "authorization",
  token: "token",
}
const paths: readonly (readonly [RegExp, Leg])[] = [
  [/^\/\.well-known\/oauth-protected-resource/, "resource metadata"],
  [/^\/\.well-known\//, "server metadata"],
  [/^\/register$/, "registration"],
  [/^\/authorize$/, "authorization"],
  [/^\/token$/, "token"],
]
const methods: Readonly<Record<string, Leg>> = {
  "server/discover": "discover",
  initialize: "discover",
  "tools/list": "list",
  "tools/call": "call",
}

const legOf = (exchange: Exchange): Leg | undefined => {
  // Over HTTP+SSE messages go to an address of their own.
  const method = methods[exchange.event.rpc ?? exchange.header("mcp-method") ?? ""]
  const authorized = exchange.header("authorization") !== undefined
  if (authorized && method !== undefined) return method
  if (exchange.path === "/mcp") return authorized ? undefined : "probe"
  return routes[exchange.event.route] ?? paths.find(([pattern]) => pattern.test(exchange.path))?.[1]
}

const at = <A>(list: ReadonlyArray<A>, index: number): A => {
  const found = list[index % list.length]
  if (found === undefined) throw new RangeError("an empty list")
  return found
}

type Step = string | number

/** Every place within a document. */
const places = (value: unknown, path: ReadonlyArray<Step> = []): ReadonlyArray<ReadonlyArray<Step>> =>
  typeof value !== "object" || value === null
    ? [path]
    : [path, ...Object.entries(value).flatMap(([key, member]) => places(member, [...path, key]))]

/** A copy that holds something else at that place; `undefined` removes it. */
const changed = (value: unknown, [step, ...rest]: ReadonlyArray<Step>, other: unknown): unknown => {
  if (step === undefined) return other
  if (typeof value !== "object" || value === null) return value
  const inner = changed(Object.entries(value).find(([key]) => key === String(step))?.[1], rest, other)
  return Object.assign(Array.isArray(value) ? [] : {}, value, { [step]: inner })
}

const asText = (json: unknown): string => JSON.stringify(json ?? null).replaceAll(`"${PROTO}"`, '"__proto__"')

const json = (answer: Answer, body: unknown): Answer => {
  const { json: _, ...rest } = answer
  return { ...rest, text: asText(body) }
}

const bodyOf = ({ json: body, text }: Answer): string => text ?? asText(body)

/** One mutation: of which answer, of which kind, where, and what instead. */
export interface Blow {
  readonly leg: number
  readonly kind: number
  readonly place: number
  readonly choice: number
}

type Strike = (answer: Answer, blow: Blow, origin: string) => Answer

const strikes: ReadonlyArray<Strike> = [
  // Another value somewhere.
  (answer, { place, choice }, origin) =>
    json(answer, changed(answer.json, at(places(answer.json), place), at(values(origin), choice))),
  // The same where it hurts most: an address.
  (answer, { place, choice }, origin) => {
    const found = places(answer.json).filter((path) => /uri|url|endpoint|issuer|resource|servers/.test(path.join(".")))
    return found.length === 0
      ? answer
      : json(answer, changed(answer.json, at(found, place), at(addresses(origin), choice)))
  },
  // Nothing there.
  (answer, { place }) => json(answer, changed(answer.json, at(places(answer.json), place), undefined)),
  // One member more.
  (answer, { place, choice }, origin) => {
    const parent = at(places(answer.json), place).slice(0, -1)
    return json(answer, changed(answer.json, [...parent, at(keys, choice)], at(values(origin), place + choice)))
  },
  // Other text altogether.
  (answer, { choice }) => {
    const { json: _, ...rest } = answer
    return { ...rest, text: at(texts(bodyOf(answer)), choice) }
  },
  (answer, { choice }) => ({ ...answer, headers: { ...answer.headers, "content-type": at(contentTypes, choice) } }),
  (answer, { choice }) => ({ ...answer, status: at(statuses, choice) }),
  (answer, { choice }, origin) => ({ ...answer, headers: { ...answer.headers, ...at(headers(origin), choice) } }),
  // Status and headers at once: redirects, challenges.
  (answer, { place, choice }, origin) => ({
    ...answer,
    status: at([401, 403, 301, 302, 303, 307, 308], place),
    headers: { ...answer.headers, ...at(headers(origin), choice) },
  }),
]

/** The last kind is below HTTP. */
export const kinds = strikes.length + 1

/** A server that answers honestly but for these blows. */
export const hostile = (blows: ReadonlyArray<Blow>): Behaviour => {
  const meant = (exchange: Exchange) => {
    const leg = legOf(exchange)
    return blows.filter((blow) => at(legs, blow.leg) === leg)
  }
  return {
    intercept(exchange, response) {
      const raw = meant(exchange).find(({ kind }) => kind % kinds === strikes.length)
      if (raw === undefined) return false
      exchange.event.route = "none"
      response.socket?.end(at(wires, raw.choice), "latin1")
      return true
    },
    answer(honest, exchange) {
      const origin = `http://${exchange.header("host")}`
      return meant(exchange).reduce(
        (answer, blow) => strikes[blow.kind % kinds]?.(answer, blow, origin) ?? answer,
        honest,
      )
    },
  }
}
