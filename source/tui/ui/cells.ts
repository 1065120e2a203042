import { graphemes as segments } from "../../text/graphemes.ts"
import { sanitize } from "../../text/sanitize.ts"
import { truncate, width } from "../../text/width.ts"

/** The seam to text/: sanitizing and widths, the way ui/ uses them. */
export { pad, width, wrap } from "../../text/width.ts"

/** One safe line. `max`: longest result, in UTF-16 units, where the usual 2,000 would cut off what must be whole. */
export const clean = (text: string, max?: number): string => sanitize(text, max === undefined ? {} : { max })

/** Shortens to at most `room` cells with the theme's ellipsis of one cell. */
export const cut = (text: string, room: number, ellipsis: string): string => {
  if (width(text) <= room) return text
  const short = truncate(text, room)
  return short.endsWith("…") ? `${short.slice(0, -1)}${ellipsis}` : short
}

/** What a person sees as characters. */
export const graphemes = (text: string): ReadonlyArray<string> => Array.from(segments(text))
