/**
 * Code points that take two cells: East Asian Width W and F of UAX #11 (Unicode 17), less those that Unicode also gives
 * emoji presentation, which a property escape knows. Pairs of first and last, in hexadecimal.
 */
const ranges = Uint32Array.from(
  `1100-115f 2329-232a 2630-2637 268a-268f 2e80-2e99 2e9b-2ef3 2f00-2fd5 2ff0-303e 3041-3096 3099-30ff 3105-312f
  3131-318e 3190-31e5 31ef-321e 3220-3247 3250-a48c a490-a4c6 a960-a97c ac00-d7a3 f900-faff fe10-fe19 fe30-fe52
  fe54-fe66 fe68-fe6b ff01-ff60 ffe0-ffe6 16fe0-16fe4 16ff0-16ff6 17000-18cda 18cff-18d20 18d80-18df2 18e00-19191
  191a0-191d2 1aff0-1aff3 1aff5-1affb 1affd-1affe 1b000-1b128 1b132-1b132 1b150-1b152 1b155-1b155 1b164-1b168
  1b170-1b2fb 1d300-1d356 1d360-1d376 1f1ae-1f1ae 1f200-1f202 1f210-1f23b 1f240-1f248 1f250-1f251 1f260-1f265
  1f6d9-1f6d9 1f7da-1f7da 1fa8b-1fa8d 1facc-1facc 1fadd-1fadd 1faeb-1faeb 1faf9-1fafa 20000-2fffd 30000-3fffd`
    .split(/[\s-]+/)
    .map((hex) => Number.parseInt(hex, 16)),
)

const emojiPresentation = /\p{Emoji_Presentation}/u
const regionalIndicator = (code: number): boolean => code >= 0x1f1e6 && code <= 0x1f1ff

/** Whether a code point takes two cells by itself. Half a flag takes one. */
export const isWide = (code: number): boolean => {
  if (code < 0x1100) return false
  let low = 0
  let high = ranges.length / 2 - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    if (code < (ranges[middle * 2] ?? 0)) high = middle - 1
    else if (code > (ranges[middle * 2 + 1] ?? 0)) low = middle + 1
    else return true
  }
  return !regionalIndicator(code) && emojiPresentation.test(String.fromCodePoint(code))
}
