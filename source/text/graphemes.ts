// With a fixed locale, so that the same bytes always give the same screen. Made when it is needed: it costs 5 ms.
let segmenter: Intl.Segmenter | undefined

/** The user-perceived characters of a text, one at a time. */
export function* graphemes(text: string): Generator<string> {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" })
  for (const { segment } of segmenter.segment(text)) yield segment
}
