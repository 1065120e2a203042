import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { filesIn, safeName } from "../../source/mcp/content-files.ts"

describe("names of files", () => {
  it.each([
    ["chart", "image/png", "chart.png"],
    ["chart.png", "image/png", "chart.png"],
    ["chart.PNG", "image/png; charset=x", "chart.png"],
    ["../../etc/passwd", undefined, "etc-passwd"],
    ["..", undefined, "file"],
    [".bashrc", "text/plain", "bashrc.txt"],
    ["", "audio/wav", "file.wav"],
    ["CON", undefined, "file-CON"],
    ["nul.txt", undefined, "file-nul.txt"],
    ["a b\u202egnp.exe", "image/png", "a-b-gnp.exe.png"],
    ["x".repeat(500), "image/gif", `${"x".repeat(80)}.gif`],
  ])("%j %s", (text, mediaType, name) => {
    assert.strictEqual(safeName(text, mediaType), name)
  })

  it.prop("whatever a server says stays in the folder and is seen", { text: Schema.String }, ({ text }) => {
    assert.match(safeName(text), /^[A-Za-z0-9_][A-Za-z0-9._-]*$/)
    assert.notInclude(safeName(text), "..")
  })
})

describe("the files of a result", () => {
  const data = Buffer.from("bytes").toString("base64")
  it("are its pictures, its sound and its embedded resources, not its texts and links", () => {
    const files = filesIn(
      [
        { type: "text", text: "t" },
        { type: "image", data, mimeType: "image/png" },
        { type: "audio", data, mimeType: "audio/wav" },
        { type: "resource_link", uri: "https://other.example/a.png", name: "a" },
        {
          type: "resource",
          resource: { uri: "mock:///docs/read%20me.md?x=1#y", text: "# hi", mimeType: "text/markdown" },
        },
        { type: "resource", resource: { uri: "mock:///", blob: data } },
        { type: "resource", resource: { uri: "mock:///nothing" } },
        { type: "image" },
        7,
      ],
      "chart",
    )
    assert.deepStrictEqual(
      files.map(({ index, name, bytes }) => [index, name, Buffer.from(bytes).toString()]),
      [
        [1, "chart-2.png", "bytes"],
        [2, "chart-3.wav", "bytes"],
        [4, "read-me.md", "# hi"],
        [5, "chart-6", "bytes"],
      ],
    )
  })

  it("are the contents of a resource that was read", () => {
    const files = filesIn([{ uri: "mock:///logo.png", blob: data, mimeType: "image/png" }], "resource")
    assert.deepStrictEqual(
      files.map(({ name }) => name),
      ["logo.png"],
    )
  })
})
