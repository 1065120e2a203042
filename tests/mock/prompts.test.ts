import { describe, expect, test } from "vitest"
import { REVISIONS, startMock } from "../../mock/index.ts"
import { type Json, member, modern, Session } from "./client.ts"

const ask = async (method: string, params: Json = {}) => {
  await using mock = await startMock()
  return await modern(mock, mock.issueToken(), method, params)
}
const code = (answer: { body: Json }) => member(answer.body, "error", "code")

describe("prompts", () => {
  test("are listed with their arguments, and may be kept for a while", async () => {
    const { body } = await ask("prompts/list")
    expect(body.result).toMatchObject({ ttlMs: 60_000, cacheScope: "private" })
    expect(member(body, "result", "prompts", 0)).toMatchObject({
      name: "packing_list",
      title: "Packing list",
      arguments: [{ name: "city", required: true }, { name: "season" }],
    })
  })

  test("are filled in", async () => {
    const { body } = await ask("prompts/get", { name: "packing_list", arguments: { city: "Oslo" } })
    expect(member(body, "result", "messages", 0, "content", "text")).toContain("Oslo")
    expect(member(body, "result", "messages", 1, "role")).toBe("assistant")
  })

  test("can carry a resource", async () => {
    const { body } = await ask("prompts/get", { name: "explain_server" })
    expect(member(body, "result", "messages", 0, "content")).toMatchObject({
      type: "resource",
      resource: { uri: "mock:///readme.md", mimeType: "text/markdown" },
    })
  })

  test.each<[string, Json]>([
    ["an unknown name", { name: "nothing" }],
    ["a name of the language", { name: "toString" }],
    ["a missing argument", { name: "packing_list" }],
    ["an argument that is no text", { name: "packing_list", arguments: { city: 5 } }],
    ["arguments that are a list", { name: "packing_list", arguments: [] }],
  ])("refuse %s", async (_, params) => {
    expect(code(await ask("prompts/get", params))).toBe(-32602)
  })

  test.each(REVISIONS.filter((revision) => revision !== "2026-07-28"))("are there in %s as well", async (revision) => {
    await using mock = await startMock()
    const session = await Session.open(mock, mock.issueToken(), revision)
    const { body } = await session.call("prompts/list")
    expect("title" in (member(body, "result", "prompts", 0) as Json)).toBe(revision !== "2025-03-26")
    expect("title" in (member(body, "result", "prompts", 0, "arguments", 0) as Json)).toBe(revision !== "2025-03-26")
    const filled = await session.call("prompts/get", { name: "packing_list", arguments: { city: "Rome" } })
    expect(member(filled.body, "result", "resultType")).toBeUndefined()
  })
})

describe("completion", () => {
  const PROMPT = { type: "ref/prompt", name: "packing_list" }
  const complete = (ref: unknown, argument: unknown) => ask("completion/complete", { ref, argument })

  test.each<[Json, string, string, string[]]>([
    [PROMPT, "city", "p", ["Paris", "Prague"]],
    [PROMPT, "city", "PARIS", ["Paris"]],
    [PROMPT, "city", "x", []],
    [PROMPT, "season", "", ["spring", "summer", "autumn", "winter"]],
    [PROMPT, "nothing", "", []],
    [PROMPT, "toString", "", []],
    [{ type: "ref/prompt", name: "explain_server" }, "city", "", []],
    [{ type: "ref/resource", uri: "mock:///weather/{city}" }, "city", "os", ["Oslo"]],
  ])("of %j, argument %s, typed %j gives %j", async (ref, name, value, values) => {
    const { body } = await complete(ref, { name, value })
    expect(member(body, "result", "completion")).toEqual({ values, total: values.length, hasMore: false })
  })

  test.each<[unknown, unknown]>([
    [
      { type: "ref/prompt", name: "nothing" },
      { name: "city", value: "" },
    ],
    [
      { type: "ref/resource", uri: "mock:///readme.md" },
      { name: "city", value: "" },
    ],
    [{ type: "ref/other" }, { name: "city", value: "" }],
    [undefined, { name: "city", value: "" }],
    [PROMPT, { name: "city" }],
    [PROMPT, undefined],
  ])("refuses %j with %j", async (ref, argument) => {
    expect(code(await complete(ref, argument))).toBe(-32602)
  })
})
