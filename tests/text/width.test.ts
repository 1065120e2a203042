import { describe, expect, it } from "@effect/vitest"
import { graphemes } from "../../source/text/graphemes.ts"
import { pad, truncate, width, wrap } from "../../source/text/width.ts"
import { cells, remoteString } from "./strings.ts"

// Ink measures with this package, so our rows fit if and only if we agree with it. Not a dependency of ours: it is taken
// from beside ink, where npm put it.
const oracle: unknown = await import(new URL("../../node_modules/string-width/index.js", import.meta.url).href)
const inkWidth = (text: string): number => {
  if (typeof oracle === "object" && oracle !== null && "default" in oracle && typeof oracle.default === "function")
    return Number(oracle.default(text, { countAnsiEscapeCodes: true }))
  throw new Error("string-width has changed its shape")
}

describe("width", () => {
  it.each([
    ["", 0],
    ["plain", 5],
    ["漢字", 4],
    ["e\u0301", 1],
    ["👨‍👩‍👧", 2],
    ["🇩🇪", 2],
    ["한국", 4],
    ["\u200b", 0],
  ])("%j takes %i", (text, expected) => expect(width(text)).toBe(expected))

  it.prop("agrees with ink", { remoteString }, ({ remoteString }) => {
    expect(width(remoteString)).toBe(inkWidth(remoteString))
  })

  it("agrees with ink on characters of the fast path beside each other", () => {
    for (const text of ["│ ✓ 200 → …", "─┐©®‼", "⠋ naïve ½", "•◆▶ ●○"]) expect(width(text)).toBe(inkWidth(text))
  })

  it("agrees with ink on single characters", () => {
    const different: Array<string> = []
    // Every one of the two planes that are in use, samples of the rest.
    for (let code = 0; code < 0x110000; code += code < 0x20000 ? 1 : 97) {
      const character = String.fromCodePoint(code)
      if (width(character) !== inkWidth(character)) different.push(code.toString(16))
    }
    expect(different).toEqual([])
  })
})

describe("cutting", () => {
  it("marks what was cut", () => {
    expect(truncate("abcdef", 4)).toBe("abc…")
    expect(truncate("漢字漢字", 4)).toBe("漢…")
    expect(pad("ab", 4)).toBe("ab  ")
    expect(pad("ab", 4, "start")).toBe("  ab")
  })

  it.prop("never exceeds its cells", { remoteString, cells }, ({ remoteString, cells }) => {
    expect(inkWidth(truncate(remoteString, cells))).toBeLessThanOrEqual(cells)
    expect(inkWidth(pad(remoteString, cells))).toBe(cells)
  })
})

describe("wrap", () => {
  it("folds at spaces, cuts what no line can hold, keeps indentation", () => {
    expect(wrap("the quick brown fox", 10)).toEqual(["the quick", "brown fox"])
    expect(wrap("see https://host.example/long", 10)).toEqual(["see https:", "//host.exa", "mple/long"])
    expect(wrap("      deep text", 8)).toEqual(["deep", "text"])
    expect(wrap("  indented text", 10)).toEqual(["  indented", "text"])
    expect(wrap("a\n\nb", 10)).toEqual(["a", "", "b"])
    expect(wrap("漢字漢字", 3)).toEqual(["漢", "字", "漢", "字"])
  })

  it.prop("loses nothing but spaces, and every line fits", { remoteString, cells }, ({ remoteString, cells }) => {
    const wide = cells + 2
    const text = remoteString.replaceAll("\n", " ")
    const lines = wrap(text, wide)
    for (const line of lines) expect(inkWidth(line)).toBeLessThanOrEqual(wide)
    // Marks can make one grapheme wider than any line; then an ellipsis stands for it.
    const kept = [...graphemes(text)].map((grapheme) => (inkWidth(grapheme) > wide ? "…" : grapheme)).join("")
    expect(lines.join("").replaceAll(" ", "")).toBe(kept.replaceAll(" ", ""))
  })
})
