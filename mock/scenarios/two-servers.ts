import { type Answer, json, redirect } from "../http/answer.ts"
import type { Exchange } from "../http/exchange.ts"
import type { JsonObject } from "../json.ts"
import { SERVER_METADATA } from "../well-known.ts"
import { bent, type Fault, originOf, RESOURCE_DOCUMENT } from "./scenario.ts"

/** Metadata of a second authorization server on this port; its endpoints are the first one's, but for those named. */
const second = (origin: string, name: string, endpoints: JsonObject = {}): Answer =>
  json(200, {
    issuer: `${origin}/${name}`,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    registration_endpoint: `${origin}/register`,
    response_types_supported: ["code"],
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: ["none", "client_secret_basic", "client_secret_post"],
    authorization_response_iss_parameter_supported: true,
    ...endpoints,
  })

const mixUp = () =>
  bent("names an attacker's authorization server, whose page leads to an honest one", () => ({
    prm: (honest, exchange) => ({ ...honest, authorization_servers: [`${originOf(exchange)}/attacker`] }),
    answer(honest, exchange) {
      const origin = originOf(exchange)
      if (exchange.path === `${SERVER_METADATA}/attacker`)
        return second(origin, "attacker", {
          authorization_endpoint: `${origin}/attacker/authorize`,
          token_endpoint: `${origin}/attacker/token`,
        })
      if (exchange.path === "/attacker/authorize") return redirect(`${origin}/authorize?${exchange.query}`)
      return honest
    },
  }))

const migration = () =>
  bent("lists its tools, and has another authorization server from then on", () => {
    const old = new Set<string>()
    let moved = false
    let settled = false
    const tokenOf = (exchange: Exchange) => exchange.header("authorization") ?? ""
    return {
      prm: (honest, exchange) =>
        moved ? { ...honest, authorization_servers: [`${originOf(exchange)}/moved`] } : honest,
      authorizeResponse(honest, exchange) {
        const parameters = new URLSearchParams(honest)
        settled = moved
        if (moved) parameters.set("iss", `${originOf(exchange)}/moved`)
        return parameters
      },
      answer(honest, exchange) {
        const origin = originOf(exchange)
        if (moved && exchange.path === `${SERVER_METADATA}/moved`) return second(origin, "moved")
        // The old one has closed: it renews nothing any more.
        if (moved && !settled && exchange.event.route === "token") return json(400, { error: "invalid_grant" })
        if (exchange.event.route !== "mcp") return honest
        if (moved && old.has(tokenOf(exchange)))
          return {
            status: 401,
            headers: {
              "www-authenticate": `Bearer error="invalid_token", resource_metadata="${origin}${RESOURCE_DOCUMENT}"`,
            },
          }
        if (!moved && exchange.event.rpc === "tools/list" && honest.status === 200) {
          moved = true
          old.add(tokenOf(exchange))
        }
        return honest
      },
    }
  })

/** Attacks and changes in which somebody else has a part; all of them are played by this one port. */
export const TWO_SERVERS: readonly Fault[] = [
  {
    numbers: ["F-32"],
    title: "Mix-up of two authorization servers",
    clientMust: "see that iss is another's, and send the code to nobody",
    rule: "CR-47",
    switches: { "mix-up": mixUp() },
  },
  {
    numbers: ["F-47"],
    title: "Another authorization server in the middle of a session",
    clientMust: "say so, begin anew there, and send it nothing that the old one gave",
    rule: "CR-70",
    switches: { "as-migration": migration() },
  },
]
