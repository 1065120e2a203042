// An official SDK server over standard input and output: `v1` with initialize, `v2` of 2026-07-28 as well.
import process from "node:process"

process.stderr.write("starting up\n")
if (process.argv[2] === "v1") {
  const { McpServer } = await import("@modelcontextprotocol/sdk/server/mcp.js")
  const { StdioServerTransport } = await import("@modelcontextprotocol/sdk/server/stdio.js")
  const { z } = await import("zod")
  const server = new McpServer({ name: "stdio-1", version: "1.0.0" })
  server.registerTool("add", { inputSchema: { a: z.number(), b: z.number() } }, ({ a, b }) => ({
    content: [{ type: "text", text: String(a + b) }],
  }))
  server.registerTool("ask", {}, async () => {
    const answer = await server.server.elicitInput({
      message: "Who?",
      requestedSchema: { type: "object", properties: { name: { type: "string", default: "Ada" } } },
    })
    return { content: [{ type: "text", text: JSON.stringify(answer) }] }
  })
  server.registerTool("environment", {}, () => ({
    content: [{ type: "text", text: JSON.stringify(Object.keys(process.env)) }],
  }))
  server.registerTool("die", {}, () => process.exit(7))
  await server.connect(new StdioServerTransport())
} else {
  const { McpServer, fromJsonSchema } = await import("@modelcontextprotocol/server")
  const { serveStdio } = await import("@modelcontextprotocol/server/stdio")
  serveStdio(() => {
    const server = new McpServer({ name: "stdio-2", version: "2.0.0" })
    server.registerTool(
      "add",
      {
        inputSchema: fromJsonSchema({
          type: "object",
          properties: { a: { type: "number" }, b: { type: "number" } },
          required: ["a", "b"],
        }),
      },
      ({ a, b }) => ({ content: [{ type: "text", text: String(a + b) }] }),
    )
    return server
  })
}
