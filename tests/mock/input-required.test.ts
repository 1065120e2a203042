import { describe, expect, test } from "vitest"
import { type Mock, manualClock, startMock } from "../../mock/index.ts"
import { type Json, member, modern } from "./client.ts"

const META = "io.modelcontextprotocol"
const FORMS = { elicitation: { form: {}, url: {} } }

/** Calls a tool, with the answers of the user and the state of the round before. */
const call = async (mock: Mock, token: string, params: Json, capabilities: Json = FORMS) => {
  const answer = await modern(mock, token, "tools/call", {
    ...params,
    _meta: { [`${META}/clientCapabilities`]: capabilities },
  })
  return { ...answer, result: (answer.body.result ?? {}) as Json }
}
const accept = (content: Json) => ({ action: "accept", content })
const said = (result: Json) => member(result, "content", 0, "text")
const TRIP = { name: "plan_trip", arguments: { days: 2 } }

describe("a tool that needs an answer", () => {
  test("asks for what is missing and nothing else", async () => {
    await using mock = await startMock()
    const token = mock.issueToken()
    const booking = { name: "book_table", arguments: { restaurant: "Noma", guests: 4 } }
    const { result } = await call(mock, token, booking)
    expect(result.resultType).toBe("input_required")
    const request = member(result, "inputRequests", "details") as Json
    expect(request.method).toBe("elicitation/create")
    expect(Object.keys(member(request, "params", "requestedSchema", "properties") as Json)).toEqual(["date", "seating"])
    const done = await call(mock, token, {
      ...booking,
      inputResponses: { details: accept({ date: "2026-08-01", seating: "window" }) },
      requestState: result.requestState,
    })
    expect(done.result).toMatchObject({
      resultType: "complete",
      structuredContent: { restaurant: "Noma", guests: 4, date: "2026-08-01", seating: "window" },
    })
    expect(mock.log.failures()).toEqual([])
  })

  test("asks nothing when everything is there", async () => {
    await using mock = await startMock()
    const all = { restaurant: "Noma", guests: 4, date: "2026-08-01", seating: "inside" }
    const { result } = await call(mock, mock.issueToken(), { name: "book_table", arguments: all }, {})
    expect(result.structuredContent).toMatchObject(all)
  })

  test.each(["decline", "cancel"])("takes %s for an answer", async (action) => {
    await using mock = await startMock()
    const token = mock.issueToken()
    const booking = { name: "book_table", arguments: { restaurant: "Noma" } }
    const { requestState } = (await call(mock, token, booking)).result
    const { result } = await call(mock, token, { ...booking, inputResponses: { details: { action } }, requestState })
    expect([result.isError, said(result)]).toEqual([true, "Nothing was booked."])
  })

  test("can ask twice, and remembers the first answer", async () => {
    await using mock = await startMock()
    const token = mock.issueToken()
    const first = (await call(mock, token, TRIP)).result
    expect(Object.keys(first.inputRequests as Json)).toEqual(["taste"])
    const answered = { taste: accept({ goal: "warm" }) }
    const second = (await call(mock, token, { ...TRIP, inputResponses: answered, requestState: first.requestState }))
      .result
    expect(Object.keys(second.inputRequests as Json)).toEqual(["place"])
    expect(second.requestState).not.toBe(first.requestState)
    const [city] = member(
      second,
      "inputRequests",
      "place",
      "params",
      "requestedSchema",
      "properties",
      "city",
      "enum",
    ) as string[]
    const place = { place: accept({ city: city ?? "" }) }
    const last = (await call(mock, token, { ...TRIP, inputResponses: place, requestState: second.requestState })).result
    expect(said(last)).toContain(`2 days in ${city}`)
  })

  test.each<[string, unknown]>([
    ["nothing", {}],
    ["another name", { other: accept({}) }],
    ["a value that is not offered", { taste: accept({ goal: "lukewarm" }) }],
    ["no content", { taste: { action: "accept" } }],
    ["an unknown action", { taste: { action: "maybe" } }],
  ])("asks again after %s", async (_, inputResponses) => {
    await using mock = await startMock()
    const token = mock.issueToken()
    const { requestState } = (await call(mock, token, TRIP)).result
    const { result } = await call(mock, token, { ...TRIP, inputResponses, requestState })
    expect(Object.keys(result.inputRequests as Json)).toEqual(["taste"])
  })

  test.each([null, [], "x", { taste: 5 }])("refuses the answers %j", async (inputResponses) => {
    await using mock = await startMock()
    const answer = await call(mock, mock.issueToken(), { ...TRIP, inputResponses })
    expect(member(answer.body, "error", "code")).toBe(-32602)
  })

  test("asks nobody who cannot answer", async () => {
    await using mock = await startMock()
    const token = mock.issueToken()
    const form = await call(mock, token, TRIP, {})
    expect([form.status, form.body.error]).toEqual([
      400,
      { code: -32021, message: expect.any(String), data: { requiredCapabilities: { elicitation: { form: {} } } } },
    ])
    const url = await call(mock, token, { name: "connect_calendar" }, { elicitation: {} })
    expect(member(url.body, "error", "data", "requiredCapabilities")).toEqual({ elicitation: { url: {} } })
    const booking = await call(mock, token, { name: "book_table", arguments: { restaurant: "Noma" } }, {})
    expect(said(booking.result)).toBe("Please tell me as well: date, guests, seating.")
    expect((await call(mock, token, TRIP, { elicitation: {} })).result.resultType).toBe("input_required")
    expect((await call(mock, token, TRIP, { elicitation: { url: {} } })).status).toBe(400)
  })
})

describe("the state between two rounds", () => {
  const start = async () => {
    const clock = manualClock()
    const mock = await startMock({ clock })
    const token = mock.issueToken()
    const state = String((await call(mock, token, TRIP)).result.requestState)
    const again = (params: Json, by = token) =>
      call(mock, by, { ...TRIP, inputResponses: { taste: accept({ goal: "cool" }) }, requestState: state, ...params })
    return { mock, clock, state, again, [Symbol.asyncDispose]: () => mock.close() }
  }
  const refusal = (answer: { body: Json }) => [
    member(answer.body, "error", "code"),
    member(answer.body, "error", "message"),
  ]

  test("says nothing that the client did not know", async () => {
    await using round = await start()
    const [payload = ""] = round.state.split(".")
    expect(Object.keys(JSON.parse(Buffer.from(payload, "base64url").toString()))).toEqual([
      "owner",
      "until",
      "request",
      "answers",
    ])
  })

  test.each<[string, (state: string) => unknown]>([
    ["with something after it", (state) => `${state}x`],
    ["with another part", (state) => `${state}.x`],
    ["without its seal", (state) => state.split(".")[0]],
    ["with another payload", (state) => `e30.${state.split(".")[1]}`],
    ["empty", () => ""],
    ["that is no text", () => 5],
  ])("is refused %s", async (_, change) => {
    await using round = await start()
    expect(refusal(await round.again({ requestState: change(round.state) }))[0]).toBe(-32602)
    expect(round.mock.log.failures()).toEqual(["mcp: request-state"])
  })

  test("is refused from somebody else, for something else, and too late", async () => {
    await using round = await start()
    const other = await round.again({}, round.mock.issueToken({ user: "grace" }))
    expect(refusal(other)).toEqual([-32602, "requestState: made for somebody else"])
    const client = await round.again({}, round.mock.issueToken({ clientId: "other" }))
    expect(refusal(client)).toEqual([-32602, "requestState: made for somebody else"])
    const days = await round.again({ arguments: { days: 3 } })
    expect(refusal(days)).toEqual([-32602, "requestState: made for another request"])
    round.clock.advance(10 * 60 * 1000 - 1)
    expect((await round.again({})).result.resultType).toBe("input_required")
    round.clock.advance(1)
    expect(refusal(await round.again({}))).toEqual([-32602, "requestState: too old"])
  })

  test("is good for a new token of the same user, and whatever the order of members", async () => {
    await using mock = await startMock()
    const params = (input: Json) => ({ name: "book_table", arguments: input })
    const first = await call(mock, mock.issueToken(), params({ restaurant: "Noma", guests: 2 }))
    const second = await call(mock, mock.issueToken(), {
      ...params({ guests: 2, restaurant: "Noma" }),
      inputResponses: { details: { action: "decline" } },
      requestState: first.result.requestState,
    })
    expect(said(second.result)).toBe("Nothing was booked.")
  })

  test("is missed in the log when only the answers come", async () => {
    await using round = await start()
    await round.again({ requestState: undefined })
    expect(round.mock.log.failures()).toEqual(["mcp: request-state"])
  })
})
