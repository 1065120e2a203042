import { describe, expect, test } from "vitest"
import { DEMO_TOOLS, startMock } from "../../mock/index.ts"
import { inputFaults } from "../../mock/tools/input.ts"
import { type Json, member, modern, sseMessages } from "./client.ts"

const call = async (name: string, input?: unknown) => {
  await using mock = await startMock()
  const params = { name, ...(input === undefined ? {} : { arguments: input }) }
  const answer = await modern(mock, mock.issueToken(), "tools/call", params)
  const body = sseMessages(answer.text).at(-1) ?? answer.body
  return { result: body.result as Json, error: body.error as Json | undefined }
}
const text = (result: Json) => member(result, "content", 0, "text")

const WRITES = ["book_table", "connect_calendar", "save_note", "rearrange_tools"]

describe("every tool", () => {
  test.each(DEMO_TOOLS)("$name is described well", ({ name, title, description, inputSchema, annotations }) => {
    expect(name).toMatch(/^[a-z_]{1,64}$/)
    expect(title).not.toBe("")
    expect(description).toMatch(/\.$/)
    expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false })
    expect(annotations).toMatchObject({
      title,
      readOnlyHint: !WRITES.includes(name),
      destructiveHint: name === "save_note",
      openWorldHint: false,
    })
  })

  test.each<[string, Json]>([
    ["get_weather", { city: "Oslo", units: "fahrenheit" }],
    ["list_files", { path: "/documents" }],
    ["get_user_profile", {}],
    ["add", { a: 0.5, b: -1 }],
  ])("%s gives what its output schema says, and the same as text", async (name, input) => {
    const { result } = await call(name, input)
    const schema = DEMO_TOOLS.find((tool) => tool.name === name)?.outputSchema ?? {}
    expect(inputFaults(schema, result.structuredContent)).toEqual([])
    expect(JSON.parse(String(text(result)))).toEqual(result.structuredContent)
  })
})

test("the weather of a city is always the same", async () => {
  const [once, again] = [await call("get_weather", { city: "Paris" }), await call("get_weather", { city: "PARIS" })]
  expect({ ...(once.result.structuredContent as Json), city: "" }).toEqual({
    ...(again.result.structuredContent as Json),
    city: "",
  })
})

test.each([
  ["/", ["documents", "pictures", "readme.txt"]],
  [undefined, ["documents", "pictures", "readme.txt"]],
  ["/documents/letters/", ["babbage-1843.txt"]],
])("the folder %s holds %j", async (path, names) => {
  const { result } = await call("list_files", path === undefined ? undefined : { path })
  expect((member(result, "structuredContent", "entries") as Json[]).map(({ name }) => name)).toEqual(names)
})

test.each(["/nowhere", "/readme.txt", "/toString", "../.."])("there is no folder %s", async (path) => {
  expect((await call("list_files", { path })).result).toMatchObject({ isError: true })
})

test.each<[string, unknown, string]>([
  ["echo", {}, "arguments.message: is missing"],
  ["echo", { message: 5 }, "arguments.message: must be string"],
  ["echo", { message: "x", more: 1 }, "arguments.more: is not known"],
  ["get_weather", { city: "" }, "arguments.city: is too short"],
  ["get_weather", { city: "Oslo", units: "kelvin" }, "arguments.units: must be one of celsius, fahrenheit"],
  ["slow", { steps: 0 }, "arguments.steps: must be at least 1"],
  ["slow", { steps: 1.5 }, "arguments.steps: must be integer"],
  ["slow", { steps: 101 }, "arguments.steps: must be at most 100"],
])("%s with %j is a tool error that says what is wrong", async (name, input, fault) => {
  const { result } = await call(name, input)
  expect(result.isError).toBe(true)
  expect(text(result)).toBe(fault)
})

test.each<[string, unknown]>([
  ["no_such_tool", {}],
  ["ECHO", {}],
  ["toString", {}],
  ["echo", "text"],
  ["echo", []],
])("%s with %j is a protocol error", async (name, input) => {
  expect((await call(name, input)).error?.code).toBe(-32602)
})

test("echo gives back what it got, whatever it is", async () => {
  const message = "\u001b[31m\u202e emoji 👩‍👩‍👧 \u0000"
  expect(text((await call("echo", { message })).result)).toBe(message)
})

test("fail is a tool error, a sum too large as well", async () => {
  expect((await call("fail", { reason: "because" })).result).toMatchObject({
    isError: true,
    content: [{ type: "text", text: "because" }],
  })
  expect((await call("add", { a: 1e308, b: 1e308 })).result.isError).toBe(true)
})

test("an error inside a tool stays inside", async () => {
  await using mock = await startMock({
    tools: [
      {
        name: "broken",
        title: "Broken",
        description: "Throws.",
        inputSchema: { type: "object" },
        annotations: {},
        run() {
          throw new Error("secret path /etc/x")
        },
      },
    ],
  })
  const answer = await modern(mock, mock.issueToken(), "tools/call", { name: "broken" })
  expect(answer.body.error).toEqual({ code: -32603, message: "internal error" })
})
