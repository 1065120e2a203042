import { describe, expect, it } from "@effect/vitest"
import { deepestNesting, nestsTooDeep } from "../../source/text/json.ts"

const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels)

describe("nesting of JSON", () => {
  it.each([
    ["as deep as allowed", nested(deepestNesting), false],
    ["one level deeper", nested(deepestNesting + 1), true],
    ["brackets in a string", JSON.stringify({ text: nested(100) }), false],
    ["an escaped quote before brackets in a string", JSON.stringify(`"${nested(100)}`), false],
    ["many objects side by side", `[${Array.from({ length: 200 }, () => "{}").join()}]`, false],
  ])("%s", (_, text, expected) => expect(nestsTooDeep(text)).toBe(expected))

  it("takes time that grows with the text alone, whatever a string without an end holds", () => {
    const began = process.cpuUsage()
    expect(nestsTooDeep(`"${'\\"'.repeat(128 * 1024)}`)).toBe(false)
    // A pattern that begins anew at every quote took 27 s here.
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(2000)
  })
})
