import type http from "node:http"
import { mcpAuthRouter } from "@modelcontextprotocol/sdk/server/auth/router.js"
import type { Server } from "@modelcontextprotocol/sdk/server/index.js"
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js"
import { listen } from "./listening.ts"
import { SdkProvider } from "./sdk-provider.ts"
import { guardedApp, mcpServer, scope } from "./sdk-resource.ts"

type Request = http.IncomingMessage & { readonly body?: unknown }

/** `@modelcontextprotocol/sdk` 1.x over HTTP+SSE: a GET opens the stream, messages go to another path. */
const sseEndpoint = () => {
  const lines = new Map<string, SSEServerTransport>()
  return {
    open: async (_: Request, response: http.ServerResponse) => {
      const transport = new SSEServerTransport("/messages", response)
      lines.set(transport.sessionId, transport)
      // The SDK's own types do not agree with exactOptionalPropertyTypes.
      await mcpServer().connect(transport as unknown as Parameters<Server["connect"]>[0])
    },
    message: async (request: Request, response: http.ServerResponse) => {
      const id = new URL(request.url ?? "", "http://x").searchParams.get("sessionId") ?? ""
      const line = lines.get(id)
      if (line === undefined) response.writeHead(404).end("no such session")
      else await line.handlePostMessage(request, response, request.body)
    },
    /** Ends every stream, as a restart would. */
    drop: () => {
      for (const line of lines.values()) void line.close()
      lines.clear()
    },
  }
}

/** The official SDK's own server of the old transport, with its OAuth router before it or without. */
export const sdkSseServer = async ({ oauth }: { readonly oauth: boolean }) => {
  const provider = new SdkProvider(3600)
  const { open, message, drop } = sseEndpoint()
  const listening = await listen((origin) => {
    const { app, guard } = guardedApp({ resource: `${origin}/sse`, verifier: provider })
    if (oauth)
      app.use(
        mcpAuthRouter({
          provider,
          issuerUrl: new URL(origin),
          resourceServerUrl: new URL(`${origin}/sse`),
          scopesSupported: [scope],
        }),
      )
    const guards = oauth ? [guard] : []
    app.get("/sse", ...guards, open)
    app.post("/messages", ...guards, message)
    return app
  })
  return {
    url: `${listening.origin}/sse`,
    seen: listening.seen,
    drop,
    expireAccessTokens: () => provider.access.clear(),
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  }
}
