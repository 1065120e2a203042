import { describe, expect, it } from "vitest"
import type { Event, Wait } from "../../source/flow/event.ts"
import { calling, serverUrl, start } from "./journal.ts"
import { openSession, type SessionOptions } from "./session.ts"
import { keys } from "./terminal.ts"

const asked = {
  kind: "question",
  question: 3,
  serverUrl,
  serverName: "Acme",
  during: "tools/call",
  message: "Some details of your table are missing.",
  exchange: 9,
} as const

const properties = {
  name: { type: "string", title: "Name" },
  guests: { type: "integer", title: "Guests", minimum: 1, maximum: 12, default: 2 },
  seating: { type: "string", title: "Seating", enum: ["inside", "terrace"], default: "inside" },
}

const form = (more: Partial<Extract<Wait, { mode: "form" }>> = {}): Wait => ({
  ...asked,
  mode: "form",
  schema: { type: "object", properties, required: ["name"] },
  secretLooking: [],
  ...more,
})

const address = `https://calendar.acme.dev/connect?state=${"0123456789abcdef".repeat(16)}&end=yes`
const page = (more: Partial<Extract<Wait, { mode: "url" }>> = {}): Wait => ({
  ...asked,
  mode: "url",
  url: address,
  host: "calendar.acme.dev",
  punycode: false,
  accepting: "consent",
  ...more,
})

const at = start + 60_000
const waiting = (wait: Wait): Event => ({ _tag: "Waiting", at, step: "call", wait })
const answered: Event = { _tag: "Answered", at: at + 5000, question: 3, action: "accept" }

/** A call is under way, and the server asks. The clock stands where the question has been read. */
const open = (wait: Wait, options: Partial<SessionOptions> = {}) =>
  openSession({ size: [80, 24], events: [...calling(), waiting(wait)], at: at + 2000, ...options })

describe.each([
  [80, 24],
  [120, 40],
] as const)("at %i x %i", (columns, rows) => {
  it.each([
    ["question-form", form(), /Guests/],
    ["question-secret", form({ secretLooking: ["name"] }), /seems to ask for a secret/],
    ["question-page", page(), /Nothing was opened yet/],
    ["question-page-failed", page({ opened: "failed", detail: "No program." }), /open the address yourself/],
  ] as const)("draws %s", async (name, wait, shows) => {
    await using session = open(wait, { size: [columns, rows] })
    const lines = (await session.terminal.shows(shows)).split("\n")
    expect(lines).toHaveLength(rows)
    await expect(`${lines.map((line) => line.trimEnd()).join("\n")}\n`).toMatchFileSnapshot(
      `./drawings/${name}-${columns}x${rows}.txt`,
    )
  })
})

describe("a form of the server", () => {
  it("lies over any screen, says who asks, and is filled in with Enter", async () => {
    await using session = open(form())
    const { terminal, flow } = session
    const screen = await terminal.shows(/The server asks you/)
    expect(screen).toContain(serverUrl)
    expect(screen).toContain("calls itself Acme · asks during tools/call")
    expect(screen).toContain("not complete yet")
    terminal.type(keys.Enter)
    await terminal.shows(/Esc leaves the field/)
    // Every key is text now, those that answer as well.
    terminal.type(`ny Ada${keys.Enter}`)
    await terminal.shows(/ny Ada[\s\S]*▶ Guests/)
    terminal.type(`${keys.Backspace}5${keys.Enter}`)
    await terminal.shows(/▶ Seating/)
    terminal.type("l")
    await terminal.shows(/\( terrace \)/)
    await terminal.shows(/complete ✓/)
    terminal.type("y")
    await expect
      .poll(() => flow.intents)
      .toEqual([
        { _tag: "Answer", question: 3, action: "accept", content: { name: "ny Ada", guests: 5, seating: "terrace" } },
      ])
    flow.append(answered)
    await terminal.shows(/^(?![\s\S]*The server asks you)/)
  })

  it("is not sent while a value does not fit, and says which", async () => {
    await using session = open(form())
    const { terminal, flow } = session
    await terminal.shows(/The server asks you/)
    terminal.type("y")
    await terminal.shows(/✗ is required/)
    expect(flow.intents).toEqual([])
  })

  it.each([
    ["n", "decline"],
    [keys.Esc, "cancel"],
  ] as const)("%j is the answer %s", async (key, action) => {
    await using session = open(form())
    await session.terminal.shows(/The server asks you/)
    session.terminal.type(key)
    await expect.poll(() => session.flow.intents).toEqual([{ _tag: "Answer", question: 3, action }])
  })

  it("takes no key that was meant for what was there before", async () => {
    await using session = openSession({ size: [80, 24], events: calling(), at: at + 100 })
    const { terminal, flow } = session
    await terminal.shows(/2 Flow\]/)
    terminal.type("4")
    await terminal.shows(/4 Tools\]/)
    flow.append(waiting(form()))
    await terminal.shows(/The server asks you/)
    terminal.type("y")
    await terminal.shows(/just come up/)
    expect(flow.intents).toEqual([])
    session.pass(1000)
    terminal.type("n")
    await expect.poll(() => flow.intents.length).toBe(1)
  })

  it("gives nothing of one question to the next", async () => {
    await using session = open(form())
    const { terminal, flow } = session
    await terminal.shows(/The server asks you/)
    terminal.type(`${keys.Enter}Ada`)
    await terminal.shows(/Ada/)
    flow.append(answered, waiting(form({ question: 4, schema: { type: "object", properties, required: ["name"] } })))
    await terminal.shows(/^(?![\s\S]*Ada)[\s\S]*The server asks you/)
    // What was open is not typed in any more.
    terminal.type("x")
    terminal.type(keys.Enter)
    await terminal.shows(/Esc leaves the field/)
    expect(terminal.screen()).not.toContain("Adax")
  })
})

describe("a page of the server", () => {
  it("shows its whole address and its host, and is opened only after a yes", async () => {
    await using session = open(page())
    const { terminal, flow } = session
    const screen = await terminal.shows(/Nothing was opened yet/)
    expect(screen).toContain("a page of calendar.acme.dev")
    expect(
      screen
        .split("\n")
        .map((line) => /┃ +(\S+) +┃/.exec(line)?.[1] ?? "")
        .join(""),
    ).toContain(address)
    terminal.type(keys.Enter)
    terminal.type("y")
    await expect.poll(() => flow.intents).toEqual([{ _tag: "Answer", question: 3, action: "accept" }])
  })

  it("warns of a host that can look like another", async () => {
    await using session = open(page({ host: "xn--cme-5cd.dev", punycode: true }))
    await session.terminal.shows(/can look like others/)
  })

  it("has words without links, control characters or colours of the server's", async () => {
    await using session = open(page({ message: "Go \u001b]8;;https://evil.example\u0007here\u001b[31m\u0000 now" }))
    await session.terminal.shows(/The server asks you/)
    expect(session.terminal.received()).not.toContain("\u001b]8;;")
  })
})
