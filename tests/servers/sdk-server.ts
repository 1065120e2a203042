import { mcpAuthRouter } from "@modelcontextprotocol/sdk/server/auth/router.js"
import { listen } from "./listening.ts"
import { SdkProvider } from "./sdk-provider.ts"
import { guardedApp, scope, sdkEndpoint } from "./sdk-resource.ts"
import type { ThirdParty } from "./third-party.ts"

/** (a) The official SDK as it is meant to be used: its OAuth router and its MCP endpoint on one port. */
export const sdkServer = async (options: { readonly expiresIn?: number } = {}): Promise<ThirdParty> => {
  const provider = new SdkProvider(options.expiresIn ?? 3600)
  const listening = await listen((origin) => {
    const { app, guard } = guardedApp({ resource: `${origin}/mcp`, verifier: provider })
    app.use(
      mcpAuthRouter({
        provider,
        issuerUrl: new URL(origin),
        resourceServerUrl: new URL(`${origin}/mcp`),
        scopesSupported: [scope],
      }),
    )
    app.all("/mcp", guard, sdkEndpoint())
    return app
  })
  return {
    url: `${listening.origin}/mcp`,
    // As the SDK spells it: with the slash that URL adds.
    issuer: `${listening.origin}/`,
    seen: listening.seen,
    expireAccessTokens: () => provider.access.clear(),
    liveTokens: () => provider.access.size + provider.refresh.size,
    afterLogout: "revoked at the server and deleted here",
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  }
}
