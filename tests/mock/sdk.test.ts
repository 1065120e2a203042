import * as current from "@modelcontextprotocol/client"
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import { describe, expect, test } from "vitest"
import { DEMO_TOOLS, type Mock, type MockOptions, startMock } from "../../mock/index.ts"

const REDIRECT = "http://127.0.0.1:43210/callback"

/** A client that keeps everything in memory and follows the approving redirect itself. */
class Provider {
  client: unknown
  saved: unknown
  verifier = ""
  answer = new URLSearchParams()
  readonly redirectUrl = REDIRECT
  readonly clientMetadata = {
    client_name: "SDK client",
    redirect_uris: [REDIRECT],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  }
  state = () => "state-of-the-sdk-client"
  // Two SDK generations with two type packages share this class; never fits both.
  clientInformation = (): never => this.client as never
  saveClientInformation(client: unknown) {
    this.client = client
  }
  tokens = (): never => this.saved as never
  saveTokens(tokens: unknown) {
    this.saved = tokens
  }
  async redirectToAuthorization(url: URL) {
    const answer = await fetch(url, { redirect: "manual" })
    this.answer = new URL(answer.headers.get("location") ?? "").searchParams
  }
  discovery: unknown
  saveDiscoveryState(discovery: unknown) {
    this.discovery = discovery
  }
  discoveryState = (): never => this.discovery as never
  saveCodeVerifier(verifier: string) {
    this.verifier = verifier
  }
  codeVerifier = () => this.verifier
}

/** Failures that an SDK of its time cannot avoid: it does not say its application type. */
const ours = (mock: Mock) =>
  mock.log.failures().filter((failure) => failure !== "register: registration-application-type")

const names = (list: { tools: { name: string }[] }) => list.tools.map((tool) => tool.name)

/** What the newest authorization request asks for; offline_access is in it because the metadata offers it. */
const scopes = (mock: Mock) => String(mock.log.last("authorize")?.query.scope).split(" ").sort()

const TOOLS = DEMO_TOOLS.map(({ name }) => name)

describe("the official SDK, generation 1 (2025-11-25)", () => {
  async function connect(mock: Mock) {
    const provider = new Provider()
    const open = () => new StreamableHTTPClientTransport(new URL(mock.url), { authProvider: provider })
    const first = open()
    const client = new Client({ name: "sdk-1", version: "1" })
    await expect(client.connect(first as never)).rejects.toThrow(/Unauthorized/)
    await first.finishAuth(provider.answer.get("code") ?? "")
    await client.connect(open() as never)
    return { client, provider }
  }

  test.each<MockOptions>([{}, { answers: "sse" }, { tokenFormat: "opaque" }, { pageSize: 3 }])(
    "signs in and calls tools with %j",
    async (options) => {
      await using mock = await startMock({ autoApprove: true, ...options })
      const { client } = await connect(mock)
      if (!options.pageSize) expect(names(await client.listTools())).toEqual(TOOLS)
      const sum = await client.callTool({ name: "add", arguments: { a: 2, b: 40 } })
      expect(sum.structuredContent).toEqual({ sum: 42 })
      const progress: number[] = []
      const slow = await client.callTool({ name: "slow", arguments: { steps: 3, delayMs: 0 } }, undefined, {
        onprogress: (update) => void progress.push(update.progress),
      })
      expect(slow.isError).toBeFalsy()
      expect(progress).toEqual([1, 2, 3])
      const profile = await client.callTool({ name: "get_user_profile", arguments: {} })
      expect(profile.structuredContent).toMatchObject({ sub: "ada", name: "Ada Lovelace" })
      await client.close()
      expect(ours(mock)).toEqual([])
    },
  )
})

describe("the official SDK, generation 2", () => {
  async function connect(mock: Mock, options: current.ClientOptions) {
    const provider = new Provider()
    const open = () => new current.StreamableHTTPClientTransport(new URL(mock.url), { authProvider: provider })
    const first = open()
    const client = new current.Client({ name: "sdk-2", version: "1" }, options)
    await expect(client.connect(first)).rejects.toThrow()
    await first.finishAuth(provider.answer)
    await client.close().catch(() => {})
    const signedIn = new current.Client({ name: "sdk-2", version: "1" }, options)
    await signedIn.connect(open())
    return { client: signedIn, provider }
  }

  test.each<[string, current.ClientOptions, string]>([
    ["pinned to 2026-07-28", { versionNegotiation: { mode: { pin: "2026-07-28" } } }, "2026-07-28"],
    ["finding out by itself", { versionNegotiation: { mode: "auto" } }, "2026-07-28"],
    ["with initialize", {}, "2025-11-25"],
  ])("signs in and calls tools, %s", async (_, options, revision) => {
    await using mock = await startMock({ autoApprove: true })
    const { client } = await connect(mock, options)
    expect(names(await client.listTools())).toEqual(TOOLS)
    const sum = await client.callTool({ name: "add", arguments: { a: 2, b: 40 } })
    expect(sum.structuredContent).toEqual({ sum: 42 })
    const files = await client.callTool({ name: "list_files", arguments: { path: "/documents" } })
    expect(files.isError).toBeFalsy()
    const progress: number[] = []
    await client.callTool(
      { name: "slow", arguments: { steps: 2, delayMs: 0 } },
      { onprogress: (update) => void progress.push(update.progress) },
    )
    expect(progress).toEqual([1, 2])
    await client.close()
    expect(mock.log.last("mcp")?.revision ?? revision).toBe(revision)
    expect(ours(mock)).toEqual([])
  })

  test.each<[string, current.ClientOptions]>([
    ["pinned to 2026-07-28", { versionNegotiation: { mode: { pin: "2026-07-28" } } }],
    ["with initialize", {}],
  ])("reads resources, fills prompts in and answers forms, %s", async (_, options) => {
    await using mock = await startMock({ autoApprove: true })
    const { client } = await connect(mock, { ...options, capabilities: { elicitation: { form: {} } } })
    const asked: unknown[] = []
    client.setRequestHandler("elicitation/create", ({ params }) => {
      asked.push(params.message)
      const schema = "requestedSchema" in params ? params.requestedSchema.properties : {}
      const { city } = schema
      const first = city !== undefined && "enum" in city ? city.enum[0] : undefined
      return { action: "accept", content: first === undefined ? { goal: "warm" } : { city: first } }
    })
    const trip = await client.callTool({ name: "plan_trip", arguments: {} })
    expect(asked).toEqual(["What do you like?", "Where do you want to go?"])
    expect(trip.content).toMatchObject([{ text: expect.stringContaining("3 days in ") }])
    const { contents } = await client.readResource({ uri: "mock:///weather/Oslo" })
    expect(contents).toMatchObject([{ mimeType: "application/json" }])
    const { messages } = await client.getPrompt({ name: "packing_list", arguments: { city: "Oslo" } })
    expect(messages).toHaveLength(3)
    const ref = { type: "ref/prompt", name: "packing_list" } as const
    const { completion } = await client.complete({ ref, argument: { name: "city", value: "o" } })
    expect(completion.values).toEqual(["Oslo"])
    // What is not listed cannot be mirrored into headers.
    await client.listTools()
    const shop = await client.callTool({ name: "find_shop", arguments: { district: "nørrebro" } })
    expect(shop.content).toMatchObject([{ text: "The Early Bird, nørrebro district" }])
    await client.close()
    expect(ours(mock)).toEqual([])
  })

  test("steps up when a tool needs more than was granted", async () => {
    await using mock = await startMock({ autoApprove: true, scopes: "progressive" })
    const { client, provider } = await connect(mock, { versionNegotiation: { mode: { pin: "2026-07-28" } } })
    expect(scopes(mock)).toEqual(["mcp:tools", "offline_access"])
    await expect(client.callTool({ name: "list_files", arguments: {} })).rejects.toThrow()
    expect(scopes(mock)).toEqual(["files:read", "mcp:tools", "offline_access"])
    expect(provider.answer.get("code")).toBeTruthy()
  })
})
