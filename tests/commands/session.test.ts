import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Mock, startMock } from "../../mock/index.ts"
import { linesOf, run, start } from "./program.ts"

let mock: Mock
beforeAll(async () => {
  mock = await startMock({ noAuth: true })
})
afterAll(() => mock.close())

describe("session", () => {
  test("answers each line with one line, in order, bad ones too, until the input ends", async () => {
    const requests = [
      '{"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2}}}',
      "no JSON",
      '{"method":"no/such"}',
      '{"method":"tools/call","params":{"name":"add","arguments":{"a":3,"b":4}}}',
    ]
    const ended = await run(["session", mock.url, "--no-store"], { input: `${requests.join("\n")}\n` })
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    expect(linesOf(ended.stdout)).toMatchObject([
      { result: { structuredContent: { sum: 3 } } },
      { error: { code: "request_invalid" } },
      { error: { what: expect.any(String) } },
      { result: { structuredContent: { sum: 7 } } },
    ])
    // The next request is no way back to a step, and none of the bad ones was a repetition.
    expect(ended.stderr).not.toMatch(/back to/)
  })

  test("answers at once, not only when the input ends", async () => {
    const running = start(["session", mock.url, "--no-store"], { input: "open" })
    running.write('{"method":"tools/call","params":{"name":"echo","arguments":{"message":"one"}}}\n')
    await running.says("stdout", /^.*one.*\n$/)
    running.write('{"method":"tools/call","params":{"name":"echo","arguments":{"message":"two"}}}\n')
    await running.says("stdout", /^.*one.*\n.*two.*\n$/)
    running.kill("SIGINT")
    expect(await running.end).toMatchObject({ code: 130, signal: null })
  })
})

describe("what a server says unasked", () => {
  test.each(["2026-07-28", "2025-11-25"])(
    "%s: listened to, printed beside the answers, ended by an empty filter",
    async (revision) => {
      await using served = await startMock({ noAuth: true })
      const args = ["session", served.url, "--no-store", "--protocol-version", revision, "--log-level", "info"]
      const running = start(args, { input: "open" })
      const listen = (notifications: object) =>
        running.write(`${JSON.stringify({ method: "subscriptions/listen", params: { notifications } })}\n`)
      listen({ toolsListChanged: true })
      await running.says("stdout", /"toolsListChanged":true/)
      served.announce({ list: "tools" })
      await running.says("stdout", /tools\/list_changed/)
      running.write('{"method":"tools/call","params":{"name":"slow","arguments":{"steps":1,"delayMs":1}}}\n')
      await running.says("stdout", /"result":\{"content"|"result":\{.*"content"/)
      listen({})
      await running.says("stdout", /\{"result":\{"notifications":\{\}\}\}\n$/)
      listen({ resourceSubscriptions: "no list" })
      await running.says("stdout", /request_invalid/)
      running.kill("SIGINT")
      const ended = await running.end
      const lines = linesOf(ended.stdout).map((line) => Object(line))
      expect(lines[0]).toEqual({ result: { notifications: { toolsListChanged: true } } })
      expect(lines.flatMap(({ notification }) => notification?.method ?? [])).toEqual([
        "notifications/tools/list_changed",
        "notifications/message",
      ])
      expect(ended.stderr).toMatch(/server log, info.*step 1 done/)
    },
  )
})

describe("what else a server offers", () => {
  test.each(["resources", "prompts"])("%s", async (name) => {
    const json = await run([name, mock.url, "--no-store", "--json"])
    expect(json, json.stderr).toMatchObject({ code: 0 })
    expect(json.document()).toMatchObject({ serverUrl: mock.url, [name]: expect.arrayContaining([expect.any(Object)]) })
    const plain = await run([name, mock.url, "--no-store"])
    expect(plain).toMatchObject({ code: 0 })
    expect(plain.stdout.trim().split("\n").length).toBeGreaterThan(1)
  })

  test("resources: the templates too; a server that declares no prompts is not asked for any", async () => {
    await using served = await startMock({
      noAuth: true,
      behaviours: [
        {
          mcp: (message, exchange) =>
            exchange.event.rpc === "server/discover"
              ? { ...message, result: { ...Object(message.result), capabilities: { tools: {}, resources: {} } } }
              : message,
        },
      ],
    })
    const plain = await run(["resources", served.url, "--no-store"])
    expect(plain.stdout).toMatch(/^mock:\/\/\/readme\.md {2}Read me$/m)
    expect(plain.stdout).toMatch(/^mock:\/\/\/weather\/\{city\} {2}Weather of a city$/m)
    const none = await run(["prompts", served.url, "--no-store"])
    expect(none, none.stderr).toMatchObject({ code: 0, stdout: "The server offers no prompts.\n" })
    expect(served.log.all("mcp").map(({ rpc }) => rpc)).not.toContain("prompts/list")
  })
})
