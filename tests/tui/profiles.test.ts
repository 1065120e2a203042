import { expect, it } from "vitest"
import type { Choice } from "../../source/tui/app/main.tsx"
import { start } from "./journal.ts"
import { fakeFlow, openSession } from "./session.ts"
import { keys } from "./terminal.ts"

const server = {
  serverUrl: "https://mcp.acme.dev/mcp",
  issuer: "https://as.acme.dev",
  resource: "https://mcp.acme.dev/mcp",
  source: "DCR",
  clientId: "c_91f0a2",
  token: { expiresAt: start + 41 * 60_000, renewable: true },
  lastUsed: start,
}

it("several accounts at one server stand in the list by name; the chosen one is opened, and in the header", async () => {
  const { handle } = fakeFlow([])
  const choices: Array<Choice> = []
  await using session = openSession({
    start: { servers: [server, { ...server, profile: "work" }], mock: false },
    connect: async (choice) => {
      choices.push(choice)
      return { ...handle, target: { ...handle.target, profile: "work" } }
    },
  })
  await session.terminal.shows(/▶ mcp\.acme\.dev\/mcp +DCR[\s\S]*mcp\.acme\.dev\/mcp \(work\) +DCR/)
  session.terminal.type("j")
  await session.terminal.shows(/profile +work/)
  session.terminal.type(keys.Enter)
  await session.terminal.shows(/^ mcp-dcr-tui {2}\S+ \(work\) /m)
  expect(choices).toEqual([{ kind: "url", url: server.serverUrl, profile: "work" }])
})
