import { describe, expect, it } from "vitest"
import { makeTheme } from "../../source/tui/theme/themes.ts"
import { width } from "../../source/tui/ui/cells.ts"
import { edited, field } from "../../source/tui/ui/field.ts"
import { drawFrame } from "../../source/tui/ui/frame.ts"
import { jsonLines, jsonTextLines } from "../../source/tui/ui/json.ts"
import { fittingHints } from "../../source/tui/ui/key-hints.ts"
import { draw, row, span, spread } from "../../source/tui/ui/row.ts"
import { moved, position, topFor } from "../../source/tui/ui/window.ts"

const theme = makeTheme({ ascii: false, colour: true })
const bare = (text: string): string => text.replace(/\u001b\[\d+m/g, "")

describe("a row", () => {
  it.each(["", "short", "x".repeat(99), "漢字".repeat(30), "é👩‍👩‍👧‍👦 \u202e\u0007\u001b[2J"])(
    "is as wide as asked: %j",
    (text) => {
      for (const cells of [10, 11, 40, 41]) {
        expect(width(bare(draw(row(text), cells, theme)))).toBe(cells)
        expect(width(bare(draw(spread([span(text)], [span("401 84ms")]), cells, theme)))).toBe(cells)
      }
    },
  )

  it("keeps its right part whole and cuts the left one", () => {
    expect(bare(draw(spread([span("a long left part")], [span("right")]), 14, theme))).toBe("a long … right")
  })

  it("lets nothing through that moves a cursor or reorders text", () => {
    const drawn = draw(row(span("\u001b]52;c;eA==\u0007\u009b31m\u202e\u2066\r\n", "bad")), 80, theme)
    expect(drawn.replace(/\u001b\[\d+m/g, "")).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })

  it("says the same without colour", () => {
    const mono = makeTheme({ ascii: false, colour: false })
    const line = row(span("✗ failed", "bad"), span(" GET", "accent"))
    expect(bare(draw(line, 20, mono))).toBe(bare(draw(line, 20, theme)))
    for (const tone of [
      "plain",
      "dim",
      "strong",
      "accent",
      "good",
      "warn",
      "bad",
      "key",
      "border",
      "focus",
      "selected",
    ] as const)
      expect(mono.paint(tone, "x")).not.toMatch(/\[(?:3|4|9|10)\d/)
  })
})

describe("a frame", () => {
  const lines = drawFrame(
    { title: "A title", note: "3 · follow", foot: "1-2 of 9", focused: true },
    [row("one")],
    40,
    4,
    theme,
  )

  it("has its title in the border and its size to the cell", () => {
    expect(lines.map(bare)).toEqual([
      "┏━ A title ━━━━━━━━━━━━━━━ 3 · follow ━┓",
      "┃ one                                  ┃",
      "┃                                      ┃",
      "┗━━━━━━━━━━━━━━━━━━━━━━━━━━━ 1-2 of 9 ━┛",
    ])
    expect(lines.every((line) => width(bare(line)) === 40)).toBe(true)
  })

  it("lets the title win over the note", () => {
    const [top = ""] = drawFrame({ title: "x".repeat(99), note: "note", focused: false }, [], 20, 2, theme)
    expect(bare(top)).toBe("╭─ xxxxxxxxxxxxx… ─╮")
  })

  it("draws in ASCII alone where asked", () => {
    const plain = makeTheme({ ascii: true, colour: false })
    const all = drawFrame({ title: "T", focused: true }, [row(span("x".repeat(50)))], 20, 3, plain)
    expect(all.map(bare).join("")).toMatch(/^[\x20-\x7e]+$/)
  })
})

describe("a field", () => {
  it("is edited by characters as a person sees them", () => {
    const family = field("a👩‍👩‍👧b")
    expect(family.caret).toBe(3)
    const back = edited(edited(family, { edit: "move", by: -1 }), { edit: "erase" })
    expect(back).toEqual({ text: "ab", caret: 1 })
  })

  it("makes one line of a paste, and drops control characters", () => {
    expect(edited(field("x"), { edit: "insert", text: "a\r\nb\u0007\u001b[31mc" }).text).toBe("xa b[31mc")
  })

  it("stays within its ends", () => {
    expect(edited(edited(field("ab"), { edit: "home" }), { edit: "move", by: -1 }).caret).toBe(0)
    expect(edited(edited(field("ab"), { edit: "home" }), { edit: "erase" }).text).toBe("ab")
    expect(edited(field("ab"), { edit: "delete" }).text).toBe("ab")
    expect(edited(field("ab"), { edit: "clear" })).toEqual({ text: "", caret: 0 })
  })
})

describe("a long list", () => {
  it("moves by lines, pages and to its ends, never beyond", () => {
    expect(moved(0, { kind: "line", by: -1 }, 9, 5)).toBe(0)
    expect(moved(9, { kind: "line", by: 1 }, 9, 5)).toBe(9)
    expect(moved(0, { kind: "page", by: 1 }, 99, 10)).toBe(9)
    expect(moved(0, { kind: "half", by: 1 }, 99, 10)).toBe(5)
    expect(moved(3, { kind: "edge", to: "bottom" }, -1, 5)).toBe(0)
  })

  it("always shows its cursor", () => {
    for (let cursor = 0; cursor < 30; cursor++) {
      const top = topFor(cursor, 30, 7)
      expect(cursor >= top && cursor < top + 7 && top >= 0 && top <= 23).toBe(true)
    }
  })

  it("says where one is", () => {
    expect([position(11, 29, 97), position(0, 10, 10)]).toEqual(["12-40 of 97", ""])
  })
})

describe("JSON on a screen", () => {
  it("stays on one line where it fits", () => {
    expect(jsonLines({ a: [1, 2], b: { c: "d" }, e: ["x".repeat(30)] }, 30)).toEqual([
      "{",
      '  "a": [1, 2],',
      '  "b": { "c": "d" },',
      '  "e": [',
      `    "${"x".repeat(30)}"`,
      "  ]",
      "}",
    ])
  })

  it("is the same JSON when it is put together again", () => {
    const value = { deep: { list: [{ a: null, b: [[], {}] }, "text, with: {signs}"], n: -1.5e3, "": true } }
    for (const cells of [1, 20, 40, 200]) expect(JSON.parse(jsonLines(value, cells).join("\n"))).toEqual(value)
  })

  it("survives any depth", () => {
    expect(jsonTextLines(`${"[".repeat(20_000)}${"]".repeat(20_000)}`, 60)?.length ?? 0).toBeLessThan(200)
  })

  it("leaves alone what is no JSON", () => {
    expect(jsonTextLines("<html>", 20)).toBeUndefined()
  })
})

describe("hints", () => {
  const hint = (label: string) => ({ key: "k", label })

  it("keeps the first that fit, and always the last one", () => {
    const many = ["one", "two", "three", "four"].map(hint)
    expect(fittingHints(many, { key: "?", label: "help" }, 29).map(({ label }) => label)).toEqual(["one", "two"])
    expect(fittingHints(many, { key: "?", label: "help" }, 200)).toHaveLength(4)
    expect(fittingHints(many, { key: "?", label: "help" }, 10)).toEqual([])
  })
})
