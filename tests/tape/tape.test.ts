import { describe, expect, it } from "vitest"
import { lintTape } from "./lint.ts"
import { parseTape } from "./tape.ts"

const kinds = (text: string) => parseTape(text).commands.map(({ kind }) => kind)
const complaints = (text: string) => parseTape(text).complaints.map(({ line, text }) => `${line}: ${text}`)

describe("the tape language", () => {
  it("reads settings, actions and waits", () => {
    const { commands, size } = parseTape(
      '# size: 80x24\nOutput a.gif\nSet Theme "Catppuccin Mocha"\nHide\nEnv TZ "UTC"\nType@10ms "a # b"\nEnter 2\nCtrl+d\nSleep 1.5\nWait+Screen@2s /(?s)a.b/ # why\nWait',
    )
    expect(size).toEqual({ columns: 80, rows: 24 })
    expect(commands).toEqual([
      { line: 2, kind: "output", file: "a.gif" },
      { line: 3, kind: "set", name: "Theme", value: "Catppuccin Mocha" },
      { line: 4, kind: "hide" },
      { line: 5, kind: "env", name: "TZ", value: "UTC" },
      { line: 6, kind: "type", text: "a # b" },
      { line: 7, kind: "key", key: "Enter", count: 2 },
      { line: 8, kind: "ctrl", key: "D" },
      { line: 9, kind: "sleep", millis: 1500 },
      { line: 10, kind: "wait", scope: "Screen", pattern: /a.b/s, millis: 2000 },
      { line: 11, kind: "wait", scope: "Line", pattern: />$/ },
    ])
  })

  it.each([
    ["1500ms", 1500],
    ["2s", 2000],
    ["1m", 60_000],
    ["0.5", 500],
    [".25s", 250],
  ])("reads the time %s", (time, millis) => {
    expect(parseTape(`Sleep ${time}`).commands).toEqual([{ line: 1, kind: "sleep", millis }])
  })

  it("refuses what it does not know, and what VHS would skip in silence", () => {
    expect(complaints("Home")).toEqual(["1: Home is not a command that tapes of this project use"])
    expect(complaints("Sleep long")).toEqual(["1: Sleep cannot read the time long"])
    expect(complaints("Wait+Screen")).toEqual(["1: Wait+Screen needs a pattern: the default fits a prompt only"])
    expect(complaints('Env A "1"\nSet FontSize 14')).toEqual(["2: set after the header: VHS would skip it"])
    expect(complaints("Hide\nSet TypingSpeed 10ms")).toEqual([])
    expect(kinds("Hide\nShow")).toEqual(["hide", "show"])
  })
})

describe("the lint", () => {
  const lint = (text: string) => lintTape(parseTape(text), new Set(["Enter", "q", "Esc"])).map((each) => each.text)
  const start = 'Hide\nType "program"\nEnter\n'

  it("finds keys that no screen knows, by the names of the registry", () => {
    expect(lint(`${start}Escape\nType "q"\nWait`)).toEqual([])
    expect(lint(`${start}Tab\nType "x"\nCtrl+C\nCtrl+K\nWait`)).toEqual([
      "no screen knows the key Tab",
      "no screen knows the key x",
      "no screen knows the key Ctrl+K",
    ])
  })

  it("wants the start hidden, pictures awaited, an end, and no build machine", () => {
    expect(lint('Type "program"\nEnter\nWait')).toEqual([expect.stringContaining("has to be Hide")])
    expect(lint(`${start}Screenshot a.png\nWait`)).toEqual([expect.stringContaining("stale frame")])
    expect(lint(start)).toEqual([expect.stringContaining("has to be a Wait")])
    expect(lint(`Hide\nEnv CI "true"\nType "program"\nEnter\nWait`)).toEqual([expect.stringContaining("CI belongs")])
  })
})
