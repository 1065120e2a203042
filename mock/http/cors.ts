import type { Route } from "../routes.ts"
import type { World } from "../world.ts"
import { type Answer, empty } from "./answer.ts"
import type { Exchange } from "./exchange.ts"
import { originAllowed } from "./origin.ts"

// What a page may read beside the body: without WWW-Authenticate it could not find the metadata.
const EXPOSED = "WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, Retry-After"

/** Headers that let pages of other origins read the answer; never with credentials, never at the authorization endpoint. */
export function corsHeaders(world: World, exchange: Exchange, route: Route | undefined): Answer["headers"] {
  const origin = exchange.header("origin")
  if (!route || origin === undefined || route.cors === "none") return {}
  if (route.cors === "own" && !originAllowed(world.settings.allowedOrigins, origin)) return {}
  return {
    "access-control-allow-origin": route.cors === "any" ? "*" : origin,
    "access-control-expose-headers": EXPOSED,
    ...(route.cors === "own" ? { vary: "Origin" } : {}),
  }
}

/** The answer to a preflight; none where no page may call. */
export const preflight = (route: Route): Answer | undefined =>
  route.cors === "none"
    ? undefined
    : empty(204, {
        "access-control-allow-methods": Object.keys(route.methods).join(", "),
        "access-control-allow-headers":
          "Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, Last-Event-ID",
        "access-control-max-age": "600",
      })
