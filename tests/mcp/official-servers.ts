import { randomUUID } from "node:crypto"
import http from "node:http"
import type net from "node:net"
import { completable } from "@modelcontextprotocol/sdk/server/completable.js"
import { Server } from "@modelcontextprotocol/sdk/server/index.js"
import { McpServer as ClassicServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js"
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js"
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js"
import { createMcpHandler, fromJsonSchema, McpServer } from "@modelcontextprotocol/server"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { z } from "zod"

/** Servers that nobody here wrote, as oracles: both official SDKs on Node's own http. */
export interface OfficialServer {
  readonly url: string
  /** HTTP method and JSON-RPC method of each request. */
  readonly seen: Array<string>
}

type Handler = (request: http.IncomingMessage, response: http.ServerResponse, body: unknown) => Promise<void>

const listen = (handle: Handler): Effect.Effect<OfficialServer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<OfficialServer & { readonly server: http.Server }>((resume) => {
      const seen: Array<string> = []
      const server = http.createServer((request, response) => {
        const parts: Array<Buffer> = []
        request.on("data", (part: Buffer) => parts.push(part))
        request.on("end", () => {
          const text = Buffer.concat(parts).toString("utf8")
          const body: unknown = text === "" ? undefined : JSON.parse(text)
          seen.push(`${request.method} ${Object(body).method ?? ""}`.trim())
          void handle(request, response, body)
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as net.AddressInfo
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}/mcp`, seen, server }))
      })
    }),
    ({ server }) =>
      Effect.callback<void>((resume) => {
        server.closeAllConnections()
        server.close(() => resume(Effect.void))
      }),
  )

const addSchema = {
  type: "object" as const,
  properties: { a: { type: "number" as const }, b: { type: "number" as const } },
  required: ["a", "b"],
}

const region = { type: "string" as const, "x-mcp-header": "Region" }

/** `@modelcontextprotocol/sdk` 1.x: sessions, JSON or event streams. Tools: add, slow (progress), fail; pages of two. */
export const sdkServer = (enableJsonResponse: boolean) =>
  Effect.suspend(() => {
    const sessions = new Map<string, StreamableHTTPServerTransport>()
    const build = () => {
      const server = new Server(
        { name: "sdk-1", version: "1.0.0" },
        { capabilities: { tools: {} }, instructions: "hello" },
      )
      const tools = ["add", "slow", "fail"].map((name) => ({
        name,
        inputSchema: name === "add" ? addSchema : { type: "object" as const },
      }))
      server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
        const from = Number(params?.cursor ?? 0)
        return {
          tools: tools.slice(from, from + 2),
          ...(from + 2 < tools.length ? { nextCursor: String(from + 2) } : {}),
        }
      })
      server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
        if (params.name === "fail") return { content: [{ type: "text", text: "no" }], isError: true }
        if (params.name === "add") {
          const { a, b } = Object(params.arguments)
          return { content: [{ type: "text", text: String(a + b) }] }
        }
        const progressToken = params._meta?.progressToken
        if (progressToken !== undefined)
          for (const progress of [1, 2])
            await extra.sendNotification({
              method: "notifications/progress",
              params: { progressToken, progress, total: 2 },
            })
        return { content: [{ type: "text", text: "done" }] }
      })
      return server
    }
    return listen(async (request, response, body) => {
      const id = request.headers["mcp-session-id"]
      let transport = typeof id === "string" ? sessions.get(id) : undefined
      if (transport === undefined) {
        const fresh = new StreamableHTTPServerTransport({
          sessionIdGenerator: () => randomUUID(),
          enableJsonResponse,
          onsessioninitialized: (session) => void sessions.set(session, fresh),
        })
        // The SDK's own types do not agree with exactOptionalPropertyTypes.
        await build().connect(fresh as unknown as Parameters<Server["connect"]>[0])
        transport = fresh
      }
      await transport.handleRequest(request, response, body)
    })
  })

/** `@modelcontextprotocol/server` 2.x on its fetch face: 2026-07-28, and earlier revisions if `legacy` is stateless. */
export const modernServer = (legacy: "stateless" | "reject") =>
  Effect.suspend(() => {
    const handler = createMcpHandler(
      () => {
        const server = new McpServer({ name: "server-2", version: "2.0.0" }, { instructions: "hello" })
        server.registerTool(
          "add",
          { inputSchema: fromJsonSchema<{ a: number; b: number }>(addSchema) },
          async ({ a, b }) => ({ content: [{ type: "text", text: String(a + b) }] }),
        )
        server.registerTool(
          "where",
          {
            inputSchema: fromJsonSchema<{ region: string }>({
              type: "object",
              properties: { region },
            }),
          },
          async ({ region }) => ({ content: [{ type: "text", text: region }] }),
        )
        server.registerTool("slow", {}, async (context) => {
          const progressToken = context.mcpReq._meta?.progressToken
          if (progressToken !== undefined)
            for (const progress of [1, 2])
              await context.mcpReq.notify({
                method: "notifications/progress",
                params: { progressToken, progress, total: 2 },
              })
          return { content: [{ type: "text", text: "done" }] }
        })
        server.registerTool("fail", {}, async () => ({ content: [{ type: "text", text: "no" }], isError: true }))
        return server
      },
      { legacy },
    )
    return listen(async (request, response, body) => {
      const answer = await handler.fetch(
        new Request(`http://${request.headers.host}${request.url}`, {
          method: request.method ?? "GET",
          headers: Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]),
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      )
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      if (answer.body !== null) for await (const chunk of answer.body) response.write(chunk)
      response.end()
    })
  })

/** Sessions of the 1.x SDK around servers of one kind. */
const sessionsOf = (
  build: () => Server,
  options: Pick<
    NonNullable<ConstructorParameters<typeof StreamableHTTPServerTransport>[0]>,
    "eventStore" | "retryInterval"
  > = {},
) =>
  Effect.suspend(() => {
    const sessions = new Map<string, StreamableHTTPServerTransport>()
    return listen(async (request, response, body) => {
      const id = request.headers["mcp-session-id"]
      let transport = typeof id === "string" ? sessions.get(id) : undefined
      if (transport === undefined) {
        const fresh = new StreamableHTTPServerTransport({
          ...options,
          sessionIdGenerator: () => randomUUID(),
          onsessioninitialized: (session) => void sessions.set(session, fresh),
        })
        await build().connect(fresh as unknown as Parameters<Server["connect"]>[0])
        transport = fresh
      }
      await transport.handleRequest(request, response, body)
    })
  })

/** Closes the stream of a call before it is done; the rest comes on a stream that is asked for again. */
export const resumableServer = Effect.suspend(() => {
  const events: Array<{ readonly id: string; readonly stream: string; readonly message: unknown }> = []
  return sessionsOf(
    () => {
      const server = new Server({ name: "resumable", version: "1.0.0" }, { capabilities: { tools: {} } })
      server.setRequestHandler(CallToolRequestSchema, async (_, extra) => {
        extra.closeSSEStream?.()
        await new Promise((resolve) => setTimeout(resolve, 50))
        return { content: [{ type: "text", text: "at last" }] }
      })
      return server
    },
    {
      retryInterval: 200,
      eventStore: {
        storeEvent: async (stream, message) => {
          const id = `${stream}/${events.length}`
          events.push({ id, stream, message })
          return id
        },
        replayEventsAfter: async (last, { send }) => {
          const at = events.findIndex(({ id }) => id === last)
          const stream = events[at]?.stream ?? ""
          for (const event of events.slice(at + 1))
            if (event.stream === stream && Object.keys(Object(event.message)).length > 0)
              await send(event.id, event.message as Parameters<typeof send>[1])
          return stream
        },
      },
    },
  )
})

/** Everything but tools. */
export const richServer = sessionsOf(() => {
  const mcp = new ClassicServer({ name: "rich", version: "1.0.0" }, { capabilities: { logging: {} } })
  mcp.registerResource("one", "note://one", {}, () => ({ contents: [{ uri: "note://one", text: "first" }] }))
  mcp.registerResource("any", new ResourceTemplate("note://{name}", { list: undefined }), {}, (uri) => ({
    contents: [{ uri: uri.href, text: "any" }],
  }))
  mcp.registerPrompt(
    "greet",
    {
      argsSchema: { who: completable(z.string(), (typed) => ["Ada", "Bob"].filter((name) => name.startsWith(typed))) },
    },
    ({ who }) => ({ messages: [{ role: "user", content: { type: "text", text: `Hello ${who}` } }] }),
  )
  return mcp.server
})

/** The 1.x SDK asking its client during a call: on the stream of the call, or on the one that stands beside. */
export const askingServer = (related: boolean) =>
  sessionsOf(() => {
    const server = new Server({ name: "asking", version: "1.0.0" }, { capabilities: { tools: {} } })
    server.setRequestHandler(CallToolRequestSchema, async (_, extra) => {
      const answer = await server.elicitInput(
        {
          message: "Who are you?",
          requestedSchema: {
            type: "object",
            properties: { name: { type: "string", default: "Ada" }, age: { type: "integer", default: 36 } },
          },
        },
        related ? { relatedRequestId: extra.requestId } : {},
      )
      return { content: [{ type: "text", text: JSON.stringify(answer) }] }
    })
    return server
  })
