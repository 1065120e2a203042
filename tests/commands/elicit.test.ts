import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { type Mock, startMock } from "../../mock/index.ts"
import { start } from "./program.ts"

let mock: Mock
beforeAll(async () => {
  mock = await startMock({ autoApprove: true })
})
beforeEach(() => mock.reset())
afterAll(() => mock.close())

const call = (...args: ReadonlyArray<string>) =>
  start(["call", mock.url, ...args, "--no-store", "--browser", "follow", "--json"]).end

const book = ["book_table", "restaurant=Noma"]
const date = "2027-01-02"

describe("a question of a server, without a terminal", () => {
  test("is answered with the values of --elicit, the rest by the form's defaults", async () => {
    const ended = await call(...book, "--elicit", JSON.stringify({ date, seating: "window" }))
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(ended.document()).toMatchObject({
      result: { structuredContent: { restaurant: "Noma", date, guests: 2, seating: "window" } },
    })
  })

  test("is declined with --elicit decline, a page as well", async () => {
    for (const what of [book, ["connect_calendar"]]) {
      const ended = await call(...what, "--elicit", "decline")
      expect(ended, ended.stderr).toMatchObject({ code: 1 })
      expect(ended.document()).toMatchObject({ isError: true })
    }
    expect(mock.log.all("errand")).toEqual([])
  })

  test("is declined with the reason where accept finds no default", async () => {
    const ended = await call(...book, "--elicit", "accept")
    expect(ended.stderr).toContain("The server's question was declined: it has no default for date; --elicit JSON")
  })

  test("is not declared where nobody is there to answer", async () => {
    const ended = await call(...book)
    expect(ended, ended.stderr).toMatchObject({ code: 1 })
    expect(ended.stdout).toContain("Please tell me as well")
    const bodies = JSON.stringify(mock.log.all("mcp").map(({ body }) => body))
    expect(bodies).not.toContain("elicitation")
  })
})
