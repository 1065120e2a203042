import { describe, expect, it } from "vitest"
import type { Event } from "../../source/flow/event.ts"
import { now, offered, through } from "./journal.ts"
import { openSession } from "./session.ts"
import { keys } from "./terminal.ts"

const said = (method: string, params: Readonly<Record<string, unknown>> = {}): Event => ({
  _tag: "Notified",
  at: now(),
  method,
  params,
})
const log = (level: string, data: unknown, logger?: string): Event =>
  said("notifications/message", { level, data, ...(logger === undefined ? {} : { logger }) })

const noisy = (): ReadonlyArray<Event> => [
  ...through("call"),
  log("debug", "cache miss"),
  log("warning", { query: "slow", millis: 812 }, "db"),
  said("notifications/tools/list_changed", { _meta: { "io.modelcontextprotocol/subscriptionId": 5 } }),
  log(
    "emergency",
    "the house is on fire, and the message about it is so long that one line of a terminal cannot hold it",
  ),
]

describe("what a server says unasked", () => {
  it.each([
    [80, 24],
    [100, 30],
    [120, 40],
  ] as const)("stands below the exchanges with its level, at %i x %i", async (columns, rows) => {
    await using session = openSession({ size: [columns, rows], events: noisy() })
    const { terminal } = session
    await terminal.shows(/2 Flow\]/)
    terminal.type("3")
    const lines = (await terminal.shows(/emergency/)).split("\n")
    for (const line of lines.slice(2, rows - (rows >= 30 ? 2 : 1))) expect(line.at(columns - 1)).toMatch(/[│┃╮╯┓┛]/)
    await expect(`${lines.map((line) => line.trimEnd()).join("\n")}\n`).toMatchFileSnapshot(
      `./drawings/log-notices-${columns}x${rows}.txt`,
    )
  })

  it("is scrolled without losing the new, and followed again at its end", async () => {
    const many = Array.from({ length: 40 }, (_, index) => log("info", `message ${index}.`))
    await using session = openSession({ size: [80, 24], events: [...through("call"), ...many] })
    const { terminal, flow } = session
    await terminal.shows(/2 Flow\]/)
    terminal.type("3")
    await terminal.shows(/message 39\./)
    terminal.type(`${keys.Tab}g`)
    await terminal.shows(/message 0\.[\s\S]*1-5 of 40/)
    flow.append(log("info", "a new one"))
    await terminal.shows(/message 0\.[\s\S]*1-5 of 41/)
    terminal.type("G")
    await terminal.shows(/a new one/)
    // Enter belongs to the exchanges.
    terminal.type(keys.Enter)
    await terminal.shows(/Not possible now: open the exchange/)
  })
})

describe("a list that has changed", () => {
  it.each([
    [80, 24],
    [120, 40],
  ] as const)("is told of where it is shown, and r lists it again, at %i x %i", async (columns, rows) => {
    await using session = openSession({ size: [columns, rows], events: offered() })
    const { terminal, flow } = session
    await terminal.shows(/2 Flow\]/)
    terminal.type("4")
    await terminal.shows(/4 Tools\]/)
    flow.append(said("notifications/tools/list_changed"))
    await terminal.shows(/The tool list/)
    terminal.type("r")
    await expect.poll(() => flow.intents).toEqual([{ _tag: "Back", step: "tools" }, { _tag: "Next" }])
    terminal.type("5")
    await terminal.shows(/5 Resources, prompts\]/)
    flow.append(said("notifications/prompts/list_changed"))
    await terminal.shows(/The prompt list/)
    terminal.type("r")
    await expect.poll(() => flow.intents.slice(2)).toEqual([{ _tag: "List", list: "resources" }])
  })

  it("is listened for with f, and not any more with f again", async () => {
    await using session = openSession({ events: through("call") })
    const { terminal, flow } = session
    await terminal.shows(/2 Flow\]/)
    terminal.type("4f")
    await terminal.shows(/asked to tell of changes/)
    const filter = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true }
    expect(flow.intents).toEqual([{ _tag: "Listen", filter }])
    flow.append(
      { _tag: "ListeningStarted", at: now(), filter },
      { _tag: "ListeningGranted", at: now(), granted: { toolsListChanged: true } },
    )
    await terminal.shows(/━ following ━/)
    terminal.type("f")
    await terminal.shows(/not listened to any more/)
    expect(flow.intents.at(-1)).toEqual({ _tag: "Listen", filter: {} })
  })
})
