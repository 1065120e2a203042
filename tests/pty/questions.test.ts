import path from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest"
import { type Mock, startMock } from "../../mock/index.ts"
import "../commands/bundle.ts"
import { keys, openTerminal, type Terminal } from "./terminal.ts"

// What a server asks, answered line by line by a person at a terminal.

let mock: Mock
beforeAll(async () => {
  mock = await startMock({ autoApprove: true })
})
beforeEach(() => mock.reset())
afterAll(() => mock.close())

const call = (...args: ReadonlyArray<string>): Terminal =>
  openTerminal({
    program: process.execPath,
    args: [path.join(inject("dist"), "bin.js"), "call", mock.url, ...args, "--no-store", "--browser", "follow"],
    rows: 60,
  })

describe("a question on a plain terminal", () => {
  it("says who asks and what, takes values and defaults, and shows them before they are sent", async () => {
    await using terminal = call("book_table", "restaurant=Noma")
    const asked = await terminal.shows(/Date \(text, format date, (required|optional)\)/)
    expect(asked).toContain(`server   ${mock.url}`)
    expect(asked).toContain("Some details of your table at Noma are missing.")
    terminal.write(`soon${keys.Enter}`)
    await terminal.shows(/✗ Date is no date/)
    terminal.write(`2027-01-02${keys.Enter}`)
    await terminal.shows(/Guests \(whole number, at least 1, at most 12, \w+\) \[2\]/)
    terminal.write(`99${keys.Enter}`)
    await terminal.shows(/✗ Guests must be at most 12/)
    terminal.write(`4${keys.Enter}`)
    await terminal.shows(/Seating \(one of inside \| terrace \| window, \w+\) \[inside\]/)
    terminal.write(keys.Enter)
    await terminal.shows(/date = 2027-01-02\n +guests = 4\n +seating = inside\n/)
    terminal.write(keys.Enter)
    await terminal.shows(/"confirmation": "T-\d+"|T-\d+/)
    expect((await terminal.ended).code).toBe(0)
  })

  it("declines with an exclamation mark", async () => {
    await using terminal = call("book_table", "restaurant=Noma")
    await terminal.shows(/Date \(text/)
    terminal.write(`!${keys.Enter}`)
    await terminal.shows(/Nothing was booked/)
    expect((await terminal.ended).code).toBe(1)
  })

  it("is over with Ctrl-C", async () => {
    await using terminal = call("book_table", "restaurant=Noma")
    await terminal.shows(/Date \(text/)
    terminal.write(keys.CtrlC)
    expect((await terminal.ended).code).toBe(130)
  })

  it("shows the whole address of a page and opens nothing before a yes", async () => {
    await using terminal = call("connect_calendar")
    const asked = await terminal.shows(/Open it\? \[y\/N\]/)
    expect(asked).toContain(`a page of ${new URL(mock.url).host}`)
    expect(asked).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/errands\/\S+$/m)
    terminal.write(keys.Enter)
    await terminal.shows(/The calendar was not connected/)
    expect(mock.log.all("errand")).toEqual([])
    expect((await terminal.ended).code).toBe(1)
  })
})
