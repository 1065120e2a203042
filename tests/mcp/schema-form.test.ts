import { assert, describe, it } from "@effect/vitest"
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/server/validators/ajv"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { parseField } from "../../source/mcp/field-value.ts"
import { type Field, schemaForm } from "../../source/mcp/schema-form.ts"
import { assemble, presetValues, typedArguments } from "../../source/mcp/tool-arguments.ts"

const form = (properties: object, more: object = {}) => schemaForm({ type: "object", properties, ...more }).fields
const only = (property: unknown): Field => {
  const [field] = form({ a: property })
  assert.isDefined(field)
  return field
}
const kinds = (fields: ReadonlyArray<Field>) => fields.map(({ name, kind }) => `${name}:${kind}`)
const parsed = (property: unknown, text: string): unknown => {
  const value = parseField(only(property), text)
  return Result.isSuccess(value) ? value.success : `fault: ${value.failure}`
}

describe("form model", () => {
  it("required fields come first, otherwise in the schema's order", () => {
    const fields = form(
      { b: { type: "string" }, a: { type: "integer" }, c: { type: "boolean" } },
      { required: ["c", "a"] },
    )
    assert.deepStrictEqual(kinds(fields), ["a:integer", "c:boolean", "b:string"])
    assert.deepStrictEqual(
      fields.map(({ required }) => required),
      [true, true, false],
    )
  })

  const table: ReadonlyArray<readonly [string, unknown, Field["kind"]]> = [
    ["string", { type: "string" }, "string"],
    ["number", { type: "number" }, "number"],
    ["integer", { type: "integer" }, "integer"],
    ["boolean", { type: "boolean" }, "boolean"],
    ["enum", { type: "string", enum: ["x", "y"] }, "enum"],
    ["oneOf constants", { oneOf: [{ const: 1, title: "One" }, { const: 2 }] }, "enum"],
    ["const", { const: "fixed" }, "const"],
    ["list of choices", { type: "array", items: { enum: ["x", "y"] } }, "enum-array"],
    ["list of titled choices", { type: "array", items: { anyOf: [{ const: "x", title: "X" }] } }, "enum-array"],
    ["list of scalars", { type: "array", items: { type: "integer" } }, "array"],
    ["list of objects", { type: "array", items: { type: "object", properties: {} } }, "json"],
    ["tuple", { type: "array", prefixItems: [{}] }, "json"],
    ["object", { type: "object", properties: { x: { type: "string" } } }, "object"],
    ["free object", { type: "object" }, "json"],
    ["alternatives", { anyOf: [{ type: "string" }, { type: "number" }] }, "json"],
    ["several types", { type: ["string", "number"] }, "json"],
    ["anything", true, "json"],
    ["nothing said", {}, "json"],
    ["reference elsewhere", { $ref: "https://example.com/schema" }, "json"],
    ["reference to nowhere", { $ref: "#/$defs/nope" }, "json"],
  ]
  for (const [name, property, kind] of table) {
    it(`${name} becomes ${kind}`, () => {
      assert.strictEqual(only(property).kind, kind)
    })
  }

  it("null is taken out of types, alternatives and references", () => {
    const defs = { $defs: { word: { type: "string", enum: ["x"] } } }
    const fields = form(
      {
        a: { type: ["integer", "null"] },
        b: { anyOf: [{ type: "string" }, { type: "null" }], description: "b" },
        c: { anyOf: [{ $ref: "#/$defs/word" }, { type: "null" }] },
        d: { enum: ["x", null] },
      },
      defs,
    )
    assert.deepStrictEqual(kinds(fields), ["a:integer", "b:string", "c:enum", "d:enum"])
    assert.isTrue(fields.every(({ nullable }) => nullable))
    assert.strictEqual(fields[1]?.description, "b")
  })

  it("MR-54 references are followed within the document, cycles end in JSON, nothing is fetched", () => {
    const schema = {
      type: "object",
      properties: { tree: { $ref: "#/$defs/tree" }, "a/b~c": { $ref: "#/$defs/x~1y" } },
      $defs: {
        tree: { type: "object", properties: { value: { type: "string" }, next: { $ref: "#/$defs/tree" } } },
        "x/y": { type: "integer" },
      },
    }
    const [tree, odd] = schemaForm(schema).fields
    assert.isTrue(tree?.kind === "object")
    if (tree?.kind === "object") assert.deepStrictEqual(kinds(tree.fields), ["value:string", "next:json"])
    assert.strictEqual(odd?.kind, "integer")
    assert.strictEqual(odd?.path, "/a~1b~0c")
    assert.deepStrictEqual(schemaForm({ $ref: "#" }), { fields: [], open: true })
  })

  it("MR-54 a small document that describes an endless form stays small", () => {
    const level = (n: number) => ({
      type: "object",
      properties: Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`p${i}`, { $ref: `#/$defs/l${n + 1}` }])),
    })
    const $defs = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`l${n}`, level(n)]))
    const began = performance.now()
    schemaForm({ ...level(-1), $defs })
    assert.isBelow(performance.now() - began, 2000)
  })

  it("constraints become hints, defaults become presets", () => {
    const field = only({ type: "string", format: "email", minLength: 3, pattern: "^a$&", default: "" })
    assert.deepStrictEqual(field.hints, ["format email", "at least 3 characters", "pattern ^a$&"])
    assert.deepStrictEqual(presetValues([field]), new Map([["/a", ""]]))
    assert.deepStrictEqual(
      presetValues(form({ o: { type: "object", properties: { n: { default: 3, type: "integer" } } } })),
      new Map([["/o/n", "3"]]),
    )
  })

  it("says when fields are not the whole story", () => {
    assert.isFalse(schemaForm({ type: "object", properties: {} }).open)
    assert.isTrue(schemaForm({ type: "object" }).open)
    assert.isTrue(schemaForm({ type: "object", properties: {}, additionalProperties: { type: "string" } }).open)
    assert.isTrue(schemaForm({ type: "object", properties: {}, oneOf: [{}] }).open)
  })
})

describe("typed values", () => {
  const table: ReadonlyArray<readonly [unknown, string, unknown]> = [
    [{ type: "integer" }, " 42 ", 42],
    [{ type: "integer" }, "-0", 0],
    [{ type: "integer" }, "1.5", "fault: is not a whole number"],
    [{ type: "integer" }, "9007199254740993", "fault: is too large to be sent exactly"],
    [{ type: "number" }, "1e3", 1000],
    [{ type: "number" }, "0x10", "fault: is not a number"],
    [{ type: "number" }, "Infinity", "fault: is not a number"],
    [{ type: "number", multipleOf: 0.1 }, "0.3", 0.3],
    [{ type: "number", exclusiveMinimum: 1 }, "1", "fault: must be more than 1"],
    [{ type: "number", minimum: 1 }, "0.5", "fault: must be at least 1"],
    [{ type: "string", minLength: 1 }, "", "fault: needs a length of at least 1"],
    [{ type: "array", items: { type: "string" }, minItems: 2 }, "a", "fault: needs a number of items of at least 2"],
    [{ type: "boolean" }, "TRUE", true],
    [{ type: "boolean" }, "no", false],
    [{ type: "boolean" }, "constructor", "fault: is neither true nor false"],
    [{ type: "string" }, "", ""],
    [{ type: "string" }, "42", "42"],
    [{ type: "string", maxLength: 1 }, "🌍", "🌍"],
    [{ type: "string", maxLength: 1 }, "ab", "fault: needs a length of at most 1"],
    [{ type: ["string", "null"] }, "null", null],
    [{ type: "string" }, "null", "null"],
    [{ oneOf: [{ const: 1, title: "One" }] }, "One", 1],
    [{ enum: [1, "1", true] }, "1", "1"],
    [{ enum: ["x", "y"] }, "z", "fault: is none of x, y"],
    [{ type: "array", items: { enum: ["x", "y"] } }, "x, y", ["x", "y"]],
    [{ type: "array", items: { type: "integer" } }, "[1,2]", [1, 2]],
    [{ type: "array", items: { type: "integer" } }, "1,b", 'fault: "b" is not a whole number'],
    [
      { type: "array", items: { type: "string" }, uniqueItems: true },
      "a,a",
      "fault: must not hold the same item twice",
    ],
    [{ type: "array", items: { type: "string" } }, "", []],
    [{}, '{"a":[1]}', { a: [1] }],
    [{}, "{", "fault: is not valid JSON"],
  ]
  for (const [property, text, value] of table) {
    it(`${JSON.stringify(text)} as ${JSON.stringify(property)}`, () => {
      assert.deepStrictEqual(parsed(property, text), value)
    })
  }
})

describe("assembling", () => {
  const fields = form(
    {
      name: { type: "string" },
      note: { type: "string" },
      count: { type: "integer" },
      kind: { const: "k" },
      place: { type: "object", properties: { city: { type: "string" }, zip: { type: "string" } }, required: ["city"] },
    },
    { required: ["name", "kind"] },
  )

  it("unset and empty are different", () => {
    assert.deepStrictEqual(Result.getOrThrow(assemble(fields, new Map([["/name", "x"]]))), { name: "x", kind: "k" })
    const values = new Map([
      ["/name", ""],
      ["/note", ""],
      ["/count", ""],
    ])
    assert.deepStrictEqual(Result.getOrThrow(assemble(fields, values)), { name: "", kind: "k", note: "" })
  })

  it("tells every problem at once, with its path", () => {
    const outcome = assemble(
      fields,
      new Map([
        ["/count", "many"],
        ["/place/zip", "1"],
      ]),
    )
    assert.deepStrictEqual(Result.isFailure(outcome) ? outcome.failure : [], [
      { path: "/name", message: "is required" },
      { path: "/count", message: "is not a whole number" },
      { path: "/place/city", message: "is required" },
    ])
  })

  it("an optional object appears when one of its members is set", () => {
    const values = new Map([
      ["/name", "x"],
      ["/place/city", "Bern"],
    ])
    assert.deepStrictEqual(Result.getOrThrow(assemble(fields, values)), {
      name: "x",
      kind: "k",
      place: { city: "Bern" },
    })
  })

  const Property = Schema.Union([
    Schema.Struct({ type: Schema.Literals(["string", "number", "integer", "boolean"]) }),
    Schema.Struct({
      type: Schema.Literals(["integer", "number"]),
      minimum: Schema.Literal(-3),
      maximum: Schema.Literal(12),
    }),
    Schema.Struct({ type: Schema.Literal("string"), minLength: Schema.Literal(1), maxLength: Schema.Literal(3) }),
    Schema.Struct({
      enum: Schema.Literals(["a", "b"]).pipe((value) => Schema.Tuple([value, Schema.Literal("c"), Schema.Null])),
    }),
    Schema.Struct({ const: Schema.Literals(["a", "1"]) }),
    Schema.Struct({
      type: Schema.Literal("array"),
      items: Schema.Struct({ type: Schema.Literals(["string", "integer"]) }),
    }),
    Schema.Struct({ type: Schema.Tuple([Schema.Literal("integer"), Schema.Literal("null")]) }),
  ])
  const text = Schema.Literals([
    "",
    "a",
    "b",
    "1",
    "-2.5",
    "12",
    "99",
    "-99",
    "true",
    "no",
    "null",
    "1,2",
    '["x"]',
    "abcd",
    " ",
  ])
  const names = ["p", "q", "r"]

  it.prop(
    "whatever is assembled validates against the schema",
    [Schema.Array(Schema.Struct({ property: Property, text, needed: Schema.Boolean, set: Schema.Boolean }))],
    ([inputs]) => {
      const used = inputs.slice(0, names.length).map((input, index) => ({ ...input, name: names[index] ?? "" }))
      const schema = {
        type: "object" as const,
        properties: Object.fromEntries(used.map(({ name, property }) => [name, property])),
        required: used.filter(({ needed }) => needed).map(({ name }) => name),
        additionalProperties: false,
      }
      const values = new Map(used.filter(({ set }) => set).map((input) => [`/${input.name}`, input.text]))
      const outcome = assemble(schemaForm(schema).fields, values)
      if (Result.isFailure(outcome)) return
      const validate = new AjvJsonSchemaValidator().getValidator(schema)
      assert.deepInclude(validate(outcome.success), { valid: true })
    },
    { arbitrary: { runs: 500 } },
  )
})

describe("name=value arguments", () => {
  const schema = {
    type: "object",
    properties: {
      city: { type: "string" },
      days: { type: "integer" },
      tags: { type: "array", items: { type: "string" } },
      place: { type: "object", properties: { zip: { type: "string" } } },
      filter: { type: "object" },
    },
    required: ["city"],
  }
  const typed = (pairs: ReadonlyArray<string>, more: object = {}) => {
    const outcome = typedArguments({ ...schema, ...more }, pairs)
    return Result.isSuccess(outcome) ? outcome.success : outcome.failure
  }

  it("are read by the types of the schema", () => {
    assert.deepStrictEqual(typed(["city=a=b", "days=3", "tags=x", "tags=y,z", "place.zip=0123", 'filter={"a":1}']), {
      city: "a=b",
      days: 3,
      tags: ["x", "y,z"],
      place: { zip: "0123" },
      filter: { a: 1 },
    })
  })

  it("say what is wrong with them", () => {
    assert.deepStrictEqual(typed(["city", "days=x", "=1"]), [
      { path: "city", message: "is not of the form name=value" },
      { path: "=1", message: "is not of the form name=value" },
      { path: "/city", message: "is required" },
      { path: "/days", message: "is not a whole number" },
    ])
    assert.deepStrictEqual(typed(["city=x", "city=y"]), [{ path: "/city", message: "is given twice" }])
  })

  it("unknown names are text, unless the schema is closed", () => {
    assert.deepStrictEqual(typed(["city=x", "other=1"]), { city: "x", other: "1" })
    assert.deepStrictEqual(typed(["city=x", "othr=1"], { additionalProperties: false }), [
      { path: "othr", message: "is none of city, days, tags, place, filter" },
    ])
    assert.deepStrictEqual(typedArguments({ type: "object" }, ["a=1"]), Result.succeed({ a: "1" }))
  })
})
