import type { Box, Glyphs, Theme, Tone } from "./theme.ts"

const box = (cells: string): Box => {
  const [topLeft = "", across = "", topRight = "", down = "", bottomLeft = "", bottomRight = ""] = [...cells]
  return { topLeft, across, topRight, down, bottomLeft, bottomRight }
}

/** Single-width characters only, none that a terminal may draw as an emoji. */
const unicode: Glyphs = {
  done: "✓",
  failed: "✗",
  current: "▶",
  todo: "○",
  skipped: "»",
  warning: "!",
  bullet: "·",
  cursor: "▶",
  arrow: "→",
  ellipsis: "…",
  hidden: "•",
  full: "█",
  empty: "░",
  open: "▾",
  closed: "▸",
  spinner: [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"],
  box: { light: box("╭─╮│╰╯"), heavy: box("┏━┓┃┗┛") },
}

const ascii: Glyphs = {
  done: "+",
  failed: "x",
  current: ">",
  todo: "o",
  skipped: "-",
  warning: "!",
  bullet: "-",
  cursor: ">",
  arrow: "->",
  ellipsis: "~",
  hidden: "*",
  full: "#",
  empty: ".",
  open: "v",
  closed: ">",
  spinner: [..."|/-\\"],
  box: { light: box("+-+|++"), heavy: box("#=#H##") },
}

type Style = readonly [on: number, off: number]
const bold: Style = [1, 22]
const faint: Style = [2, 22]
const underline: Style = [4, 24]
const reverse: Style = [7, 27]
const colour = (code: number): Style => [code, 39]

const coloured: Readonly<Record<Tone, ReadonlyArray<Style>>> = {
  plain: [],
  dim: [faint],
  strong: [bold],
  accent: [colour(36)],
  good: [colour(32)],
  warn: [colour(33)],
  bad: [colour(31), bold],
  key: [colour(36), bold],
  border: [faint],
  focus: [colour(36), bold],
  selected: [reverse],
}

/** For NO_COLOR: the same differences by weight alone. */
const plain: Readonly<Record<Tone, ReadonlyArray<Style>>> = {
  plain: [],
  dim: [],
  strong: [bold],
  accent: [underline],
  good: [],
  warn: [bold],
  bad: [bold],
  key: [bold],
  border: [],
  focus: [bold],
  selected: [reverse],
}

/** The theme for what a terminal can draw. */
export const makeTheme = (options: { readonly ascii: boolean; readonly colour: boolean }): Theme => {
  const styles = options.colour ? coloured : plain
  return {
    glyphs: options.ascii ? ascii : unicode,
    paint: (tone, text) =>
      text === "" ? "" : styles[tone].reduce((inner, [on, off]) => `\u001b[${on}m${inner}\u001b[${off}m`, text),
  }
}
