import { assert, describe, it } from "@effect/vitest"
import { Ajv } from "ajv"
import { Ajv2019 } from "ajv/dist/2019.js"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as Schema from "effect/Schema"
import { patternCost } from "../../source/mcp/pattern-cost.ts"
import { validate } from "../../source/mcp/schema-validation.ts"

const outcome = (schema: unknown, value: unknown) => {
  const validation = validate(schema, value)
  return validation._tag === "unusable" ? validation.reason : validation.misfits.length === 0
}

/** The same for what older dialects say in other words. */
const older: ReadonlyArray<readonly [name: string, schema: object, values: ReadonlyArray<unknown>]> = [
  [
    "what the TypeScript SDK 1.x makes of zod",
    { type: "object", properties: { n: { type: "number" } }, required: ["n"], additionalProperties: false },
    [{ n: 1 }, { n: "1" }, {}, { n: 1, m: 2 }],
  ],
  ["a tuple", { items: [{ type: "string" }], additionalItems: { type: "number" } }, [["a", 1], ["a", "b"], [1], []]],
  ["a closed tuple", { items: [{}], additionalItems: false }, [[1], [1, 2]]],
  ["additionalItems without a tuple", { items: { type: "string" }, additionalItems: false }, [["a", "b"], [1]]],
  [
    "a reference into a tuple",
    { properties: { a: { items: [{ type: "string" }] }, b: { $ref: "#/properties/a/items/0" } } },
    [{ b: "x" }, { b: 1 }],
  ],
]

/** Schemas with values that fit and values that do not; a second implementation must agree. */
const table: ReadonlyArray<readonly [name: string, schema: object | boolean, values: ReadonlyArray<unknown>]> = [
  ["type", { type: ["string", "null"] }, ["a", null, 1, {}, []]],
  ["integer", { type: "integer" }, [1, 1.0, 1.5, "1", 1e300]],
  ["enum", { enum: [1, "a", { b: [1, 2] }] }, [1, "a", { b: [1, 2] }, { b: [2, 1] }, "1"]],
  ["const", { const: { a: 1, b: 2 } }, [{ b: 2, a: 1 }, { a: 1 }]],
  ["limits", { minimum: 1, exclusiveMaximum: 3, multipleOf: 0.5 }, [1, 2.5, 3, 0.5, 1.2, "text"]],
  ["length in code points", { minLength: 2, maxLength: 2 }, ["🌍🌍", "🌍", "abc"]],
  ["pattern", { pattern: "^a+b$" }, ["aab", "b", 3]],
  [
    "objects",
    { properties: { a: { type: "number" } }, required: ["a"], additionalProperties: { type: "string" } },
    [{ a: 1 }, { a: 1, b: "x" }, { a: 1, b: 2 }, {}, { a: "1" }, []],
  ],
  [
    "patternProperties",
    { patternProperties: { "^x-": { type: "integer" } }, additionalProperties: false },
    [{ "x-a": 1 }, { "x-a": "1" }, { y: 1 }],
  ],
  [
    "propertyNames",
    { propertyNames: { maxLength: 2 }, minProperties: 1, maxProperties: 2 },
    [{ ab: 1 }, { abc: 1 }, {}],
  ],
  [
    "dependent",
    { dependentRequired: { a: ["b"] }, dependentSchemas: { c: { required: ["d"] } } },
    [{ a: 1 }, { a: 1, b: 1 }, { c: 1 }, { c: 1, d: 1 }],
  ],
  [
    "arrays",
    { prefixItems: [{ type: "string" }], items: { type: "number" }, minItems: 1, uniqueItems: true },
    [["a"], ["a", 1], ["a", "b"], [], ["a", 1, 1]],
  ],
  ["items false", { prefixItems: [{}], items: false }, [[1], [1, 2]]],
  [
    "contains",
    { contains: { type: "number" }, minContains: 2, maxContains: 3 },
    [[1], [1, 2], [1, "a", 2, 3, 4], ["a", 1, 2]],
  ],
  ["contains none", { contains: { type: "number" }, minContains: 0 }, [[], ["a"]]],
  ["anyOf oneOf allOf not", { anyOf: [{ type: "string" }, { minimum: 5 }], not: { const: "no" } }, ["yes", "no", 6, 4]],
  ["oneOf", { oneOf: [{ minimum: 1 }, { maximum: 3 }] }, [0, 2, 5]],
  [
    "if",
    JSON.parse(
      '{"if":{"properties":{"k":{"const":"a"}},"required":["k"]},"then":{"required":["x"]},"else":{"required":["y"]}}',
    ),
    [{ k: "a", x: 1 }, { k: "a" }, { k: "b", y: 1 }, {}],
  ],
  ["$defs", { $ref: "#/$defs/a~1b", $defs: { "a/b": { type: "number" } } }, [1, "1"]],
  ["$ref with siblings", { $ref: "#/$defs/n", maximum: 3, $defs: { n: { type: "number" } } }, [1, 4, "1"]],
  ["$anchor", { items: { $ref: "#n" }, $defs: { n: { $anchor: "n", type: "number" } } }, [[1], ["1"]]],
  [
    "$id",
    { $id: "https://x.test/s", items: { $ref: "item" }, $defs: { i: { $id: "item", type: "number" } } },
    [[1], ["1"]],
  ],
  [
    "recursion",
    { type: "object", properties: { next: { $ref: "#" } }, additionalProperties: false },
    [{ next: { next: {} } }, { next: { last: 1 } }],
  ],
  [
    "unevaluatedProperties",
    { allOf: [{ properties: { a: {} } }], unevaluatedProperties: false },
    [{ a: 1 }, { a: 1, b: 1 }],
  ],
  [
    "unevaluatedItems",
    { prefixItems: [{}], unevaluatedItems: { type: "string" } },
    [
      [1, "a"],
      [1, 2],
    ],
  ],
  ["true and false", { properties: { a: true, b: false } }, [{ a: 1 }, { b: 1 }]],
  [
    "names of Object.prototype",
    { required: ["toString"], properties: { constructor: { type: "string" } } },
    [{}, { toString: 1 }, { toString: 1, constructor: 1 }],
  ],
  ["false", false, [1]],
]

describe("JSON Schema 2020-12", () => {
  for (const [name, schema, values] of table)
    it(`MR-53 ${name}, as ajv has it`, () => {
      const oracle = new Ajv2020({ strict: false, ownProperties: true }).compile(schema)
      for (const value of values) assert.strictEqual(outcome(schema, value), oracle(value), JSON.stringify(value))
    })

  it("MR-53 tells where and why", () => {
    const schema = {
      type: "object",
      properties: { "a/b": { type: "array", items: { type: "number" } } },
      required: ["c"],
    }
    assert.deepStrictEqual(validate(schema, { "a/b": [1, "x"] }), {
      _tag: "checked",
      misfits: [
        { path: "", message: 'lacks the member "c"' },
        { path: "/a~1b/1", message: 'must be number, not "x"' },
      ],
      unchecked: [],
    })
  })

  it("MR-53 unknown dialects are not guessed at", () => {
    assert.isTrue(outcome({ $schema: "https://json-schema.org/draft/2020-12/schema", type: "number" }, 1))
    for (const $schema of ["http://json-schema.org/draft-04/schema#", "https://evil.test/draft-07/schema#", 7])
      assert.include(String(outcome({ $schema }, 1)), "dialect")
  })

  for (const [dialect, ajv] of [
    ["http://json-schema.org/draft-07/schema#", new Ajv({ strict: false })],
    ["https://json-schema.org/draft/2019-09/schema", new Ajv2019({ strict: false })],
  ] as const)
    for (const [name, schema, values] of older)
      it(`MR-53 ${dialect}: ${name}, as ajv has it`, () => {
        const named = { $schema: dialect, ...schema }
        for (const value of values)
          assert.strictEqual(outcome(named, value), ajv.validate(named, value), JSON.stringify(value))
      })

  it("MR-54 a reference to another document makes the schema unusable; nothing is fetched", () => {
    for (const $ref of ["https://evil.test/schema", "other.json", "file:///etc/passwd", "#/nowhere", "#nowhere"])
      assert.isString(outcome({ items: { $ref } }, [1]), $ref)
  })

  it("MR-53 what stands beside a reference counts since 2019-09 (draft-07 Core, section 8.3; ajv counts it always)", () => {
    const schema = { definitions: { text: { type: "string" } }, items: { $ref: "#/definitions/text", maxLength: 1 } }
    assert.isTrue(outcome({ $schema: "http://json-schema.org/draft-07/schema#", ...schema }, ["xy"]))
    assert.isFalse(outcome({ $schema: "http://json-schema.org/draft-07/schema#", ...schema }, [1]))
    assert.isFalse(outcome({ $schema: "https://json-schema.org/draft/2019-09/schema", ...schema }, ["xy"]))
  })

  it("MR-53 what only draft-07 has: dependencies, and anchors under $id", () => {
    const $schema = "http://json-schema.org/draft-07/schema#"
    const ajv = new Ajv({ strict: false })
    const dependent = { $schema, dependencies: { a: ["b"], c: { required: ["d"] } } }
    for (const value of [{ a: 1 }, { a: 1, b: 1 }, { c: 1 }, { c: 1, d: 1 }, {}])
      assert.strictEqual(outcome(dependent, value), ajv.validate(dependent, value), JSON.stringify(value))
    const anchored = { $schema, definitions: { a: { $id: "#text", type: "string" } }, items: { $ref: "#text" } }
    for (const value of [["a"], [1]]) assert.strictEqual(outcome(anchored, value), ajv.validate(anchored, value))
  })

  it("MR-54 a reference that leads to itself ends", () => {
    assert.include(String(outcome({ $ref: "#" }, 1)), "without end")
    assert.include(
      String(outcome({ $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } }, $ref: "#/$defs/a" }, 1)),
      "without end",
    )
  })

  it("MR-54 alternatives of alternatives run out of budget, not of time", () => {
    const began = performance.now()
    const $defs: Record<string, unknown> = { d0: { type: "string" } }
    for (let level = 1; level <= 40; level++)
      $defs[`d${level}`] = { oneOf: [{ $ref: `#/$defs/d${level - 1}` }, { $ref: `#/$defs/d${level - 1}` }] }
    assert.include(String(outcome({ $ref: "#/$defs/d40", $defs }, 1)), "too long")
    assert.isBelow(performance.now() - began, 2000)
  })

  it("MR-54 more than 5000 subschemas are too many", () => {
    assert.include(String(outcome({ anyOf: Array.from({ length: 6000 }, () => ({})) }, 1)), "5000")
  })

  for (const [pattern, text] of [
    ["^(a+)+$", `${"a".repeat(40)}!`],
    ["^(a|a)*$", `${"a".repeat(40)}!`],
    ["^(a|aa)+$", `${"a".repeat(60)}!`],
    ["(.*)*x", "a".repeat(40)],
    [`${"a?".repeat(40)}${"a".repeat(40)}`, "a".repeat(40)],
    ["^(([a-z])+.)+[A-Z]([a-z])+$", "a".repeat(60)],
    ["\\s+$", " ".repeat(100_000)],
    ["(?=(a+))*b", "a".repeat(100)],
    [`${"(".repeat(200)}a${")".repeat(200)}*`, "a"],
  ] as const)
    it(`MR-54 the pattern ${pattern.slice(0, 24)} is not run on a text that could hang it`, () => {
      const began = performance.now()
      const validation = validate({ pattern }, text)
      assert.isBelow(performance.now() - began, 1000)
      assert.strictEqual(validation._tag === "checked" && validation.unchecked.length, 1)
    })

  it("MR-54 ordinary patterns are run", () => {
    for (const [pattern, text, holds] of [
      ["^[A-Z]{2}-\\d{4}$", "AB-1234", true],
      ["^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$", "a@b.example", true],
      ["^(foo|bar)$", "baz", false],
      ["^[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}$", "0b8f7f3e-0000-4000-8000-000000000000", true],
      ["^\\p{L}+$", "Zürich", true],
    ] as const)
      assert.deepStrictEqual(
        [outcome({ pattern }, text), validate({ pattern }, text)],
        [holds, { ...validate({ pattern }, text), unchecked: [] }],
      )
  })

  it("MR-54 a pattern that is no regular expression is left out", () => {
    assert.deepInclude(validate({ pattern: "(" }, "a"), { misfits: [], unchecked: ['pattern "("'] })
  })
})

describe("any pattern and any schema", () => {
  it("ends, with a number or an outcome", () => {
    for (const text of ["", "(", ")", "a{", "a{1,", "[", "[\\", "\\", "(?<n>a)+", "a{2}{3}", "|||", "((((", "))))"]) {
      assert.isNumber(patternCost(text, 10))
      assert.include(["checked", "unusable"], validate({ pattern: text }, "x")._tag)
    }
    for (const schema of [
      null,
      1,
      "x",
      [],
      { $ref: 1 },
      { $schema: 1 },
      { type: 5 },
      { enum: 1 },
      { items: 1 },
      { required: "a" },
    ])
      assert.include(["checked", "unusable"], validate(schema, { a: [1] })._tag)
  })

  it.prop(
    "MR-54 the cost of any pattern is known at once, and grows with the text",
    [Schema.String, Schema.Literals(["(", ")", "*", "+", "?", "{2,}", "[a]", "|", "\\d"])],
    ([text, sign]) => {
      const pattern = `${text}${sign}${text}`
      assert.isFalse(Number.isNaN(patternCost(pattern, 50)))
      assert.isAtLeast(patternCost(pattern, 50), patternCost(pattern, 5))
    },
  )

  it.prop("MR-53 every JSON value fits itself as a constant, and its own type", [Schema.Json], ([value]) => {
    const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value
    assert.strictEqual(outcome({ const: value, type }, value), true)
  })
})
