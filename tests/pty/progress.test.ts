import path from "node:path"
import { expect, inject, test } from "vitest"
import { startMock } from "../../mock/index.ts"
import { keys, openTerminal } from "./terminal.ts"

const call = (url: string, ...more: ReadonlyArray<string>) =>
  openTerminal({
    program: process.execPath,
    args: [path.join(inject("dist"), "bin.js"), "call", url, "--no-store", ...more],
  })

test("MR-59 progress is a bar in one place, and gone with the result", async () => {
  await using mock = await startMock({ noAuth: true })
  await using terminal = call(mock.url, "slow", "steps=4", "delayMs=150")
  await terminal.shows(/█+░+ +50 %/)
  expect((await terminal.ended).code).toBe(0)
  expect(terminal.screen()).not.toMatch(/[█░%]/)
  expect(terminal.screen()).toMatch(/✓ 10 Call a tool: slow: ok/)
})

test("--ascii: the bar too", async () => {
  await using mock = await startMock({ noAuth: true })
  await using terminal = call(mock.url, "slow", "steps=4", "delayMs=150", "--ascii")
  await terminal.shows(/#+-+ +50 %/)
  expect((await terminal.ended).code).toBe(0)
})

test.each([
  { revision: "2026-07-28", told: false },
  { revision: "2025-11-25", told: true },
])("MR-33 MR-42 Ctrl+C during a call gives it up in the way of $revision", async ({ revision, told }) => {
  await using mock = await startMock({ noAuth: true })
  await using terminal = call(mock.url, "slow", "steps=100", "delayMs=200", "--protocol-version", revision)
  await terminal.shows(/░+ +2 %/)
  terminal.write(keys.CtrlC)
  expect((await terminal.ended).code).toBe(130)
  const heard = mock.log.all("mcp").map(({ rpc }) => rpc)
  expect(heard.filter((rpc) => rpc === "notifications/cancelled")).toHaveLength(told ? 1 : 0)
})

test("MR-11 arguments typed on standard input leave nobody to ask: that questions are answered is not declared", async () => {
  await using mock = await startMock({ noAuth: true })
  await using terminal = call(mock.url, "book_table", "--args", "-")
  terminal.write('{"restaurant":"Lune"}\n\u0004')
  await terminal.ended
  expect(terminal.screen()).not.toMatch(/details/i)
  const declared = mock.log
    .all("mcp")
    .map(({ body }) => Object(body).params?._meta?.["io.modelcontextprotocol/clientCapabilities"])
  expect(declared.length).toBeGreaterThan(1)
  for (const capabilities of declared) expect(capabilities).toEqual({})
})
