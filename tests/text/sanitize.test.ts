import { describe, expect, it } from "@effect/vitest"
import { excerpt } from "../../source/text/excerpt.ts"
import { sanitize, sanitizeJson } from "../../source/text/sanitize.ts"
import { cells, remoteString } from "./strings.ts"

const controls =
  /[\x00-\x1f\x7f-\x9f\u{200b}\u{200c}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2060}-\u{206f}\u{061c}\u{feff}\u{2028}\u{2029}\u{e0000}-\u{e0fff}\p{Cs}]/u

describe("sanitize (CR-122)", () => {
  it.each([
    ["\x1b[31mred", "\\x1b[31mred"],
    ["\x9b2J", "\\x9b2J"],
    ["\x1b]8;;http://x\x07link", "\\x1b]8;;http://x\\x07link"],
    ["a\rb\nc\td", "a\\rb\\nc\\td"],
    ["user\u202etxt.exe", "user\\u202etxt.exe"],
    ["zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"],
    ["tag\u{e0041}", "tag\\u{e0041}"],
    ["lone\ud83d", "lone\\ud83d"],
    ["line\u2028end", "line\\u2028end"],
    ["v\ufe0f\ufe0f", "v\ufe0f\\ufe0f"],
    ["👨‍👩‍👧 e\u0301 漢字 ❤️", "👨‍👩‍👧 e\u0301 漢字 ❤️"],
    ["a\u200db", "a\\u200db"],
  ])("%j becomes %j", (text, safe) => expect(sanitize(text)).toBe(safe))

  it("keeps lines where several are wanted, and widens tabs", () => {
    expect(sanitize("a\r\nb\n\tc\rd", { lines: "many" })).toBe("a\nb\n  c\\rd")
  })

  it("cuts between graphemes and says so", () => {
    expect(sanitize("abcdef", { max: 4 })).toBe("abc…")
    expect(sanitize("ab👨‍👩‍👧cd", { max: 8 })).toBe("ab…")
    expect(sanitize("x".repeat(1_000_000))).toHaveLength(2_000)
    expect(sanitize(`a${"\u0301".repeat(1_000_000)}`, { max: 50 })).toBe("…")
  })

  it.prop("no control, bidi or hidden character is ever left", { remoteString, cells }, ({ remoteString, cells }) => {
    expect(sanitize(remoteString)).not.toMatch(controls)
    expect(sanitize(remoteString, { max: cells })).not.toMatch(controls)
    expect(sanitize(remoteString, { lines: "many" }).replaceAll("\n", "")).not.toMatch(controls)
  })

  it.prop("is idempotent and keeps to its limit", { remoteString, cells }, ({ remoteString, cells }) => {
    for (const lines of ["one", "many"] as const) {
      const once = sanitize(remoteString, { lines, max: cells })
      expect(sanitize(once, { lines, max: cells })).toBe(once)
      expect(once.length).toBeLessThanOrEqual(cells)
    }
  })
})

describe("sanitizeJson (CR-123)", () => {
  it("escapes a C1 control sequence that JSON.stringify leaves raw", () => {
    expect(sanitizeJson(JSON.stringify({ description: "\x9b2J\u202e\u{e0041}" }))).toBe(
      '{"description":"\\u009b2J\\u202e\\udb40\\udc41"}',
    )
  })

  it.prop("prints safe and exact JSON", { remoteString }, ({ remoteString }) => {
    const value = { [remoteString]: [remoteString, 1, null] }
    const safe = sanitizeJson(JSON.stringify(value, null, 2))
    expect(JSON.parse(safe)).toEqual(value)
    expect(safe.replaceAll("\n", "")).not.toMatch(controls)
  })
})

describe("excerpt", () => {
  it("folds whitespace, cuts, and is safe", () => {
    expect(excerpt("<html>\r\n\t<body>\n  No\x1b[2J  </body>")).toBe("No\\x1b[2J")
    expect(excerpt("word ".repeat(1_000), 10)).toBe("word word…")
  })

  it("shows of a web page what a browser would show", () => {
    const page = `<!DOCTYPE html>
      <html><head><style>${"body { margin: 0 } ".repeat(500)}</style><!-- <p>never --><title>502 Bad Gateway</title>
      <SCRIPT>if (1 < 2) alert("boo")</Script></head><body><h1>Sign&nbsp;in at &quot;A&amp;B&quot;</h1>\x1b[2J</body></html>`
    expect(excerpt(page)).toBe('502 Bad Gateway Sign in at "A&B" \\x1b[2J')
    expect(excerpt("<html><script>no words")).toBe("<html><script>no words")
    expect(excerpt('{"error":"<b>not a page</b>"}')).toBe('{"error":"<b>not a page</b>"}')
  })

  it("takes a page that never ends a tag, a script or a comment for what it is, at once", () => {
    const began = performance.now()
    for (const part of ["<", "<script", "<!--", "<style>", "</script"]) excerpt(`<html>${part.repeat(1_000_000)}`)
    expect(performance.now() - began).toBeLessThan(2_000)
  })
})
