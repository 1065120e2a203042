import { expect, it } from "vitest"
import type { Event } from "../../source/flow/event.ts"
import { calling, now, serverUrl, start, through, waiting } from "./journal.ts"
import { openSession } from "./session.ts"
import { keys } from "./terminal.ts"

const quiet = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

it.each([
  ["Start", [], ""],
  ["Flow at a gate", through("server"), ""],
  ["a run that is done", through("call"), "4"],
  ["the help", through("server"), "?"],
] as const)("draws nothing while nothing happens: %s", async (_, events, typed) => {
  // With motion allowed: nothing is pending, so nothing moves.
  await using session = openSession({ events, reducedMotion: false })
  await session.terminal.shows(/mcp-dcr-tui/)
  await session.terminal.settles(100)
  session.terminal.type(typed)
  await session.terminal.settles(100)
  const before = session.terminal.writes()
  await quiet(1500)
  expect(session.terminal.writes()).toBe(before)
})

it("spins while a step runs, at most ten times a second, and once a second where motion is not wanted", async () => {
  await using moving = openSession({ events: calling(), at: now(), reducedMotion: false })
  await using still = openSession({ events: calling(), at: now(), reducedMotion: true })
  await moving.terminal.shows(/2 Flow\]/)
  await still.terminal.shows(/2 Flow\]/)
  const before = [moving.terminal.writes(), still.terminal.writes()] as const
  for (let second = 0; second < 10; second++) {
    moving.pass(100)
    still.pass(100)
    await quiet(100)
  }
  const frames = { moving: moving.terminal.writes() - before[0], still: still.terminal.writes() - before[1] }
  // A frame is a few writes: begin, lines, end of the synchronized update.
  expect(frames.moving).toBeGreaterThan(10)
  expect(frames.moving).toBeLessThanOrEqual(45)
  expect(frames.still).toBeLessThanOrEqual(9)
  still.pass(1500)
  await still.terminal.shows(/Running for 2/)
})

it("sends a clock's second and nothing else while the browser is awaited", async () => {
  await using session = openSession({ events: waiting() })
  const { terminal } = session
  await terminal.shows(/Waiting for you/)
  await terminal.settles(100)
  const before = terminal.received().length
  session.pass(1000)
  await terminal.shows(/in the browser +0:08/)
  expect(terminal.received().length - before).toBeLessThan(400)
})

const traffic = (count: number): ReadonlyArray<Event> =>
  Array.from(
    { length: count },
    (_, index): ReadonlyArray<Event> => [
      {
        _tag: "RequestSent",
        at: start + 20_000 + index,
        request: {
          exchange: 100 + index,
          leg: "mcp",
          attempt: 1,
          at: start + 20_000 + index,
          method: "POST",
          url: `${serverUrl}?${index}`,
          headers: [],
        },
      },
      {
        _tag: "ExchangeFinished",
        at: start + 20_000 + index,
        response: {
          exchange: 100 + index,
          at: start + 20_000 + index,
          status: 200,
          headers: [],
          timings: { total: 5 },
        },
      },
    ],
  ).flat()

it("takes a key in little work and few bytes, however long the log", async () => {
  await using session = openSession({ size: [120, 40], events: [...through("call"), ...traffic(5000)] })
  const { terminal } = session
  await terminal.shows(/2 Flow\]/)
  terminal.type("3")
  await terminal.shows(/5008 · follow/)
  terminal.type("k")
  await terminal.shows(/\+1, G/)
  await terminal.settles(60)
  const bytes = terminal.received().length
  const cpu = process.cpuUsage()
  for (let count = 2; count <= 21; count++) {
    terminal.type("k")
    await terminal.shows(new RegExp(`\\+${count}, G`))
  }
  const { user, system } = process.cpuUsage(cpu)
  // Scrolling changes nearly every line; typing, below, must stay under 400 bytes.
  expect((terminal.received().length - bytes) / 20).toBeLessThan(9000)
  expect((user + system) / 1000 / 20).toBeLessThan(150)

  terminal.type("/")
  await terminal.shows(/\/ +┃/)
  await terminal.settles(60)
  terminal.type(serverUrl.slice(0, 20))
  await terminal.shows(/5006 of|of 5008/)
  await terminal.settles(60)
  const typed = terminal.received().length
  terminal.type(keys.Left)
  await terminal.settles(60)
  expect(terminal.received().length - typed).toBeLessThan(400)
})

it("draws many events of one moment in few frames", async () => {
  await using session = openSession({ events: through("call") })
  const { terminal, flow } = session
  await terminal.shows(/2 Flow\]/)
  await terminal.settles(60)
  const before = terminal.writes()
  for (const it of traffic(500)) flow.append(it)
  await terminal.shows(/508 · follow/)
  await terminal.settles(60)
  expect(terminal.writes() - before).toBeLessThanOrEqual(12)
})
