import { describe, expect, it } from "vitest"
import { asking, offered, through } from "./journal.ts"
import { openSession, type Session, type SessionOptions } from "./session.ts"
import { keys } from "./terminal.ts"

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="

const readme = {
  contents: [{ uri: "acme:///readme.md", mimeType: "text/markdown", text: "# Acme\n\nNothing here can do harm." }],
}
const prompt = {
  description: "Asks for a list.",
  messages: [
    { role: "user", content: { type: "text", text: "Look up the weather of Oslo." } },
    { role: "assistant", content: { type: "audio", mimeType: "audio/wav", data: pixel } },
    { role: "user", content: { type: "resource_link", uri: "acme:///readme.md", name: "Read me" } },
  ],
}

const read = (uri: string, result: Readonly<Record<string, unknown>>) =>
  asking({ method: "resources/read", params: { uri } }, result)

/** On the screen of resources and prompts, with everything listed. */
const open = async (options: SessionOptions = {}): Promise<Session> => {
  const session = openSession({ size: [80, 24], events: offered(), ...options })
  await session.terminal.shows(/2 Flow\]/)
  session.terminal.type("5")
  await session.terminal.shows(/5 Resources, prompts\]/)
  return session
}

describe.each([
  [80, 24],
  [100, 30],
  [120, 40],
  [200, 50],
] as const)("at %i x %i", (columns, rows) => {
  it.each([
    ["offers-unlisted", through("tools"), [], /not listed/],
    ["offers-list", offered(), [], /Packing list|packing_list/],
    ["offers-prompt", offered(), ["G", keys.Enter], /not complete yet/],
    ["offers-read", [...offered(), ...read("acme:///readme.md", readme)], [keys.Tab, keys.Tab], /can do harm/],
    [
      "offers-messages",
      [...offered(), ...asking({ method: "prompts/get", params: { name: "packing_list" } }, prompt)],
      [keys.Tab, keys.Tab],
      /Look up the weather/,
    ],
  ] as const)("draws %s", async (name, events, typed, shows) => {
    await using session = await open({ size: [columns, rows], events })
    for (const key of typed) session.terminal.type(key)
    const lines = (await session.terminal.shows(shows)).split("\n")
    expect(lines).toHaveLength(rows)
    for (const line of lines.slice(3, rows - (rows >= 30 ? 2 : 1))) expect(line.at(columns - 1)).toMatch(/[│┃╮╯┓┛]/)
    await expect(`${lines.map((line) => line.trimEnd()).join("\n")}\n`).toMatchFileSnapshot(
      `./drawings/${name}-${columns}x${rows}.txt`,
    )
  })
})

describe("resources and prompts", () => {
  it("asks for the three lists one after the other, and not on after a failure", async () => {
    await using session = await open({ events: through("tools") })
    const { terminal, flow } = session
    expect(flow.intents).toEqual([])
    terminal.type(keys.Enter)
    await expect.poll(() => flow.intents).toEqual([{ _tag: "List", list: "resources" }])
    flow.append(...asking({ method: "resources/list", list: "resources" }, {}))
    await expect.poll(() => flow.intents.length).toBe(2)
    flow.append(
      { _tag: "StepStarted", at: 1, step: "call" },
      { _tag: "StepEnded", at: 2, step: "call", outcome: "failed" },
    )
    terminal.type("?")
    await terminal.shows(/━ Keys ━/)
    expect(flow.intents).toEqual([
      { _tag: "List", list: "resources" },
      { _tag: "List", list: "templates" },
    ])
  })

  it("reads a resource with Enter, and an address made from a template", async () => {
    await using session = await open()
    const { terminal, flow } = session
    terminal.type(keys.Enter)
    await expect
      .poll(() => flow.intents)
      .toEqual([{ _tag: "Request", method: "resources/read", params: { uri: "acme:///readme.md" } }])
    flow.append(...read("acme:///readme.md", readme))
    await terminal.shows(/Nothing here can do harm/)
    terminal.type(keys.Esc)
    await terminal.shows(/━ Offered/)
    terminal.type(`jj${keys.Enter}`)
    await terminal.shows(/▶ city/)
    terminal.type(`São Paulo${keys.Down}`)
    await terminal.shows(/▶ unit/)
    terminal.type(`K${keys.Up}`)
    await terminal.shows(/▶ city/)
    terminal.type(keys.Enter)
    await expect
      .poll(() => flow.intents.at(-1))
      .toEqual({
        _tag: "Request",
        method: "resources/read",
        params: { uri: "acme:///weather/S%C3%A3o%20Paulo?unit=K" },
      })
  })

  it("gets a prompt when what it requires is filled in", async () => {
    await using session = await open()
    const { terminal, flow } = session
    terminal.type(`G${keys.Enter}`)
    await terminal.shows(/▶ city \*/)
    terminal.type(keys.Enter)
    await terminal.shows(/✗ is required/)
    expect(flow.intents).toEqual([])
    terminal.type(`Oslo${keys.Enter}`)
    await expect
      .poll(() => flow.intents)
      .toEqual([
        { _tag: "Request", method: "prompts/get", params: { name: "packing_list", arguments: { city: "Oslo" } } },
      ])
  })

  it("asks what fits an argument, with the others for context, and takes one after the other", async () => {
    await using session = await open()
    const { terminal, flow } = session
    terminal.type(`G${keys.Enter}`)
    await terminal.shows(/Ctrl\+N asks the server/)
    terminal.type(`${keys.Down}s${keys.Up}o\u000e`)
    const params = {
      ref: { type: "ref/prompt", name: "packing_list" },
      argument: { name: "city", value: "o" },
      context: { arguments: { season: "s" } },
    }
    await expect.poll(() => flow.intents).toEqual([{ _tag: "Request", method: "completion/complete", params }])
    flow.append(
      ...asking(
        { method: "completion/complete", params },
        { completion: { values: ["Oslo", "Ottawa"], hasMore: false } },
      ),
    )
    await terminal.shows(/Oslo \| Ottawa/)
    terminal.type("\u000e")
    await terminal.shows(/\[ Oslo/)
    terminal.type("\u000e")
    await terminal.shows(/\[ Ottawa/)
    terminal.type("x")
    await terminal.shows(/Ctrl\+N asks the server/)
    expect(flow.intents).toHaveLength(1)
  })

  it("says what failed in the fixed frame, without scrolling", async () => {
    const problem = {
      code: "rpc_error",
      what: "The server refused resources/read.",
      why: "It says that there is no such resource.",
      remedy: ["List the resources again."],
      rule: "MCP resources, Error Handling",
      exit: 5 as const,
      exchange: 9,
      received: "-32002 Resource not found",
    }
    await using session = await open()
    session.flow.append(...asking({ method: "resources/read", params: { uri: "acme:///readme.md" } }, {}).slice(0, 3), {
      _tag: "StepEnded",
      at: 5,
      step: "call",
      outcome: "failed",
      problem,
    })
    session.terminal.type(keys.Tab + keys.Tab)
    const screen = await session.terminal.shows(/✗ resources\/read acme:/)
    for (const part of [
      "resources/read refused|refused resources/read",
      "no such resource",
      "List the resources again",
      "MCP resources, Error Handling",
      "-32002",
    ])
      expect(screen).toMatch(new RegExp(part))
  })
})
