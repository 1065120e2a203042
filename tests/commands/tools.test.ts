import { assert, describe, it } from "@effect/vitest"
import { longestDescription, toolLines } from "../../source/commands/tools.ts"

describe("tools in plain text", () => {
  it("folds descriptions that are broken and indented, as doc comments of Python are, and cuts long ones", () => {
    const [first, second] = toolLines([
      {
        name: "get_time",
        description: "Get the time.\n\n        For everybody.\n    ",
        inputSchema: { type: "object", properties: { zone: {}, style: {} }, required: ["zone"] },
      },
    ])
    assert.strictEqual(first?.text, "get_time  zone [style]")
    assert.strictEqual(second?.text, "          Get the time. For everybody.")
    const [, long] = toolLines([{ name: "x", description: "y".repeat(5000), inputSchema: { type: "object" } }])
    assert.isAtMost(long?.text.length ?? 0, longestDescription + 10)
  })

  it("marks those that cannot be called because they run as tasks only", () => {
    const marked = (execution: unknown) =>
      toolLines([{ name: "x", inputSchema: { type: "object" }, execution }]).some(({ text }) =>
        text.includes("task only"),
      )
    assert.deepStrictEqual(
      [{ taskSupport: "required" }, { taskSupport: "optional" }, {}, null, "required", undefined].map(marked),
      [true, false, false, false, false, false],
    )
  })
})
