import { readFileSync } from "node:fs"
import * as Schema from "effect/Schema"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Mock, startMock } from "../../mock/index.ts"
import { Event } from "../../source/flow/event.ts"
import { type Listening, listen } from "../servers/listening.ts"
import { type Running, start, temporaryFolder } from "./program.ts"

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Event))

let mock: Mock
let silent: Listening
beforeAll(async () => {
  mock = await startMock({ autoApprove: true })
  silent = await listen(() => () => {})
})
afterAll(async () => {
  await mock.close()
  await silent[Symbol.asyncDispose]()
})

interface Moment {
  readonly name: string
  readonly args: () => ReadonlyArray<string>
  /** Resolves when the moment has come. */
  readonly comes: (running: Running) => Promise<unknown>
}

const moments: ReadonlyArray<Moment> = [
  {
    name: "while a server does not answer",
    args: () => ["tools", `${silent.origin}/mcp`],
    comes: (running) => running.says("stderr", /→ POST/),
  },
  {
    name: "while the browser is awaited",
    args: () => ["login", mock.url, "--browser", "print"],
    comes: (running) => running.says("stderr", /Waiting for the answer/),
  },
  {
    name: "while a tool works",
    args: () => ["call", mock.url, "slow", "steps=20", "delayMs=1000", "--browser", "follow"],
    comes: (running) => running.says("stderr", /progress 1 of 20/),
  },
  {
    name: "while a whole run is printed",
    args: () => ["demo"],
    comes: (running) => running.says("stderr", /4 Register client/),
  },
]

// A second on a machine that does something else as well: tried again before it counts.
describe.each(["SIGINT", "SIGTERM"] as const)("%s ends a run with 130 within a second", (signal) => {
  test.each(moments)("$name", { retry: 2 }, async ({ args, comes }) => {
    using folder = temporaryFolder()
    const journal = folder.file("journal")
    const store = args()[0] === "demo" ? [] : ["--store", folder.file("store")]
    const running = start([...args(), ...store, "--journal", journal, "--json", "--verbose"], { input: "open" })
    await comes(running)
    running.kill(signal)
    const ended = await running.end
    expect(ended, ended.stderr).toMatchObject({ code: 130, signal: null })
    expect(ended.millis).toBeLessThan(1000)
    expect(ended.document()).toMatchObject({ error: { code: "interrupted", exit: 130 } })
    // The journal is whole, and says itself that the step was cancelled.
    const events = readFileSync(journal, "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => decode(line))
    expect(events[0]).toMatchObject({ _tag: "RunStarted" })
    const last = events.findLast((event) => event._tag === "StepStarted" || event._tag === "StepEnded")
    expect(last).toMatchObject({ _tag: "StepEnded", outcome: expect.stringMatching(/cancelled|done/) })
  })
})

test("a second Ctrl-C is not needed, and does no harm", async () => {
  const running = start(["login", mock.url, "--no-store", "--browser", "print"], { input: "open" })
  await running.says("stderr", /Waiting for the answer/)
  running.kill("SIGINT")
  running.kill("SIGINT")
  expect((await running.end).code).toBe(130)
})
