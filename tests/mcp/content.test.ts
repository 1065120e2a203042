import { assert, describe, it } from "@effect/vitest"
import { describeContent } from "../../source/mcp/content.ts"

describe("content blocks", () => {
  const data = Buffer.alloc(1000).toString("base64")
  const table: ReadonlyArray<readonly [string, unknown, unknown]> = [
    ["text", { type: "text", text: "hi" }, { kind: "text", text: "hi" }],
    ["image", { type: "image", data, mimeType: "image/png" }, { kind: "image", mediaType: "image/png", bytes: 1000 }],
    ["audio", { type: "audio", data, mimeType: "audio/wav" }, { kind: "audio", mediaType: "audio/wav", bytes: 1000 }],
    [
      "resource link",
      { type: "resource_link", uri: "file:///a", name: "a", mimeType: "text/plain" },
      { kind: "resource-link", uri: "file:///a", name: "a", mediaType: "text/plain" },
    ],
    [
      "embedded text",
      { type: "resource", resource: { uri: "file:///a", text: "body" } },
      { kind: "resource", uri: "file:///a", text: "body" },
    ],
    [
      "embedded blob",
      { type: "resource", resource: { uri: "file:///a", blob: data, mimeType: "image/png" } },
      { kind: "resource", uri: "file:///a", mediaType: "image/png", bytes: 1000 },
    ],
    [
      "unknown type",
      { type: "hologram", x: 1 },
      { kind: "unknown", type: "hologram", json: '{"type":"hologram","x":1}' },
    ],
    [
      "a name of Object's",
      { type: "constructor" },
      { kind: "unknown", type: "constructor", json: '{"type":"constructor"}' },
    ],
    ["text without text", { type: "text" }, { kind: "unknown", type: "text", json: '{"type":"text"}' }],
    ["no object", 7, { kind: "unknown", type: "", json: "7" }],
  ]
  for (const [name, block, view] of table) {
    it(name, () => {
      assert.deepStrictEqual<unknown>(describeContent(block), view)
    })
  }
})
