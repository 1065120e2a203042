import { describe, expect, test } from "vitest"
import { REVISIONS, startMock } from "../../mock/index.ts"
import { variablesOf } from "../../mock/resources/resource.ts"
import { type Json, member, modern, Session } from "./client.ts"

const error = (answer: { body: Json }) => member(answer.body, "error")

describe("resources of 2026-07-28", () => {
  const ask = async (method: string, params: Json = {}) => {
    await using mock = await startMock()
    return await modern(mock, mock.issueToken(), method, params)
  }

  test("are listed with what a person wants to know, and may be kept for a while", async () => {
    const { body } = await ask("resources/list")
    expect(body.result).toMatchObject({ resultType: "complete", ttlMs: 60_000, cacheScope: "private" })
    expect(member(body, "result", "resources", 0)).toEqual({
      uri: "mock:///readme.md",
      name: "readme",
      title: "Read me",
      description: expect.any(String),
      mimeType: "text/markdown",
      size: expect.any(Number),
      annotations: expect.any(Object),
    })
  })

  test("are read as text of the size that was said", async () => {
    const listed = await ask("resources/list")
    const { body } = await ask("resources/read", { uri: "mock:///readme.md" })
    expect(body.result).toMatchObject({ ttlMs: 60_000, cacheScope: "private" })
    const text = String(member(body, "result", "contents", 0, "text"))
    expect(Buffer.byteLength(text)).toBe(member(listed.body, "result", "resources", 0, "size"))
  })

  test("are read as bytes", async () => {
    const { body } = await ask("resources/read", { uri: "mock:///logo.png" })
    const blob = Buffer.from(String(member(body, "result", "contents", 0, "blob")), "base64")
    expect(blob.subarray(1, 4).toString()).toBe("PNG")
  })

  test("are read through a template", async () => {
    const listed = await ask("resources/templates/list")
    expect(member(listed.body, "result", "resourceTemplates", 0, "uriTemplate")).toBe("mock:///weather/{city}")
    const uri = "mock:///weather/S%C3%A3o%20Paulo"
    const { body } = await ask("resources/read", { uri })
    expect(member(body, "result", "contents", 0, "uri")).toBe(uri)
    expect(JSON.parse(String(member(body, "result", "contents", 0, "text")))).toMatchObject({ city: "São Paulo" })
  })

  test.each([
    "mock:///nothing",
    "mock:///weather/",
    "mock:///weather/a/b",
    "mock:///weather/%ff",
    "file:///etc/passwd",
    "",
  ])("are not at %j", async (uri) => {
    const answer = await ask("resources/read", { uri })
    expect([answer.status, error(answer)]).toEqual([200, { code: -32602, message: expect.any(String), data: { uri } }])
  })

  test("need a URI", async () => {
    await using mock = await startMock()
    const answer = await modern(mock, mock.issueToken(), "resources/read", {}, { "mcp-name": "x" })
    expect(answer.status).toBe(400)
  })
})

describe.each(REVISIONS.filter((revision) => revision !== "2026-07-28"))("resources of %s", (revision) => {
  test("are listed and read as the revision has it", async () => {
    await using mock = await startMock()
    const session = await Session.open(mock, mock.issueToken(), revision)
    const { body } = await session.call("resources/list")
    expect(member(body, "result", "ttlMs")).toBeUndefined()
    expect("title" in (member(body, "result", "resources", 0) as Json)).toBe(revision !== "2025-03-26")
    const unknown = await session.call("resources/read", { uri: "mock:///nothing" })
    expect(error(unknown)).toMatchObject({ code: -32002, data: { uri: "mock:///nothing" } })
    expect(mock.log.failures()).toEqual([])
  })
})

test.each<[string, string, Record<string, string> | undefined]>([
  ["a:///{x}", "a:///1", { x: "1" }],
  ["a:///{x}/b/{y}", "a:///1/b/2", { x: "1", y: "2" }],
  ["a:///{x}", "a:///", undefined],
  ["a:///{x}.b", "a:///1xb", undefined],
  ["a:///{x}", "a:///%zz", undefined],
])("the template %s and the URI %s give %j", (template, uri, variables) => {
  expect(variablesOf(template, uri)).toEqual(variables)
})
