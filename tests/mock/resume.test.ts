import { describe, expect, test } from "vitest"
import { REVISIONS, startMock, type Tool } from "../../mock/index.ts"
import { type Json, member, Session, stoppedMock } from "./client.ts"

const SLOW = { name: "slow", arguments: { steps: 3, delayMs: 1000 }, _meta: { progressToken: "p" } }
const progress = (message: Json) => member(message, "params", "progress")

const start = async () => {
  const { mock, clock } = await stoppedMock()
  const session = await Session.open(mock, mock.issueToken())
  const step = async () => {
    await expect.poll(() => clock.waiting).toBeGreaterThan(0)
    clock.advance(1000)
  }
  return { mock, clock, session, step, [Symbol.asyncDispose]: () => mock.close() }
}

describe("a stream that was cut", () => {
  test("goes on after the event that the client saw last", async () => {
    await using cut = await start()
    const stream = await cut.session.stream("tools/call", SLOW)
    const priming = await stream.next()
    expect(priming).toEqual({ id: "1-0", retry: "500", comment: undefined, message: undefined })
    await cut.step()
    const first = await stream.next()
    expect([first?.id, progress(first?.message ?? {})]).toEqual(["1-1", 1])
    await stream.close()
    await cut.step()
    await expect.poll(() => cut.clock.waiting).toBe(1)
    const rest = await cut.session.listen(first?.id)
    expect(progress(await rest.message())).toBe(2)
    await cut.step()
    expect(progress(await rest.message())).toBe(3)
    expect(member(await rest.message(), "result", "content", 0, "text")).toBe("Finished 3 steps.")
    expect(await rest.next()).toBeUndefined()
    expect(cut.mock.log.failures()).toEqual([])
  })

  test("can be read again from its beginning, after its end as well", async () => {
    await using cut = await start()
    const stream = await cut.session.stream("tools/call", SLOW)
    for (let step = 0; step < 3; step += 1) {
      await cut.step()
      await stream.message()
    }
    await stream.rest()
    const again = await cut.session.listen("1-0")
    expect(await again.rest()).toHaveLength(4)
    expect(await (await cut.session.listen("1-3")).rest()).toHaveLength(1)
    expect(await (await cut.session.listen("1-4")).rest()).toHaveLength(0)
  })

  test.each(["9-0", "x", "1", "1-", "-1-1", ""])("has no event %j", async (id) => {
    await using cut = await start()
    const answer = await cut.session.listen(id)
    expect(answer.response.status).toBe(400)
  })

  test("belongs to its session", async () => {
    await using cut = await start()
    await (await cut.session.stream("tools/call", SLOW)).next()
    const other = await Session.open(cut.mock, cut.session.token)
    expect((await other.listen("1-0")).response.status).toBe(400)
  })

  test("is what a tool can do to its client", async () => {
    const { promise: go, resolve } = Promise.withResolvers<undefined>()
    const tool: Tool = {
      name: "cutter",
      title: "Cutter",
      description: "Cuts.",
      inputSchema: { type: "object" },
      annotations: {},
      async run(_input, { hangUp }) {
        hangUp()
        await go
        return { content: [] }
      },
    }
    await using mock = await startMock({ tools: [tool] })
    const session = await Session.open(mock, mock.issueToken())
    const stream = await session.stream("tools/call", { name: "cutter" })
    const id = (await stream.next())?.id
    expect(await stream.next()).toBeUndefined()
    const rest = await session.listen(id)
    resolve(undefined)
    expect((await rest.rest())[0]).toMatchObject({ id: 1, result: { content: [] } })
  })
})

test("the stand-alone stream keeps what came while nobody listened", async () => {
  await using mock = await startMock()
  const session = await Session.open(mock, mock.issueToken())
  const stream = await session.listen()
  mock.announce({ list: "tools" })
  expect((await stream.next())?.comment).toBe("open")
  const seen = await stream.next()
  await stream.close()
  mock.announce({ list: "prompts" })
  const again = await session.listen(seen?.id)
  expect((await again.message()).method).toBe("notifications/prompts/list_changed")
})

test.each(REVISIONS)("in %s streams have what the revision knows", async (revision) => {
  await using mock = await startMock()
  if (revision === "2026-07-28") return
  const session = await Session.open(mock, mock.issueToken(), revision)
  const stream = await session.stream("tools/call", { name: "slow", arguments: { steps: 1, delayMs: 0 } })
  const first = await stream.next()
  // Events without data came with 2025-11-25, and older clients take them for broken JSON.
  if (revision === "2025-11-25") expect(first?.message).toBeUndefined()
  else expect([first?.id, first?.message === undefined]).toEqual(["1-1", false])
})
