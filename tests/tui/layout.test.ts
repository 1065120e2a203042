import { describe, expect, it } from "vitest"
import { exchangePanes, flowPanes, shell, startPanes, toolsPanes, tooSmall } from "../../source/tui/app/layout.ts"
import type { Rect } from "../../source/tui/ui/lines.tsx"

const sizes = [
  [80, 24],
  [81, 29],
  [95, 30],
  [96, 30],
  [100, 30],
  [120, 40],
  [159, 44],
  [160, 44],
  [180, 44],
  [200, 50],
  [300, 100],
] as const

const isRect = (value: unknown): value is Rect => typeof value === "object" && value !== null && "width" in value
const rects = (panes: object): ReadonlyArray<Rect> => Object.values(panes).filter(isRect)

/** Every cell of `area` belongs to exactly one of the panes. */
const tiles = (area: Rect, panes: ReadonlyArray<Rect>): boolean => {
  const cells = new Set<number>()
  for (const pane of panes)
    for (let y = pane.y; y < pane.y + pane.height; y++)
      for (let x = pane.x; x < pane.x + pane.width; x++) {
        const cell = y * 1000 + x
        if (cells.has(cell) || x < area.x || y < area.y || x >= area.x + area.width || y >= area.y + area.height)
          return false
        cells.add(cell)
      }
  return cells.size === area.width * area.height
}

describe.each(sizes)("at %i x %i", (columns, rows) => {
  const areas = shell(columns, rows)

  it("the shell fills the terminal, not a row more", () => {
    expect(tiles({ x: 0, y: 0, width: columns, height: rows }, rects(areas))).toBe(true)
  })

  it.each([0, 1, 5, 50])("Start with %i servers fills the body", (servers) => {
    expect(tiles(areas.body, rects(startPanes(areas.body, servers)))).toBe(true)
  })

  it.each([
    { tall: false, explain: false },
    { tall: true, explain: false },
    { tall: false, explain: true },
    { tall: true, explain: true },
  ])("Flow with %o fills the body", (needs) => {
    expect(tiles(areas.body, rects(flowPanes(areas.body, needs)))).toBe(true)
  })

  it("an exchange fills the body", () => {
    expect(tiles(areas.body, rects(exchangePanes(areas.body)))).toBe(true)
  })

  it.each([0, 8, 60])("Tools with a form of %i rows fills the body", (form) => {
    const { strip, list, form: at, result } = toolsPanes(areas.body, form)
    const shown = strip === undefined ? [list, at, result] : [strip, at, result]
    expect(tiles(areas.body, shown)).toBe(true)
    if (strip !== undefined) expect(tiles(areas.body, [strip, list])).toBe(true)
    expect(at.height).toBeGreaterThanOrEqual(8)
    expect(result.height).toBeGreaterThanOrEqual(8)
  })
})

describe("the arithmetic of the drawings", () => {
  const flow = (columns: number, rows: number) => flowPanes(shell(columns, rows).body, { tall: false, explain: false })

  it("120 x 40: 34 columns at the left, a detail of 82 x 26, a log of 6 lines", () => {
    const { steps, known, detail, log } = flow(120, 40)
    expect([steps?.width, steps?.height, known?.height]).toEqual([34, 14, 22])
    expect([detail.width - 4, detail.height - 2, (log?.height ?? 0) - 2]).toEqual([82, 26, 6])
  })

  it("100 x 30: 28 columns at the left, a detail of 68 x 16, a log of 6 lines", () => {
    const { steps, known, detail, log } = flow(100, 30)
    expect([steps?.width, steps?.height, known?.height]).toEqual([28, 12, 14])
    expect([detail.width - 4, detail.height - 2, (log?.height ?? 0) - 2]).toEqual([68, 16, 6])
  })

  it("80 x 24: a strip of one row, a detail of 76 x 13, a log of 3 lines", () => {
    const { strip, steps, detail, log } = flow(80, 24)
    expect([strip?.height, steps]).toEqual([1, undefined])
    expect([detail.width - 4, detail.height - 2, (log?.height ?? 0) - 2]).toEqual([76, 13, 3])
  })

  it("180 x 44: three columns, a detail of 90 x 38, a log of 52 columns", () => {
    const { detail, log } = flow(180, 44)
    expect([detail.width - 4, detail.height - 2, log?.width]).toEqual([90, 38, 52])
  })

  it("a body is never narrower than JSON and addresses need, from 96 columns on too", () => {
    for (const columns of [80, 95, 98, 100, 120, 159, 160, 200])
      expect(flow(columns, 30).detail.width - 4).toBeGreaterThanOrEqual(66)
  })

  it("knows what is too small", () => {
    expect([tooSmall(80, 24), tooSmall(79, 24), tooSmall(80, 23), tooSmall(60, 16)]).toEqual([false, true, true, true])
  })
})
