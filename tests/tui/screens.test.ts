import { describe, expect, it } from "vitest"
import type { Event } from "../../source/flow/event.ts"
import { calling, failed, start, through, waiting } from "./journal.ts"
import { openSession, type SessionOptions } from "./session.ts"
import { keys } from "./terminal.ts"

const servers = [
  {
    serverUrl: "https://mcp.acme.dev/mcp",
    issuer: "https://as.acme.dev",
    resource: "https://mcp.acme.dev/mcp",
    source: "DCR",
    clientId: "c_91f0a2",
    token: { expiresAt: start + 41 * 60_000 + 30_000, scope: "mcp:tools", renewable: true },
    lastUsed: start - 7_200_000,
  },
  {
    serverUrl: "https://mcp.example.com/mcp",
    issuer: "https://login.example.com",
    resource: "https://mcp.example.com/mcp",
    source: "CIMD",
    clientId: "https://client.example/id.json",
    token: { expiresAt: start - 1000, renewable: true },
    lastUsed: start - 90_000_000,
  },
  {
    serverUrl: "http://127.0.0.1:3001/mcp",
    issuer: "http://127.0.0.1:3002",
    resource: "http://127.0.0.1:3001/mcp",
    source: "pre-registered",
    clientId: "local-dev",
    lastUsed: start - 260_000_000,
  },
]

interface Drawing extends SessionOptions {
  readonly name: string
  /** Keys to press, and what to wait for before the next ones. */
  readonly path?: ReadonlyArray<string | RegExp>
  readonly shows: RegExp
}

const open = (events: ReadonlyArray<Event>) => ({ events })

const drawings: ReadonlyArray<Drawing> = [
  { name: "start", start: { servers, mock: true }, shows: /Connect to/ },
  { name: "start-typing", path: ["aftp://x", keys.Enter], shows: /ftp: cannot be used/ },
  { name: "flow-ready", ...open(through("server")), shows: /4 Register client/ },
  { name: "flow-explained", ...open(through("server")), learn: true, shows: /Explained/ },
  { name: "flow-look-back", ...open(through("token")), path: [/8 Connect/, "["], shows: /━ 7 Exchange the code ━/ },
  { name: "flow-browser", ...open(waiting()), shows: /Waiting for you/ },
  { name: "flow-failed", ...open(failed()), shows: /Step 4 failed/ },
  { name: "log", ...open(through("call")), path: [/2 Flow\]/, "3"], shows: /3 Log\]/ },
  {
    name: "exchange",
    ...open(through("token")),
    path: [/2 Flow\]/, "3", /3 Log\]/, keys.Enter],
    shows: /secrets hidden/,
  },
  {
    name: "exchange-response",
    ...open(through("token")),
    path: [/2 Flow\]/, "3", /3 Log\]/, `${keys.Enter}]`],
    shows: /access_token/,
  },
  {
    name: "tools",
    ...open(through("call")),
    path: [/2 Flow\]/, "4", /4 Tools\]/, keys.Enter],
    shows: /what to look for/,
  },
  {
    name: "tools-running",
    ...open(calling()),
    path: [/2 Flow\]/, "4", /4 Tools\]/, keys.ShiftTab],
    shows: /searching part 3/,
  },
  { name: "help", ...open(through("server")), path: [/2 Flow\]/, "?"], shows: /━ Keys ━/ },
]

describe.each([
  [80, 24],
  [100, 30],
  [120, 40],
] as const)("at %i x %i", (columns, rows) => {
  it.each(drawings)("draws $name", async ({ name, path = [], shows, ...options }) => {
    await using session = openSession({ size: [columns, rows], ...options })
    const { terminal } = session
    for (const part of path) {
      if (typeof part === "string") terminal.type(part)
      else await terminal.shows(part)
    }
    const screen = await terminal.shows(shows)
    const lines = screen.split("\n")
    expect(lines).toHaveLength(rows)
    // Every border stands in its place: nothing was too wide, nothing too narrow.
    for (const line of lines.slice(3, rows - (rows >= 30 ? 2 : 1))) expect(line.at(columns - 1)).toMatch(/[│┃╮╯┓┛]/)
    await expect(`${lines.map((line) => line.trimEnd()).join("\n")}\n`).toMatchFileSnapshot(
      `./drawings/${name}-${columns}x${rows}.txt`,
    )
  })
})

it.each([
  [200, 50],
  [180, 44],
  [160, 30],
  [97, 26],
  [300, 90],
] as const)("is sane at %i x %i", async (columns, rows) => {
  await using session = openSession({ size: [columns, rows], events: through("server") })
  const lines = (await session.terminal.shows(/4 Register client/)).split("\n")
  for (const line of lines.slice(2, rows - (rows >= 30 ? 2 : 1))) expect(line.at(columns - 1)).toMatch(/[│┃╮╯┓┛]/)
})

it("says what is missing where the terminal is too small, and goes on", async () => {
  await using session = openSession({ size: [60, 16], events: waiting() })
  expect(await session.terminal.shows(/too small/)).toContain("now 60 x 16 · need 80 x 24")
  session.terminal.resize(100, 30)
  await session.terminal.shows(/Waiting for you/)
  session.terminal.resize(80, 23)
  await session.terminal.shows(/now 80 x 23/)
  session.terminal.resize(80, 24)
  expect((await session.terminal.shows(/Waiting for you/)).split("\n")).toHaveLength(24)
})

it("draws in ASCII and without colour where asked", async () => {
  await using session = openSession({ events: through("server"), ascii: true, noColor: true })
  const screen = await session.terminal.shows(/4 Register client/)
  expect(screen.replaceAll("§", "")).toMatch(/^[\n\x20-\x7e]*$/)
  expect(session.terminal.received()).not.toMatch(/\u001b\[(?:3[0-7]|4[0-7]|9[0-7]|38|48)[;m]/)
  expect(session.terminal.styleOf(/4 Register client/)).toMatchObject({ bold: true, coloured: false })
})
