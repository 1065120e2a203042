import { randomUUID } from "node:crypto"
import type http from "node:http"
import { requireBearerAuth } from "@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js"
import type { OAuthTokenVerifier } from "@modelcontextprotocol/sdk/server/auth/provider.js"
import { getOAuthProtectedResourceMetadataUrl } from "@modelcontextprotocol/sdk/server/auth/router.js"
import { createMcpExpressApp } from "@modelcontextprotocol/sdk/server/express.js"
import { Server } from "@modelcontextprotocol/sdk/server/index.js"
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js"
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js"

export const scope = "mcp:tools"

export const addSchema = {
  type: "object" as const,
  properties: { a: { type: "number" as const }, b: { type: "number" as const } },
  required: ["a", "b"],
}

/** Express as the SDK brings it, with what its authors leave to the user: a bearer check before the endpoint. */
export const guardedApp = (options: { readonly resource: string; readonly verifier: OAuthTokenVerifier }) => {
  const app = createMcpExpressApp()
  const guard = requireBearerAuth({
    verifier: options.verifier,
    requiredScopes: [scope],
    resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(new URL(options.resource)),
    expectedResource: new URL(options.resource),
  })
  return { app, guard }
}

/** Tools: add, and whoami, which names the client of the token. */
export const mcpServer = () => {
  const server = new Server({ name: "sdk-1", version: "1.0.0" }, { capabilities: { tools: {} } })
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: [
      { name: "add", description: "Adds two numbers", inputSchema: addSchema },
      { name: "whoami", inputSchema: { type: "object" as const } },
    ],
  }))
  server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) => {
    const { a, b } = Object(params.arguments)
    const text = params.name === "add" ? String(a + b) : `${extra.authInfo?.clientId}`
    return { content: [{ type: "text", text }] }
  })
  return server
}

/** `@modelcontextprotocol/sdk` 1.x: Streamable HTTP with sessions. */
export const sdkEndpoint = () => {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  return async (request: http.IncomingMessage & { readonly body?: unknown }, response: http.ServerResponse) => {
    const id = request.headers["mcp-session-id"]
    let transport = typeof id === "string" ? sessions.get(id) : undefined
    if (transport === undefined) {
      const fresh = new StreamableHTTPServerTransport({
        sessionIdGenerator: () => randomUUID(),
        onsessioninitialized: (session) => void sessions.set(session, fresh),
      })
      // The SDK's own types do not agree with exactOptionalPropertyTypes.
      await mcpServer().connect(fresh as unknown as Parameters<Server["connect"]>[0])
      transport = fresh
    }
    await transport.handleRequest(request, response, request.body)
  }
}
