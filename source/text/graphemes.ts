// Without a locale argument, so that the same bytes always give the same screen.
const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" })

/** The user-perceived characters of a text, one at a time. */
export function* graphemes(text: string): Generator<string> {
  for (const { segment } of segmenter.segment(text)) yield segment
}
