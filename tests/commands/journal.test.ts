import { readFileSync, statSync, writeFileSync } from "node:fs"
import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import { startMock } from "../../mock/index.ts"
import { Event } from "../../source/flow/event.ts"
import { initialState, transition } from "../../source/flow/state.ts"
import { mainSteps } from "../../source/flow/step-id.ts"
import { run, temporaryFolder } from "./program.ts"

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Event))

test("--journal keeps every event as a line of JSON, and the lines are the whole run", async () => {
  await using mock = await startMock({ autoApprove: true })
  using folder = temporaryFolder()
  const file = folder.file("journal.jsonl")
  writeFileSync(file, "an older one\n")
  const args = ["call", mock.url, "add", "a=1", "b=2", "--browser", "follow", "--no-store", "--journal", file]
  expect(await run(args)).toMatchObject({ code: 0 })
  expect(statSync(file).mode & 0o077).toBe(0)
  const lines = readFileSync(file, "utf8").split("\n")
  expect(lines.pop()).toBe("")
  const events = lines.map((line) => decode(line))
  expect(events[0]).toMatchObject({ _tag: "RunStarted", serverUrl: mock.url })
  const state = events.reduce(transition, initialState)
  expect(mainSteps.map((step) => state.steps[step].status)).toEqual(mainSteps.map(() => "done"))
  expect(state.facts.result?.structuredContent).toEqual({ sum: 3 })
  // Every request that the server saw is in it, with its answer.
  expect(state.exchanges).toHaveLength(mock.log.size)
  expect(state.exchanges.every(({ response }) => response?.status !== undefined)).toBe(true)
})

test("a failed run leaves its journal as well, with the reason", async () => {
  using folder = temporaryFolder()
  const file = folder.file("journal.jsonl")
  const ended = await run(["tools", "http://127.0.0.1:1/mcp", "--no-store", "--journal", file])
  expect(ended.code).toBe(6)
  const events = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => decode(line))
  expect(events).toContainEqual(
    expect.objectContaining({
      _tag: "StepEnded",
      outcome: "failed",
      problem: expect.objectContaining({ code: "connection_refused" }),
    }),
  )
})
