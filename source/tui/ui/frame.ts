import type { Theme } from "../theme/theme.ts"
import { clean, cut, width } from "./cells.ts"
import { blank, draw, type Row } from "./row.ts"

export interface Frame {
  readonly title: string
  /** At the right end of the top border. */
  readonly note?: string
  /** At the right end of the bottom border. */
  readonly foot?: string
  readonly focused: boolean
}

/** `╭─ left ───── right ─╮`: the title wins over the note when both do not fit. */
const edge = (
  cells: number,
  corners: readonly [string, string, string],
  label: { readonly left: string; readonly right: string },
  focused: boolean,
  theme: Theme,
): string => {
  const [start, across, end] = corners
  const border = focused ? "focus" : "border"
  const room = cells - 4
  const left = label.left === "" ? "" : ` ${cut(clean(label.left), Math.max(0, room - 2), theme.glyphs.ellipsis)} `
  const rest = room - width(left)
  const wanted = label.right === "" ? "" : ` ${clean(label.right)} `
  // A remark beside a title is left out where it does not fit; one that stands alone is cut.
  const right =
    width(wanted) <= rest - 1
      ? wanted
      : left === ""
        ? ` ${cut(clean(label.right), rest - 3, theme.glyphs.ellipsis)} `
        : ""
  const line = across.repeat(Math.max(0, rest - width(right)))
  return (
    theme.paint(border, `${start}${across}`) +
    theme.paint(focused ? "focus" : "strong", left) +
    theme.paint(border, line) +
    theme.paint(focused ? "focus" : "dim", right) +
    theme.paint(border, `${across}${end}`)
  )
}

/** Width of the text inside a frame. */
export const innerWidth = (outer: number): number => Math.max(0, outer - 4)
/** Lines inside a frame. */
export const innerHeight = (outer: number): number => Math.max(0, outer - 2)

/** A bordered box with its title in the top border, as painted lines of exactly `cells` by `height`. */
export const drawFrame = (
  frame: Frame,
  body: ReadonlyArray<Row>,
  cells: number,
  height: number,
  theme: Theme,
): ReadonlyArray<string> => {
  if (cells < 6 || height < 2) return []
  const box = theme.glyphs.box[frame.focused ? "heavy" : "light"]
  const side = theme.paint(frame.focused ? "focus" : "border", box.down)
  const inner = innerWidth(cells)
  const top = edge(
    cells,
    [box.topLeft, box.across, box.topRight],
    { left: frame.title, right: frame.note ?? "" },
    frame.focused,
    theme,
  )
  const bottom = edge(
    cells,
    [box.bottomLeft, box.across, box.bottomRight],
    { left: "", right: frame.foot ?? "" },
    frame.focused,
    theme,
  )
  const lines = Array.from({ length: innerHeight(height) }, (_, index) => {
    return `${side} ${draw(body[index] ?? blank, inner, theme)} ${side}`
  })
  return [top, ...lines, bottom]
}
