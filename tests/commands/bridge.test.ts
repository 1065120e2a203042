import path from "node:path"
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import { describe, expect, inject, test } from "vitest"
import { DEMO_TOOLS, manualClock, startMock } from "../../mock/index.ts"
import { linesOf, run, start, temporaryFolder } from "./program.ts"

/** The official client, which knows only stdio, with the bridge as its server. */
const official = async (...args: ReadonlyArray<string>) => {
  const client = new Client({ name: "stdio only", version: "1" })
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [path.join(inject("dist"), "bin.js"), "bridge", ...args],
    stderr: "pipe",
  })
  let stderr = ""
  transport.stderr?.on("data", (text: Buffer) => {
    stderr += text.toString()
  })
  await client.connect(transport)
  // The client forgets who waits for progress as soon as the answer is there, also for progress that came before it in the
  // same piece: what came is noted here.
  const heard: Array<unknown> = []
  const deliver = transport.onmessage
  transport.onmessage = (message) => {
    heard.push(message)
    deliver?.(message)
  }
  return { client, heard, stderr: () => stderr, [Symbol.asyncDispose]: () => client.close() }
}

const request = (id: number, method: string, params: object = {}) =>
  `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`

const hello = request(1, "initialize", {
  protocolVersion: "2025-06-18",
  capabilities: {},
  clientInfo: { name: "t", version: "1" },
})

describe("bridge", () => {
  test("an older client gets no members that only 2026-07-28 knows", async () => {
    await using mock = await startMock({ noAuth: true })
    const requests = [
      hello,
      request(2, "tools/list"),
      request(3, "tools/call", { name: "add", arguments: { a: 1, b: 2 } }),
    ]
    const ended = await run(["bridge", mock.url, "--no-store"], { input: requests.join("") })
    const [, listed, called] = linesOf(ended.stdout).sort((one, other) => one.id - other.id)
    expect(Object.keys(listed.result)).toEqual(["tools"])
    expect(called.result).toEqual({ content: [{ type: "text", text: '{"sum":3}' }], structuredContent: { sum: 3 } })
  })

  test.each(["2026-07-28", "2025-11-25"])(
    "serves the official client over stdio, against a server with OAuth that speaks %s",
    async (revision) => {
      await using mock = await startMock({ autoApprove: true })
      using folder = temporaryFolder()
      const store = ["--store", folder.file("store")]
      const login = await run(["login", mock.url, "--browser", "follow", ...store])
      expect(login, login.stderr).toMatchObject({ code: 0 })
      await using bridged = await official(mock.url, ...store, "--protocol-version", revision)
      const { client } = bridged
      expect(client.getServerCapabilities()).toEqual({
        tools: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        prompts: { listChanged: true },
        completions: {},
        logging: {},
      })
      expect(client.getServerVersion()?.name).toBe("mcp-dcr-tui-mock")
      const { tools } = await client.listTools()
      expect(tools.map(({ name }) => name)).toEqual(DEMO_TOOLS.map(({ name }) => name))
      expect(await client.callTool({ name: "add", arguments: { a: 2, b: 40 } })).toMatchObject({
        structuredContent: { sum: 42 },
      })
      const slow = { name: "slow", arguments: { steps: 3, delayMs: 1 } }
      await client.callTool(slow, undefined, { onprogress: () => {} })
      expect(bridged.heard.slice(-4)).toMatchObject([
        ...[1, 2, 3].map((progress) => ({ method: "notifications/progress", params: { progress } })),
        { result: { content: [{ type: "text", text: "Finished 3 steps." }] } },
      ])
      expect((await client.listResources()).resources.length).toBeGreaterThan(0)
      expect((await client.listPrompts()).prompts.length).toBeGreaterThan(0)
      await client.ping()
      await expect(client.request({ method: "no/such" }, { parse: (x: unknown) => x } as never)).rejects.toMatchObject({
        code: -32601,
      })
      // Several at once: each gets its own answer.
      const sums = await Promise.all([1, 2, 3].map((a) => client.callTool({ name: "add", arguments: { a, b: 0 } })))
      expect(sums.map(({ structuredContent }) => structuredContent)).toEqual([{ sum: 1 }, { sum: 2 }, { sum: 3 }])
      // One sign-in in all, by `login`.
      expect(mock.log.all("register")).toHaveLength(1)
      expect(mock.log.all("authorize")).toHaveLength(1)
      expect(bridged.stderr()).toMatch(/✓ +8 Connect/)
    },
  )

  test("renews a token that ends within the session, and nobody notices", async () => {
    const clock = manualClock(Date.now())
    await using mock = await startMock({ autoApprove: true, clock })
    using folder = temporaryFolder()
    await using bridged = await official(mock.url, "--store", folder.file("store"), "--browser", "follow")
    await bridged.client.listTools()
    // For the server the token has ended; here nobody knows yet.
    clock.advance(24 * 3_600_000)
    expect(await bridged.client.callTool({ name: "add", arguments: { a: 2, b: 3 } })).toMatchObject({
      structuredContent: { sum: 5 },
    })
    const grants = mock.log.all("token").map(({ form }) => form?.grant_type)
    expect(grants).toEqual(["authorization_code", "refresh_token"])
    expect(mock.log.all("authorize")).toHaveLength(1)
  })

  test("says how to sign in when it may not ask, as an error of initialize, and ends with 3", async () => {
    await using mock = await startMock()
    const ended = await run(["bridge", mock.url, "--no-store"], { input: hello })
    expect(ended.code).toBe(3)
    expect(linesOf(ended.stdout)).toEqual([
      {
        jsonrpc: "2.0",
        id: 1,
        error: {
          code: -32603,
          message: expect.stringContaining(`mcp-dcr-tui login ${mock.url}`),
          data: { error: expect.anything() },
        },
      },
    ])
  })

  test("answers what is no message, and ends with its input after the last answer", async () => {
    await using mock = await startMock({ noAuth: true })
    const call = request(3, "tools/call", { name: "add", arguments: { a: 1, b: 2 } })
    const input = `${hello}no JSON\n[]\n{"jsonrpc":"2.0","method":"notifications/initialized"}\n${request(2, "ping")}${call}`
    const ended = await run(["bridge", mock.url, "--no-store"], { input })
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    const lines = linesOf(ended.stdout)
    expect(lines).toHaveLength(5)
    expect(lines).toEqual(
      expect.arrayContaining([
        { jsonrpc: "2.0", id: null, error: { code: -32700, message: expect.any(String) } },
        { jsonrpc: "2.0", id: null, error: { code: -32600, message: expect.any(String) } },
        { jsonrpc: "2.0", id: 1, result: expect.objectContaining({ protocolVersion: "2025-06-18" }) },
        { jsonrpc: "2.0", id: 2, result: {} },
        { jsonrpc: "2.0", id: 3, result: expect.objectContaining({ structuredContent: { sum: 3 } }) },
      ]),
    )
  })

  test("leaves cancelled requests unanswered, begun or not, and goes on", async () => {
    await using mock = await startMock({ noAuth: true })
    const running = start(["bridge", mock.url, "--no-store"], { input: "open" })
    const cancel = (requestId: number) =>
      `${JSON.stringify({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId } })}\n`
    running.write(hello)
    await running.says("stdout", /"id":1/)
    const slow = { name: "slow", arguments: { steps: 100, delayMs: 200 }, _meta: { progressToken: "p" } }
    running.write(request(2, "tools/call", slow))
    await running.says("stdout", /"progressToken":"p"/)
    running.write(request(3, "tools/call", slow))
    running.write(cancel(3))
    running.write(cancel(2))
    running.write(request(4, "tools/call", { name: "add", arguments: { a: 1, b: 1 } }))
    await running.says("stdout", /"id":4/)
    running.kill("SIGTERM")
    const ended = await running.end
    expect(ended).toMatchObject({ code: 130, signal: null })
    expect(linesOf(ended.stdout).flatMap(({ id }) => (id === undefined ? [] : [id]))).toEqual([1, 4])
  })
})
