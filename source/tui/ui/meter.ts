import type { Theme } from "../theme/theme.ts"
import { type Span, span } from "./row.ts"

/** A bar of `cells` columns, filled to `part` (0 to 1). */
export const meter = (part: number, cells: number, theme: Theme): ReadonlyArray<Span> => {
  const filled = Math.round(Math.max(0, Math.min(1, part)) * cells)
  return [span(theme.glyphs.full.repeat(filled), "accent"), span(theme.glyphs.empty.repeat(cells - filled), "dim")]
}

/** One frame of the spinner per 100 ms; still when motion is not wanted. */
export const spinner = (now: number, still: boolean, theme: Theme): string => {
  const { spinner: frames, current } = theme.glyphs
  return still ? current : (frames[Math.floor(now / 100) % frames.length] ?? current)
}
