import path from "node:path"
import { Client as Current } from "@modelcontextprotocol/client"
import { StdioClientTransport as CurrentStdio } from "@modelcontextprotocol/client/stdio"
import { Client as Classic } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport as ClassicStdio } from "@modelcontextprotocol/sdk/client/stdio.js"
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js"
import { describe, expect, inject, test, vi } from "vitest"
import { DEMO_RESOURCES, DEMO_TOOLS, type Mock, startMock } from "../../mock/index.ts"
import { run, temporaryFolder } from "./program.ts"

const readme = DEMO_RESOURCES[0]?.uri ?? ""
const capabilities = { elicitation: {}, sampling: {}, roots: {} }
const greeting = { role: "assistant", model: "m", content: { type: "text", text: "Paris" } } as const
const folder = { uri: "file:///home/somebody", name: "home" }

/** What a test needs of either client. */
interface Bridged extends AsyncDisposable {
  readonly call: (name: string, args?: object, signal?: AbortSignal) => Promise<unknown>
  readonly heard: Array<string>
  readonly subscribe: (uri: string) => Promise<unknown>
  readonly setLevel: (level: "info") => Promise<unknown>
  readonly serverCapabilities: () => unknown
  readonly toolNames: () => Promise<ReadonlyArray<string>>
}

const command = (args: ReadonlyArray<string>) => ({
  command: process.execPath,
  args: [path.join(inject("dist"), "bin.js"), "bridge", ...args],
  stderr: "ignore" as const,
})

const named = (name: string, args: object) => ({ name, arguments: args as Record<string, unknown> })

const clients: Readonly<Record<string, (args: ReadonlyArray<string>) => Promise<Bridged>>> = {
  "SDK 1.x": async (args) => {
    const client = new Classic({ name: "t", version: "1" }, { capabilities })
    const heard: Array<string> = []
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: "accept", content: { name: "Ada" } }))
    client.setRequestHandler(CreateMessageRequestSchema, () => greeting)
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [folder] }))
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void heard.push("tools"))
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void heard.push(params.uri))
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void heard.push(`${params.data}`))
    await client.connect(new ClassicStdio(command(args)))
    return {
      call: (name, args = {}, signal) =>
        client.callTool(named(name, args), undefined, signal === undefined ? {} : { signal }),
      heard,
      subscribe: (uri) => client.subscribeResource({ uri }),
      setLevel: (level) => client.setLoggingLevel(level),
      serverCapabilities: () => client.getServerCapabilities(),
      toolNames: async () => (await client.listTools()).tools.map(({ name }) => name),
      [Symbol.asyncDispose]: () => client.close(),
    }
  },
  "SDK 2.x": async (args) => {
    const client = new Current({ name: "t", version: "1" }, { capabilities })
    const heard: Array<string> = []
    client.setRequestHandler("elicitation/create", () => ({ action: "accept", content: { name: "Ada" } }))
    client.setRequestHandler("sampling/createMessage", () => greeting)
    client.setRequestHandler("roots/list", () => ({ roots: [folder] }))
    client.setNotificationHandler("notifications/tools/list_changed", () => void heard.push("tools"))
    client.setNotificationHandler("notifications/resources/updated", ({ params }) => void heard.push(params.uri))
    client.setNotificationHandler("notifications/message", ({ params }) => void heard.push(`${params.data}`))
    await client.connect(new CurrentStdio(command(args)))
    return {
      call: (name, args = {}, signal) => client.callTool(named(name, args), signal === undefined ? {} : { signal }),
      heard,
      subscribe: (uri) => client.subscribeResource({ uri }),
      setLevel: (level) => client.setLoggingLevel(level),
      serverCapabilities: () => client.getServerCapabilities(),
      toolNames: async () => (await client.listTools()).tools.map(({ name }) => name),
      [Symbol.asyncDispose]: () => client.close(),
    }
  },
}

const text = (value: string) => ({ content: [{ type: "text", text: value }] })

const cases = Object.keys(clients).flatMap((sdk) => ["2026-07-28", "2025-11-25"].map((revision) => ({ sdk, revision })))

describe.each(cases)("bridge between $sdk and a server with OAuth that speaks $revision", ({ sdk, revision }) => {
  const bridged = async (use: (client: Bridged, mock: Mock) => Promise<void>) => {
    await using mock = await startMock({ autoApprove: true, diagnostics: true })
    using home = temporaryFolder()
    const store = ["--store", home.file("store")]
    expect(await run(["login", mock.url, "--browser", "follow", ...store])).toMatchObject({ code: 0 })
    const open = clients[sdk]
    if (open === undefined) throw new Error("no such client")
    await using client = await open([mock.url, ...store, "--protocol-version", revision])
    await use(client, mock)
    expect(mock.log.all("authorize")).toHaveLength(1)
  }

  test("news of lists and resources, and log messages, are passed on", () =>
    bridged(async ({ serverCapabilities, heard, subscribe, setLevel, call, toolNames }, mock) => {
      expect(serverCapabilities()).toMatchObject({
        tools: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        logging: {},
      })
      expect(await toolNames()).toContain(DEMO_TOOLS[0]?.name)
      mock.announce({ list: "tools" })
      await vi.waitFor(() => expect(heard).toEqual(["tools"]))
      await subscribe(readme)
      mock.announce({ uri: readme })
      await vi.waitFor(() => expect(heard).toEqual(["tools", readme]))
      await call("slow", { steps: 1, delayMs: 1 })
      expect(heard).toHaveLength(2)
      await setLevel("info")
      await call("slow", { steps: 1, delayMs: 1 })
      await vi.waitFor(() => expect(heard.at(-1)).toBe("step 1 done"))
    }))

  test("what the server asks reaches the client: forms, its model, its folders", () =>
    bridged(async ({ call }) => {
      expect(await call("test_input_required_result_elicitation")).toMatchObject(text("Hello, Ada!"))
      expect(await call("test_input_required_result_sampling")).toMatchObject(
        text(`Sampling result: ${JSON.stringify(greeting.content)}`),
      )
      expect(await call("test_input_required_result_list_roots")).toMatchObject(
        text(`Roots: ${JSON.stringify([folder])}`),
      )
    }))

  test("several calls at once: one is cancelled, the others go on and each gets its own answer", () =>
    bridged(async ({ call }, mock) => {
      const given = new AbortController()
      const long = call("slow", { steps: 100, delayMs: 200 }, given.signal)
      const gone = expect(long).rejects.toThrow()
      const running = () => mock.log.all("mcp").filter(({ tool }) => tool === "slow").length
      const quick = await Promise.all([1, 2, 3].map((a) => call("add", { a, b: 0 })))
      expect(quick.map((each) => Object(each).structuredContent)).toEqual([{ sum: 1 }, { sum: 2 }, { sum: 3 }])
      given.abort()
      await gone
      expect(await call("add", { a: 4, b: 0 })).toMatchObject({ structuredContent: { sum: 4 } })
      const told = () => mock.log.all("mcp").filter(({ rpc }) => rpc === "notifications/cancelled").length
      await vi.waitFor(() => expect([running() > 0, told()]).toEqual([true, revision === "2026-07-28" ? 0 : 1]))
    }))
})

test("a client that declares nothing is asked nothing, and the server knows it", async () => {
  await using mock = await startMock({ noAuth: true, diagnostics: true })
  const client = new Classic({ name: "t", version: "1" })
  await client.connect(new ClassicStdio(command([mock.url, "--no-store"])))
  const answered = await client.callTool({ name: "test_input_required_result_capabilities", arguments: {} })
  expect(answered).toMatchObject(text("The client declared nothing that could be asked."))
  await client.close()
})
