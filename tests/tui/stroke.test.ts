import type { Key } from "ink"
import { describe, expect, it } from "vitest"
import { strokes } from "../../source/tui/keys/stroke.ts"

const none: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
}

const names = (input: string, key: Partial<Key> = {}) => strokes(input, { ...none, ...key }).map(({ name }) => name)

describe("key presses out of what Ink hands over", () => {
  it("splits a burst", () => {
    expect(names("jjj")).toEqual(["j", "j", "j"])
    expect(names("abc\r")).toEqual(["a", "b", "c", "Enter"])
    expect(names("a b\tc\r\nd")).toEqual(["a", "Space", "b", "Tab", "c", "Enter", "d"])
  })

  it("names special keys", () => {
    expect(names("", { upArrow: true })).toEqual(["Up"])
    expect(names("", { tab: true, shift: true })).toEqual(["S-Tab"])
    expect(names("\r", { return: true })).toEqual(["Enter"])
    expect(names("c", { ctrl: true })).toEqual(["Ctrl+C"])
    expect(names("", { escape: true })).toEqual(["Esc"])
  })

  it("gives text to fields, and only printable text", () => {
    expect(strokes("ä漢\u0001", none).map(({ text }) => text)).toEqual(["ä", "漢", undefined])
    expect(names("\u0003x")).toEqual(["Ctrl+C", "x"])
  })

  it("takes Esc and a quick key for both", () => {
    expect(names("q", { meta: true })).toEqual(["Esc", "q"])
  })

  it("drops a terminal's late answers", () => {
    expect(names("11;rgb:1e1e/1e1e/2e2e")).toEqual([])
    expect(names("]11;rgb:1e1e/1e1e/2e2e")).toEqual([])
    expect(names("]", { meta: true })).toEqual([])
    expect(names("P>|xterm(388)")).toEqual([])
  })

  it("ignores the release of a key", () => {
    expect(names("a", { eventType: "release" })).toEqual([])
  })
})
