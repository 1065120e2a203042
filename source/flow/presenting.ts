import * as Effect from "effect/Effect"
import type { Credentials } from "../mcp/connection.ts"
import { authorizationHeaders } from "../oauth/authorization-headers.ts"
import { learnNonce } from "../oauth/dpop.ts"
import type { Grant } from "../oauth/grant.ts"
import { Entropy } from "../text/entropy.ts"

/**
 * How requests to the MCP server carry the grant: a bearer token as it is, a bound one with a fresh proof for every request
 * (RFC 9449 §7.1). mcp/ knows nothing of grants; this is the border.
 */
export const presenting = Effect.fn("flow.presenting")(function* (grant: Grant | undefined) {
  if (grant === undefined) return {} satisfies Credentials
  const { dpopKey } = grant
  if (dpopKey === undefined) return { token: grant.accessToken } satisfies Credentials
  const entropy = yield* Entropy
  const credentials: Credentials = {
    token: grant.accessToken,
    authorize: ({ method, url, nonce }) => {
      if (nonce !== undefined) learnNonce(dpopKey, { url, headers: [["dpop-nonce", nonce]] })
      return authorizationHeaders(grant, { method, url }).pipe(
        // A token that cannot be presented is left out; the server's 401 then starts what is needed.
        Effect.catch(() => Effect.succeed({})),
        Effect.provideService(Entropy, entropy),
      )
    },
  }
  return credentials
})
