// A local server that breaks every custom of its trade, and answers all the same (F-63).
import process from "node:process"
import readline from "node:readline"

process.on("SIGTERM", () => {})
process.stdout.write(`Welcome to noisy-server as ${process.pid}!\n\n\u001b[32mready\u001b[0m\n`)
// Keeps running when its input ends.
setInterval(() => {}, 60_000)

const results = {
  initialize: () => ({
    protocolVersion: "2025-11-25",
    capabilities: { tools: {} },
    serverInfo: { name: "noisy", version: "1" },
  }),
  "tools/list": () => ({
    tools: ["add", "die"].map((name) => ({ name, inputSchema: { type: "object" } })),
  }),
  "tools/call": ({ name }) => {
    if (name === "die") process.exit(7)
    return { content: [{ type: "text", text: "3 € ✓" }] }
  },
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line)
  if (id === undefined) return
  const answer = Object.hasOwn(results, method)
    ? { result: results[method](params) }
    : { error: { code: -32601, message: "no" } }
  process.stdout.write(`now answering ${method}\n`)
  // One byte at a time: no character arrives whole.
  for (const byte of Buffer.from(`${JSON.stringify({ jsonrpc: "2.0", id, ...answer })}\r\n`))
    process.stdout.write(Buffer.of(byte))
})
