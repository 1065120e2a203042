import { describe, expect, it } from "@effect/vitest"
import { formatBytes, formatClock, formatExpiry, formatMillis } from "../../source/text/duration.ts"

describe("times and sizes", () => {
  it.each([
    [0, "0ms"],
    [84, "84ms"],
    [999.6, "1.0s"],
    [1_234, "1.2s"],
    [59_960, "1 min"],
    [41 * 60_000, "41 min"],
    [59.6 * 60_000, "1 h 0 min"],
    [123 * 60_000, "2 h 3 min"],
    [Number.NaN, "?"],
    [-5, "0ms"],
  ])("took %d: %s", (millis, text) => expect(formatMillis(millis)).toBe(text))

  it.each([
    [3_588_999, "59:48"],
    [61_000, "01:01"],
    [123 * 60_000, "2 h 3 min"],
    [76 * 3_600_000, "3 d 4 h"],
    [0, "expired"],
    [-1, "expired"],
    [Number.POSITIVE_INFINITY, "never"],
  ])("%d left: %s", (millis, text) => expect(formatExpiry(millis)).toBe(text))

  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_400, "1.4 kB"],
    [64_000, "64 kB"],
    [999_600, "1 MB"],
    [2_300_000, "2.3 MB"],
  ])("%d bytes: %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text))

  it("tells the time of day in a zone, with 00 at midnight", () => {
    expect(formatClock(Date.UTC(2026, 0, 1, 12, 4, 1), "UTC")).toBe("12:04:01")
    expect(formatClock(Date.UTC(2026, 0, 1, 0, 0, 0), "UTC")).toBe("00:00:00")
    expect(formatClock(Date.UTC(2026, 6, 1, 12, 0, 0), "Asia/Tokyo")).toBe("21:00:00")
    expect(formatClock(0)).toMatch(/^\d\d:\d\d:\d\d$/)
    expect(formatClock(Number.NaN)).toBe("--:--:--")
  })
})
