import type { ServerResponse } from "node:http"
import type { Behaviour } from "../behaviour.ts"
import type { Answer } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import { isObject, type JsonObject } from "../json.ts"
import type { RouteName } from "../log.ts"
import type { MockOptions } from "../options.ts"
import { RESOURCE_METADATA } from "../well-known.ts"

/** What a switch changes: options, and ways to misbehave. */
export type Changes = Omit<MockOptions, "scenarios" | "port" | "host" | "onEvent" | "clock" | "random">

/** One name for `--scenario`. `apply` is called once per mock, so that what it counts begins anew. */
export interface Switch {
  /** What the mock does. */
  readonly does: string
  readonly apply: () => Changes
}

/** A fault or quirk: what an honest client must do about it, and the switches that show it. */
export interface Fault {
  /** `F-5` is the fault catalogue's, `Q-7` the list of real servers' quirks. Each number is claimed once. */
  readonly numbers: readonly string[]
  readonly title: string
  readonly clientMust: string
  readonly rule: string
  readonly switches: Readonly<Record<string, Switch>>
}

/** A switch by its name, with the fault that it belongs to. */
export interface Scenario extends Switch, Omit<Fault, "switches"> {
  readonly name: string
}

/** Where the resource metadata of the mock is, unless options say otherwise. */
export const RESOURCE_DOCUMENT = `${RESOURCE_METADATA}/mcp`

/** Scheme, host and port that the request was sent to. */
export const originOf = (exchange: Exchange): string => `http://${exchange.header("host") ?? "127.0.0.1"}`

type Members = JsonObject | ((origin: string, honest: JsonObject) => JsonObject)

const set =
  (members: Members) =>
  (honest: JsonObject, exchange: Exchange): JsonObject => ({
    ...honest,
    ...(typeof members === "function" ? members(originOf(exchange), honest) : members),
  })

/** A switch made of one behaviour. */
export const bent = (does: string, make: () => Behaviour): Switch => ({
  does,
  apply: () => ({ behaviours: [make()] }),
})

/** A switch that only sets options. */
export const option = (does: string, changes: Changes): Switch => ({ does, apply: () => changes })

/** Sets members of the authorization server metadata; `undefined` removes one. */
export const metadata = (does: string, members: Members): Switch => bent(does, () => ({ metadata: set(members) }))

/** Sets members of the protected resource metadata. */
export const resourceMetadata = (does: string, members: Members): Switch => bent(does, () => ({ prm: set(members) }))

/** Other `WWW-Authenticate` fields; the function is given the URL of the resource metadata. */
export const challenge = (does: string, fields: (url: string) => readonly string[]): Switch =>
  bent(does, () => ({
    challenge: (_, exchange) => fields(`${originOf(exchange)}${RESOURCE_DOCUMENT}`),
  }))

const succeeded = (answer: Answer): boolean => answer.status < 300

/** Sets members of a successful answer. */
export const members =
  (change: Members) =>
  (answer: Answer, exchange: Exchange): Answer =>
    succeeded(answer) ? { ...answer, json: set(change)(answer.json as JsonObject, exchange) } : answer

/** Sets members of a successful token answer. */
export const tokenMembers = (does: string, change: Members): Switch => bent(does, () => ({ token: members(change) }))

/** Sets members of a successful registration answer. */
export const registrationMembers = (does: string, change: Members): Switch =>
  bent(does, () => ({ registration: members(change) }))

/** Another answer on that route, at most so many times. */
export const instead = (
  route: RouteName,
  answer: (exchange: Exchange) => Answer,
  times = Number.POSITIVE_INFINITY,
): Behaviour => {
  let left = times
  return {
    answer(honest, exchange) {
      if (exchange.event.route !== route || left <= 0) return honest
      left -= 1
      return answer(exchange)
    },
  }
}

/** A text of any type as an answer. */
export const text = (status: number, type: string, body: string, headers: Answer["headers"] = {}): Answer => ({
  status,
  headers: { "content-type": type, ...headers },
  text: body,
})

/** A page with everything that must not reach a terminal or a browser. */
export const HTML =
  '<!doctype html><html><script>alert("boo")</script><h1>\u001b[31mSign in\u001b]0;owned\u0007</h1></html>'

/** Deals with the first requests of a path itself. */
export const seize = (
  path: string,
  handle: NonNullable<Behaviour["intercept"]>,
  times = Number.POSITIVE_INFINITY,
): Behaviour => {
  let left = times
  return {
    intercept(exchange, response) {
      if (exchange.path !== path || left <= 0) return false
      left -= 1
      return handle(exchange, response)
    },
  }
}

/** Deals with tool calls of 2026-07-28 itself, down to the bytes; it is given the message that came. */
export const seizeCalls = (handle: (message: JsonObject, response: ServerResponse) => void): Behaviour => ({
  async intercept(exchange, response) {
    if (exchange.header("mcp-method") !== "tools/call") return false
    exchange.event.route = "mcp"
    exchange.event.rpc = "tools/call"
    const message: unknown = JSON.parse(await exchange.text(1024 * 1024))
    handle(isObject(message) ? message : {}, response)
    return true
  },
})

/** Changes the result of one JSON-RPC method. */
export const result = (does: string, method: string, change: (honest: JsonObject) => JsonObject): Switch =>
  bent(does, () => ({
    mcp: (message, exchange) =>
      exchange.event.rpc === method && isObject(message.result)
        ? { ...message, result: change(message.result) }
        : message,
  }))

/** Changes the tools in every list. */
export const tools = (does: string, change: (honest: readonly unknown[]) => readonly unknown[]): Switch =>
  result(does, "tools/list", (honest) => ({
    ...honest,
    tools: change(Array.isArray(honest.tools) ? honest.tools : []),
  }))

/** Changes one tool in every list. */
export const tool = (does: string, name: string, change: (honest: JsonObject) => JsonObject): Switch =>
  tools(does, (honest) => honest.map((one) => (isObject(one) && one.name === name ? change(one) : one)))

/** Both at once, under one name. */
export const both = (does: string, one: Switch, other: Switch): Switch => ({
  does,
  apply: () => {
    const [first, second] = [one.apply(), other.apply()]
    return { ...first, ...second, behaviours: [...(first.behaviours ?? []), ...(second.behaviours ?? [])] }
  },
})
