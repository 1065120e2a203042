import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { mirroredHeaders, mirroredParameters } from "../../source/mcp/mirrored-headers.ts"

const annotated = (header: unknown, type: unknown = "string") => ({ type, "x-mcp-header": header })
const withProperty = (schema: unknown, more = {}) => ({ type: "object", properties: { a: schema }, ...more })

describe("x-mcp-header", () => {
  const bad: ReadonlyArray<readonly [string, unknown]> = [
    ["empty", withProperty(annotated(""))],
    ["not a string", withProperty(annotated(7))],
    ["a blank inside", withProperty(annotated("My Header"))],
    ["a line break", withProperty(annotated("X\r\nY"))],
    ["a colon", withProperty(annotated("X:"))],
    ["not ASCII", withProperty(annotated("Région"))],
    ["on a number", withProperty(annotated("N", "number"))],
    ["on an object", withProperty(annotated("O", "object"))],
    ["on an array", withProperty(annotated("A", "array"))],
    ["on null", withProperty(annotated("A", "null"))],
    ["without a type", withProperty({ "x-mcp-header": "A" })],
    ["twice, ignoring case", { properties: { a: annotated("Same"), b: annotated("SAME") } }],
    ["an integer choice outside the safe range", withProperty({ ...annotated("I", "integer"), enum: [2 ** 53] })],
    ["on the schema itself", { type: "string", "x-mcp-header": "Root" }],
    ["under items", withProperty({ type: "array", items: annotated("I") })],
    ["under $defs", withProperty({ $ref: "#/$defs/x" }, { $defs: { x: annotated("D") } })],
    ["under anyOf", withProperty({ anyOf: [annotated("D"), { type: "null" }] })],
    ["under oneOf of the root", { oneOf: [withProperty(annotated("D"))] }],
    ["under allOf", { allOf: [withProperty(annotated("D"))] }],
    ["under not", { not: withProperty(annotated("D")) }],
    ["under if", { if: withProperty(annotated("D")) }],
    ["under else", { else: withProperty(annotated("D")) }],
    ["under additionalProperties", { additionalProperties: annotated("D") }],
    ["under patternProperties", { patternProperties: { "^x": annotated("D") } }],
  ]
  for (const [name, schema] of bad) {
    it(`MR-39 excludes a tool with the annotation ${name}`, () => {
      assert.isTrue(Result.isFailure(mirroredParameters(schema)))
    })
  }

  it("MR-38 MR-39 a good tool: nested properties, names that look like keywords, annotations inside values", () => {
    const schema = {
      type: "object",
      properties: {
        region: annotated("Region"),
        count: annotated("Count", "integer"),
        deep: { type: "object", properties: { on: annotated("On", "boolean"), items: annotated("Items") } },
        plain: { type: "number", default: { "x-mcp-header": "not a schema" } },
      },
    }
    assert.deepStrictEqual(Result.getOrThrow(mirroredParameters(schema)), [
      { path: ["region"], header: "Region" },
      { path: ["count"], header: "Count" },
      { path: ["deep", "on"], header: "On" },
      { path: ["deep", "items"], header: "Items" },
    ])
  })

  it("MR-38 values become text; null, absent and unsafe numbers send no header", () => {
    const parameters = ["s", "i", "b", "n", "missing", "unsafe", "empty", "intl"].map((name) => ({
      path: [name],
      header: name,
    }))
    const values = { s: "x", i: -42, b: false, n: null, unsafe: 2 ** 60, empty: "", intl: "ü" }
    assert.deepStrictEqual(mirroredHeaders(parameters, values), {
      "mcp-param-s": "x",
      "mcp-param-i": "-42",
      "mcp-param-b": "false",
      "mcp-param-empty": "",
      "mcp-param-intl": "=?base64?w7w=?=",
    })
  })
})
