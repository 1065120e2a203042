import type http from "node:http"
import type { AuthInfo } from "@modelcontextprotocol/sdk/server/auth/types.js"
import { createMcpHandler, fromJsonSchema, McpServer } from "@modelcontextprotocol/server"
import { addSchema } from "./sdk-resource.ts"

const modernServer = (auth: AuthInfo | undefined) => {
  const server = new McpServer({ name: "server-2", version: "2.0.0" })
  server.registerTool(
    "add",
    { description: "Adds two numbers", inputSchema: fromJsonSchema<{ a: number; b: number }>(addSchema) },
    async ({ a, b }) => ({ content: [{ type: "text", text: String(a + b) }] }),
  )
  server.registerTool("whoami", {}, async () => ({ content: [{ type: "text", text: `${auth?.clientId}` }] }))
  return server
}

/** `@modelcontextprotocol/server` 2.x, revision 2026-07-28 only, behind the same guard as the older SDK. */
export const modernEndpoint = () => {
  const handler = createMcpHandler(({ authInfo }) => modernServer(authInfo), { legacy: "reject" })
  return async (
    request: http.IncomingMessage & { readonly body?: unknown; readonly auth?: AuthInfo },
    response: http.ServerResponse,
  ) => {
    const answer = await handler.fetch(
      new Request(`http://${request.headers.host}${request.url}`, {
        method: request.method ?? "GET",
        headers: Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]),
        ...(request.method === "POST" ? { body: JSON.stringify(request.body) } : {}),
      }),
      request.auth === undefined ? {} : { authInfo: request.auth },
    )
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    if (answer.body !== null) for await (const chunk of answer.body) response.write(chunk)
    response.end()
  }
}
