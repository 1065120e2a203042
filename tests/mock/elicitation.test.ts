import { describe, expect, test } from "vitest"
import { type MockOptions, type Revision, startMock } from "../../mock/index.ts"
import { attempt, authorizeUrl, type Json, member, newClient, Session } from "./client.ts"

const FORMS = { elicitation: { form: {}, url: {} } }
const BOOKING = { name: "book_table", arguments: { restaurant: "Noma", guests: 2 } }

const open = async (capabilities: Json = FORMS, options: MockOptions = {}) => {
  const mock = await startMock(options)
  const session = await Session.open(mock, mock.issueToken(), "2025-11-25", capabilities)
  const reply = (id: unknown, result: Json) => session.send({ jsonrpc: "2.0", id, result })
  return { mock, session, reply, [Symbol.asyncDispose]: () => mock.close() }
}
const said = (message: Json) => member(message, "result", "content", 0, "text")

describe("a form in a session", () => {
  test("comes on the stream of the call and is answered by a POST", async () => {
    await using opened = await open()
    const stream = await opened.session.stream("tools/call", BOOKING)
    const request = await stream.message()
    expect(request).toMatchObject({ method: "elicitation/create", params: { message: expect.any(String) } })
    const content = { date: "2026-08-01", seating: "inside" }
    expect((await opened.reply(request.id, { action: "accept", content })).status).toBe(202)
    expect(member((await stream.rest())[0] ?? {}, "result", "structuredContent")).toMatchObject(content)
    expect(opened.mock.log.failures()).toEqual([])
  })

  test("can come twice, with two ids", async () => {
    await using opened = await open()
    const stream = await opened.session.stream("tools/call", { name: "plan_trip" })
    const first = await stream.message()
    await opened.reply(first.id, { action: "accept", content: { goal: "cool" } })
    const second = await stream.message()
    expect(second.id).not.toBe(first.id)
    await opened.reply(second.id, { action: "decline" })
    expect(said(await stream.message())).toBe("No trip was planned.")
  })

  test.each<[Revision, string[]]>([
    ["2025-11-25", ["type", "title", "oneOf"]],
    ["2025-06-18", ["type", "title", "enum", "enumNames"]],
  ])("spells choices as %s does", async (revision, members) => {
    await using mock = await startMock()
    const session = await Session.open(mock, mock.issueToken(), revision, FORMS)
    const stream = await session.stream("tools/call", { name: "plan_trip" })
    const request = await stream.message()
    expect(Object.keys(member(request, "params", "requestedSchema", "properties", "goal") as Json)).toEqual(members)
  })

  test("takes no answer of another session, and no answer twice", async () => {
    await using opened = await open()
    const stream = await opened.session.stream("tools/call", BOOKING)
    const { id } = await stream.message()
    const other = await Session.open(opened.mock, opened.session.token)
    expect((await other.send({ jsonrpc: "2.0", id, result: { action: "decline" } })).status).toBe(202)
    await opened.reply(String(id), { action: "decline" })
    await opened.reply(id, { action: "cancel" })
    await opened.reply(id, { action: "accept" })
    expect(said(await stream.message())).toBe("Nothing was booked.")
  })

  test("that is answered with nonsense or an error fails the call", async () => {
    await using opened = await open()
    for (const answer of [
      { result: { action: "maybe" } },
      { result: { action: "accept", content: { date: 5 } } },
      { error: { code: -1, message: "no" } },
    ]) {
      const stream = await opened.session.stream("tools/call", BOOKING)
      const { id } = await stream.message()
      await opened.session.send({ jsonrpc: "2.0", id, ...answer })
      expect(member(await stream.message(), "error", "code")).toBe(-32600)
    }
  })

  test("is not sent to a client that did not declare it", async () => {
    await using opened = await open({})
    expect(said((await opened.session.call("tools/call", BOOKING)).body)).toBe("Please tell me as well: date, seating.")
    const trip = await opened.session.call("tools/call", { name: "plan_trip" })
    expect(member(trip.body, "error", "message")).toBe("the client did not declare elicitation")
  })

  test("ends with the session", async () => {
    await using opened = await open()
    const stream = await opened.session.stream("tools/call", BOOKING)
    await stream.message()
    opened.mock.dropSessions()
    expect(await stream.next()).toBeUndefined()
  })
})

describe("an address to open", () => {
  const errand = async (session: Session) => {
    const stream = await session.stream("tools/call", { name: "connect_calendar" })
    const request = await stream.message()
    return { stream, id: request.id, params: request.params as { mode: string; url: string; elicitationId: string } }
  }

  test("is a page of the server; consent alone connects nothing", async () => {
    await using opened = await open(FORMS, { noAuth: true })
    const { stream, id, params } = await errand(opened.session)
    expect(params).toMatchObject({ mode: "url", elicitationId: expect.any(String) })
    expect(params.url.startsWith(`${opened.mock.origin}/errands/`)).toBe(true)
    await opened.reply(id, { action: "accept" })
    expect(said(await stream.message())).toContain("then call this tool again")
    expect((await (await fetch(params.url)).text()).includes("Connect")).toBe(true)
    const again = await errand(opened.session)
    expect(again.params.url).toBe(params.url)
  })

  test("tells when it was done, and then asks no more", async () => {
    await using opened = await open(FORMS, { noAuth: true })
    const standing = await opened.session.listen()
    const { stream, id, params } = await errand(opened.session)
    expect(await (await fetch(params.url, { method: "POST" })).text()).toContain("is connected")
    expect(await standing.message()).toEqual({
      jsonrpc: "2.0",
      method: "notifications/elicitation/complete",
      params: { elicitationId: params.elicitationId },
    })
    await opened.reply(id, { action: "accept" })
    expect(said(await stream.message())).toBe("Your calendar is connected.")
    const later = await opened.session.call("tools/call", { name: "connect_calendar" })
    expect(said(later.body)).toBe("Your calendar is connected.")
    opened.mock.reset()
    expect((await fetch(params.url)).status).toBe(404)
  })

  test("is for the browser of that user only", async () => {
    await using opened = await open()
    const { params } = await errand(opened.session)
    expect((await fetch(params.url)).status).toBe(403)
    expect((await fetch(params.url, { method: "POST" })).status).toBe(403)
    const signIn = async (user: string) => {
      const { query } = attempt(opened.mock, await newClient(opened.mock))
      const page = await fetch(authorizeUrl(opened.mock, query))
      const cookie = (page.headers.get("set-cookie") ?? "").split(";")[0] ?? ""
      const html = await page.text()
      const field = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(html)?.[1] ?? ""
      const answer = await fetch(`${opened.mock.issuer}/login`, {
        method: "POST",
        headers: { cookie, origin: opened.mock.origin },
        body: new URLSearchParams({ csrf: field("csrf"), interaction: field("interaction"), user }),
        redirect: "manual",
      })
      return (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? ""
    }
    expect((await fetch(params.url, { headers: { cookie: await signIn("grace") } })).status).toBe(403)
    expect((await fetch(params.url, { headers: { cookie: await signIn("ada") } })).status).toBe(200)
  })

  test("leads nowhere with another id", async () => {
    await using mock = await startMock({ noAuth: true })
    expect((await fetch(`${mock.origin}/errands/x`)).status).toBe(404)
  })
})
