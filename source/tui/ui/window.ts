/** The part of a long list that can be seen, and how to move in it. All counts are rows. */

export type Motion =
  | { readonly kind: "line"; readonly by: 1 | -1 }
  | { readonly kind: "half"; readonly by: 1 | -1 }
  | { readonly kind: "page"; readonly by: 1 | -1 }
  | { readonly kind: "edge"; readonly to: "top" | "bottom" }

export const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value))

/** Where a position in `0..last` goes by one motion, when `height` rows are seen at once. */
export const moved = (position: number, motion: Motion, last: number, height: number): number => {
  const end = Math.max(0, last)
  switch (motion.kind) {
    case "line":
      return clamp(position + motion.by, 0, end)
    case "half":
      return clamp(position + motion.by * Math.max(1, Math.floor(height / 2)), 0, end)
    case "page":
      return clamp(position + motion.by * Math.max(1, height - 1), 0, end)
    case "edge":
      return motion.to === "top" ? 0 : end
  }
}

/** First visible row so that `cursor` is seen, as near to the middle as the ends allow. */
export const topFor = (cursor: number, count: number, height: number): number =>
  clamp(cursor - Math.floor(height / 2), 0, Math.max(0, count - height))

/** "12-40 of 97", or nothing when everything is seen. */
export const position = (top: number, height: number, count: number): string =>
  count <= height ? "" : `${top + 1}-${Math.min(count, top + height)} of ${count}`
